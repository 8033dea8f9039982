"""Finds out who signed a request: Signature Version 4, computed by botocore.

botocore is the oracle, so that this project does not judge its own signatures. This file adds the
checks that a server must make beside the signature: scope, date, host, token.
"""

import calendar
import email.utils
import hashlib
import hmac
import re
import time

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from sandbox.answers import Refusal

WINDOW = 300        # seconds; AWS itself allows 5 to 15 minutes
MISMATCH = ("The request signature we calculated does not match the signature you provided. Check "
            "your AWS Secret Access Key and signing method. Consult the service documentation for "
            "details.")
INVALID_TOKEN = "The security token included in the request is invalid."
AUTHORIZATION = re.compile(r"AWS4-HMAC-SHA256\s+Credential=([^,\s]+)\s*,\s*SignedHeaders=([^,\s]+)"
                           r"\s*,\s*Signature=([0-9a-f]{64})\s*")


class _Verifier(SigV4Auth):
    def headers_to_sign(self, request):
        """Only the headers that the client listed. botocore's own choice leaves some out
        (user-agent)."""
        return request.headers


def authenticate(request, accounts, now, hosts, region=None, service="sts"):
    """Returns the User or Session that signed the Request, or raises Refusal.

    now: the server's time. hosts: the allowed Host headers. region and service: those of the scope
    (None: any region).
    """
    authorization = request.headers.get_all("Authorization", [])
    if not authorization:
        raise Refusal("MissingAuthenticationToken", "Request is missing Authentication Token")
    match = AUTHORIZATION.fullmatch(authorization[0])
    if not match or len(authorization) > 1:
        raise Refusal("IncompleteSignature",
                      "Authorization header requires 'Credential', 'SignedHeaders' and "
                      f"'Signature' parameters. Authorization={authorization[0][:60]}", 400)
    scope, signed, signature = match[1].split("/"), match[2].split(";"), match[3]
    timestamp = _timestamp(request)
    _check_scope(scope, timestamp, region, service)
    _check_headers(request, signed, hosts)

    keys = accounts.credentials(scope[0], now)
    _check_token(request, keys)
    _check_date(timestamp, now)
    if not hmac.compare_digest(_sign(request, signed, keys, timestamp, scope), signature):
        raise Refusal("SignatureDoesNotMatch", MISMATCH)
    if keys.expiration is not None and now >= keys.expiration:
        raise Refusal("ExpiredToken", "The security token included in the request is expired")
    return keys.owner


def _timestamp(request):
    dates = request.headers.get_all("X-Amz-Date", [])
    if dates:
        if len(dates) == 1 and re.fullmatch(r"\d{8}T\d{6}Z", dates[0]):
            return dates[0]
    elif "Date" in request.headers:
        parsed = email.utils.parsedate_tz(request.headers["Date"])
        if parsed:
            return _format(email.utils.mktime_tz(parsed))
    raise Refusal("IncompleteSignature", "Date must be in ISO-8601 'basic format'. Got "
                  f"'{', '.join(dates)}'. See http://en.wikipedia.org/wiki/ISO_8601", 400)


def _format(seconds):
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(seconds))


def _check_scope(scope, timestamp, region, service):
    def refuse(message):
        raise Refusal("SignatureDoesNotMatch", message)

    if len(scope) != 5:
        raise Refusal("IncompleteSignature", "Credential must have exactly 5 slash-delimited "
                      "elements, e.g. keyid/date/region/service/term, got "
                      f"'{'/'.join(scope)}'", 400)
    _, date, scope_region, scope_service, term = scope
    if date != timestamp[:8]:
        refuse("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date "
               f"from HTTP: '{date}' != '{timestamp[:8]}', from '{timestamp}'.")
    if not re.fullmatch(r"[a-z0-9-]+", scope_region) or region not in (None, scope_region):
        refuse("Credential should be scoped to a valid region. ")
    if scope_service != service:
        refuse(f"Credential should be scoped to correct service: '{service}'. ")
    if term != "aws4_request":
        refuse("Credential should be scoped with a valid terminator: 'aws4_request', not "
               f"'{term}'. ")


def _check_headers(request, signed, hosts):
    present = {name.lower() for name in request.headers.keys()}
    must = {name for name in present if name.startswith("x-amz-")} | {"host"}
    if signed != sorted(set(signed)) or not must <= set(signed) <= present:
        raise Refusal("SignatureDoesNotMatch", "SignedHeaders must be sorted, sent, and hold "
                      f"'{';'.join(sorted(must))}'; got '{';'.join(signed)}'")
    if request.headers.get_all("Host") not in ([host] for host in hosts):
        raise Refusal("SignatureDoesNotMatch",
                      f"'{request.headers['Host']}' is not a name of this host")
    claimed = request.headers.get("X-Amz-Content-SHA256")
    if claimed is not None and claimed != hashlib.sha256(request.body).hexdigest():
        raise Refusal("SignatureDoesNotMatch", MISMATCH)


def _check_token(request, keys):
    tokens = request.headers.get_all("X-Amz-Security-Token", [])
    due = [keys.session_token] if keys and keys.session_token else []
    if keys is None or tokens != due:
        raise Refusal("InvalidClientTokenId", INVALID_TOKEN)


def _check_date(timestamp, now):
    try:
        then = calendar.timegm(time.strptime(timestamp, "%Y%m%dT%H%M%SZ"))
    except ValueError:
        then = 0
    minutes = WINDOW // 60
    if then < now - WINDOW:
        raise Refusal("SignatureDoesNotMatch",
                      f"Signature expired: {timestamp} is now earlier than {_format(now - WINDOW)} "
                      f"({_format(now)} - {minutes} min.)")
    if then > now + WINDOW:
        raise Refusal("SignatureDoesNotMatch",
                      f"Signature not yet current: {timestamp} is still later than "
                      f"{_format(now + WINDOW)} ({_format(now)} + {minutes} min.)")


def _sign(request, signed, signer, timestamp, scope):
    rebuilt = AWSRequest(method=request.method, data=request.body,
                         url=f"https://{request.headers['Host']}{request.target}")
    for name in signed:
        for value in request.headers.get_all(name):
            rebuilt.headers.add_header(name, value)
    rebuilt.context["timestamp"] = timestamp
    keys = Credentials(signer.access_key_id, signer.secret_access_key)
    verifier = _Verifier(keys, scope[3], scope[2])
    return verifier.signature(
        verifier.string_to_sign(rebuilt, verifier.canonical_request(rebuilt)), rebuilt)
