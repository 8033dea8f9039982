"""STS's actions: GetCallerIdentity, GetSessionToken, AssumeRole (API version 2011-06-15). IAM's
actions are in iam.py and iam_admin.py."""

import re
import time

from sandbox import iam, iam_admin
from sandbox.accounts import Session
from sandbox.answers import IAM_NAMESPACE, NAMESPACE, Refusal, failure, success, welcome
from sandbox.signature import authenticate

ARN_FORM = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/([\w+=,.@/-]*/)?[\w+=,.@-]{1,64}", re.ASCII)
WRONG_CODE = "MultiFactorAuthentication failed with invalid MFA one time pass code. "
WRONG_SERIAL = ("MultiFactorAuthentication failed, unable to validate MFA code.  Please verify "
                "your MFA serial number is valid and associated with this user.")
HALF_OF_MFA = ("MultiFactorAuthentication failed, must provide both MFA serial number and one time "
               "pass code.")


IAM_ACTIONS = iam.ACTIONS | iam_admin.ACTIONS


class Service:
    """Answers a Request from the accounts. It knows no sockets and no faults."""

    def __init__(self, accounts, now, hosts, region):
        """now, hosts and region are read at every request, see Sandbox."""
        self.accounts, self.now, self.hosts, self.region = accounts, now, hosts, region

    def answer(self, request):
        action = request.params.get("Action")
        # AWS has a host for each service. Here the action alone tells them apart.
        service, actions, due_version, uri = (
            ("iam", IAM_ACTIONS, "2010-05-08", IAM_NAMESPACE) if action in IAM_ACTIONS else
            ("sts", ACTIONS, "2011-06-15", NAMESPACE))
        try:
            if request.malformed:
                raise Refusal("MalformedQueryString", request.malformed, 400)
            if not action:
                return welcome()
            caller = authenticate(request, self.accounts, self.now(), self.hosts(), self.region(),
                                  service)
            version = request.params.get("Version")
            if version != due_version or action not in actions:
                raise Refusal("InvalidAction",
                              f"Could not find operation {action} for version {version}", 400)
            return success(action, actions[action](self, caller, request.params), uri)
        except Refusal as refusal:
            return failure(refusal.code, refusal.message, refusal.status, uri=uri)

    def get_caller_identity(self, caller, params):
        return [("Arn", caller.arn), ("UserId", caller.user_id), ("Account", caller.account)]

    def get_session_token(self, caller, params):
        duration = _validate(params, 43200, 129600)
        if caller.session_token:
            raise Refusal("AccessDenied", "Cannot call GetSessionToken with session credentials")
        if self.accounts.denies(caller, "sts:GetSessionToken"):
            raise _not_authorized(caller, "GetSessionToken", caller.arn, "with an explicit deny in "
                                  "an identity-based policy")
        mfa = self._check_mfa(caller, params)
        session = self.accounts.issue(Session(
            user=caller, arn=caller.arn, user_id=caller.user_id, account=caller.account,
            expiration=self.now() + duration, mfa=mfa))
        return [_credentials(session)]

    def assume_role(self, caller, params):
        duration = _validate(params, 3600, 43200, "RoleArn", "RoleSessionName")
        arn, name = params["RoleArn"], params["RoleSessionName"]
        # AWS has no role without account. A test that adds one plays another STS.
        if arn not in self.accounts.roles and not ARN_FORM.fullmatch(arn):
            raise Refusal("ValidationError", f"{arn} is invalid", 400)
        _check_tags(dict(params))
        mfa = self._check_mfa(caller, params) or _carries_mfa(caller)
        role = self.accounts.roles.get(arn)
        if role is None or (role.requires_mfa and not mfa):
            raise _not_authorized(caller, "AssumeRole", arn)
        if self.accounts.denies(caller.user, "sts:AssumeRole"):
            raise _not_authorized(caller, "AssumeRole", arn,
                                  "with an explicit deny in an identity-based policy")
        if caller.session_token and duration > 3600:
            raise Refusal("ValidationError", "The requested DurationSeconds exceeds the 1 hour "
                          "session limit for roles assumed by role chaining.", 400)
        if duration > role.max_session:
            raise Refusal("ValidationError", "The requested DurationSeconds exceeds the "
                          "MaxSessionDuration set for this role.", 400)
        partition = arn.split(":")[1]
        session = self.accounts.issue(Session(
            user=caller.user, role=role, account=role.account, mfa=False,
            arn=f"arn:{partition}:sts::{role.account}:assumed-role/{role.name}/{name}",
            user_id=f"{role.role_id}:{name}", expiration=self.now() + duration))
        result = [_credentials(session),
                  ("AssumedRoleUser", [("AssumedRoleId", session.user_id), ("Arn", session.arn)])]
        if "SourceIdentity" in params:
            result.append(("SourceIdentity", params["SourceIdentity"]))
        return result

    def _check_mfa(self, caller, params):
        """True if a code was given and accepted (it is then spent), False without a code."""
        serial, code = params.get("SerialNumber"), params.get("TokenCode")
        if serial is None and code is None:
            return False
        if serial is None or code is None:
            raise Refusal("AccessDenied", HALF_OF_MFA)
        device = None if caller.session_token else caller.device_with(serial)
        if device is None:
            raise Refusal("AccessDenied", WRONG_SERIAL)
        if not device.accept(code):
            raise Refusal("AccessDenied", WRONG_CODE)
        return True


ACTIONS = {"GetCallerIdentity": Service.get_caller_identity,
           "GetSessionToken": Service.get_session_token,
           "AssumeRole": Service.assume_role}

# name: (least length, greatest length, pattern), as in the STS service model
TEXTS = {"RoleArn": (20, 2048, None),
         "RoleSessionName": (2, 64, r"[\w+=,.@-]*"),
         "SerialNumber": (9, 256, r"[\w+=/:,.@-]*"),
         "TokenCode": (6, 6, r"[\d]*"),
         "ExternalId": (2, 1224, r"[\w+=,.@:\/-]*"),
         "SourceIdentity": (2, 64, r"[\w+=,.@-]*")}


def _validate(params, default, greatest, *required):
    """Checks the parameters as the service model says; returns the duration in seconds."""
    faults = []

    def check(fine, name, value, constraint):
        if not fine:
            shown = "null" if value is None else f"'{value}'"
            faults.append(f"Value {shown} at '{name[0].lower()}{name[1:]}' failed to satisfy "
                          f"constraint: Member must {constraint}")

    for name, (shortest, longest, pattern) in TEXTS.items():
        value = params.get(name)
        if value is None:
            check(name not in required, name, None, "not be null")
            continue
        check(len(value) >= shortest, name, value,
              f"have length greater than or equal to {shortest}")
        check(len(value) <= longest, name, value, f"have length less than or equal to {longest}")
        check(pattern is None or re.fullmatch(pattern, value, re.ASCII), name, value,
              f"satisfy regular expression pattern: {pattern}")
    text = params.get("DurationSeconds", str(default))
    if not re.fullmatch(r"-?\d{1,9}", text, re.ASCII):
        raise Refusal("MalformedInput", f"'{text}' is no integer", 400)
    duration = int(text)
    check(duration >= 900, "DurationSeconds", text, "have value greater than or equal to 900")
    check(duration <= greatest, "DurationSeconds", text,
          f"have value less than or equal to {greatest}")
    if faults:
        detected = f"{len(faults)} validation error{'s' if len(faults) > 1 else ''} detected: "
        raise Refusal("ValidationError", detected + "; ".join(faults), 400)
    return duration


def _carries_mfa(caller):
    """A session of GetSessionToken carries its MFA, a role's session does not."""
    return caller.session_token is not None and caller.mfa


def _check_tags(params):
    """The members of Tags and TransitiveTagKeys are numbered from 1 and fit each other."""
    keys = []
    for n in range(1, 51):
        if f"Tags.member.{n}.Key" in params:
            keys.append(params.pop(f"Tags.member.{n}.Key").lower())
            params.pop(f"Tags.member.{n}.Value")
    transitive = [params.pop(f"TransitiveTagKeys.member.{n}").lower() for n in range(1, 51)
                  if f"TransitiveTagKeys.member.{n}" in params]
    if len(set(keys)) < len(keys):
        raise Refusal("InvalidParameterValue", "Duplicate tag keys found. Please note that Tag "
                      "keys are case insensitive.", 400)
    if not set(transitive) <= set(keys) or any(".member." in name for name in params):
        raise Refusal("ValidationError", "The specified transitive tag key must be included in "
                      "the requested tags.", 400)


def _not_authorized(caller, action, resource, reason=""):
    return Refusal("AccessDenied", f"User: {caller.arn} is not authorized to perform: sts:{action} "
                   f"on resource: {resource} {reason}".rstrip())


def _credentials(session):
    expiration = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(session.expiration))
    return ("Credentials", [("AccessKeyId", session.access_key_id),
                            ("SecretAccessKey", session.secret_access_key),
                            ("SessionToken", session.session_token),
                            ("Expiration", expiration)])
