"""A hostile server, with every fault of the list below, at every moment:

before   The code was not sent: the fault meets the warm-up. The code stays unsent: 14.
remade   The warm-up went well. Then the server closed the connection and turned bad. The code
         waits for a new connection. It stays unsent: 14. Only for faults that are seen before
         HTTP: in HTTP a code is sent by then, and that is "after".
after    The code was sent. The server sees it once, and nothing more is sent: 15. For faults that
         are seen before HTTP, the server takes the code, cuts the line and turns bad. It must not
         even get a new connection.
pam      "before", as the PAM module runs it. The warm-up is a GET without a signature. Its answer
         only shows that the server speaks HTTP, since AWS itself answers with a redirect.

Credentials and expirations have no "before": only the answer to a code has them. The account and
ARN of the warm-up's answer take their place. A wrong clock has no "after": nothing more is signed
then, so a wrong Date must not cost the session.
"""

import configparser
import io
import socket
import unittest

from sandbox import faults
from tool.sts.hostile import Case, tests_of

WARM_UP, CODE = "GetCallerIdentity", "GetSessionToken"
HOUR, YEAR = 3600, 365 * 86400

# --- seen before HTTP: name -> (what to do to the sandbox, the message) ---

CONNECTIONS = {
    "refuses": (lambda box: box.refuse(), ("could not connect to 127.0.0.1", "refused")),
    "hangs_at_accept": (lambda box: box.fill(), ("could not connect to 127.0.0.1", "in time")),
    "accepts_and_is_mute": (lambda box: box.become(mute=True), ("TLS handshake", "in time")),
    "hangs_in_tls": (lambda box: box.become(mute="half"), ("TLS handshake", "in time")),
    "tls_by_the_byte": (lambda box: box.become(mute="drip"), ("TLS handshake", "in time")),
    "expired": (lambda box: box.become(certificate="expired"), ("not trusted", "expired")),
    "other_host": (lambda box: box.become(certificate="other-host"), ("not trusted", "127.0.0.1")),
    "self_signed": (lambda box: box.become(certificate="self-signed"),
                    ("not trusted", "ca_bundle")),
    "incomplete_chain": (lambda box: box.become(certificate="incomplete-chain"),
                         ("not trusted", "ca_bundle")),
    "tls_1_0": (lambda box: box.become(tls="1.0"), ("TLS", "1.2 or newer")),
    "tls_1_1": (lambda box: box.become(tls="1.1"), ("TLS", "1.2 or newer")),
    "no_tls": (lambda box: box.become(tls="off"), ("TLS",)),
}

# --- seen in HTTP: name -> (fault, the messages before and after) ---

NO_STS = ("does not answer as STS does",)
PORTAL = ("log-in page",)
NO_XML = ("not understood", "not XML of STS")
CUT = ("gave no whole answer",)
LATE = ("did not answer in time", )
LONG = ("too long",)
NONE = ("no answer from 127.0.0.1",)

ANSWERS = {
    "closes": (faults.close(), NONE, CUT),
    "closes_having_accepted": (faults.processed(faults.close()), NONE, CUT),
    "resets": (faults.reset(), NONE, CUT),
    "resets_having_accepted": (faults.processed(faults.reset()), NONE, CUT),
    "hangs": (faults.hang(), LATE, LATE),
    "hangs_having_accepted": (faults.processed(faults.hang()), LATE, LATE),
    "hangs_after_headers": (faults.hang_after_headers(), LATE, LATE),
    "a_byte_a_second": (faults.drip(1.0), LATE, LATE),
    "closes_within_body": (faults.short_body(), NONE, CUT),
    "no_http": (faults.raw(b"220 mail ESMTP\r\n"), ("does not speak HTTP",), CUT),
    "status_line_only": (faults.raw(b"HTTP/1.1 200 OK\r\n"), NO_STS, NO_XML),
    "bad_chunk": (faults.raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
                  NONE, CUT),
    "negative_length": (faults.raw(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"),
                        ("does not speak HTTP",), CUT),
    "html": (faults.html(), PORTAL, NO_XML),
    "html_403": (faults.html(403), PORTAL, NO_XML),
    "empty": (faults.empty(), NO_STS, NO_XML),
    "body_of_100_mb": (faults.big(100 << 20), LONG, LONG),
    "endless_chunks": (faults.endless(), LONG, LONG),
    "endless_headers": (faults.endless_headers(), LONG, LONG),
    "endless_100_continue": (faults.endless_headers(b"HTTP/1.1 100 Continue\r\n\r\n", b""),
                             LONG, LONG),
    "gzip_bomb": (faults.gzip_bomb(100 << 20), NO_STS, NO_XML),
    "billion_laughs": (faults.entities(), NO_STS, NO_XML),
    "external_entity": (faults.external_entity(), NO_STS, NO_XML),
    "dtd": (faults.doctype(), NO_STS, NO_XML),
    "ten_thousand_deep": (faults.deep(10000), NO_STS, NO_XML),
    "not_utf_8": (faults.wrong_encoding(), NO_STS, NO_XML),
    "latin_1": (faults.wrong_encoding("ISO-8859-1"), NO_STS, NO_XML),
    "unknown_encoding": (faults.wrong_encoding("x-none"), NO_STS, NO_XML),
    "utf_16": (faults.utf16(), NO_STS, NO_XML),
    "half_of_the_xml": (faults.cut_xml(), NO_STS, NO_XML),
    "500": (faults.error("InternalFailure"), ("failing (HTTP 500)",), ("error of its own",)),
    "502_html": (faults.html(502), ("failing (HTTP 502)",), NO_XML),
    "503": (faults.error("ServiceUnavailable"), ("failing (HTTP 503)",), ("error of its own",)),
    # an escape is no XML 1.0, raw or as a reference
    "raw_escapes": (faults.error("Bad", "\x1b]0;pwned\x07\x1b[2J"), NO_STS, NO_XML),
    "nul_in_error": (faults.error("Bad", "a\0b"), NO_STS, NO_XML),
    "reference_to_escape": (faults.reply(400, b"<ErrorResponse><Error><Code>Bad</Code><Message>"
                                         b"&#27;[2J</Message></Error></ErrorResponse>"),
                            NO_STS, NO_XML),
}

# Where a redirect leads: somebody who only listens. The host is one we would trust and talk to.
ELSEWHERE = socket.create_server(("127.0.0.1", 0))
ELSEWHERE.setblocking(False)

# C1 controls, overrides of direction and line breaks are XML: "\x9b" is an escape to a terminal,
# and a line of its own would be a record or a log line.
STEERING = "\x9b2J\u202egnp.exe\u2028\r\nresult 0 ok\nexpiration 4102444800\n" + "x" * 5000

# name -> (what GetSessionToken's credentials say instead, status): INI injection
NOT_STORED = {
    "newline": "a\naws_session_token = b",
    "header": "a\n[other]\naws_access_key_id = b",
    "carriage_return": "a\r[other]",
    "tab": "a\tb",
    "blank": "a b",
    "comment": "#a",                # behind a blank, SDKs take it for one
    "comment_too": ";a",
    "no_ascii": "\u00e9\u0085\u2028",
    "nothing": "",
}
STORED = {
    "bracket": "[other]",
    "closing_bracket": "a]b]",
    "equals": "=a=b==",
    "colon": ":a:b",
    "percent": "%(other)s${other}",
    "quotes": "\"a'",
    "comment_behind": "a#b;c",
}
FIELDS = {"key_id": "AccessKeyId", "secret": "SecretAccessKey", "token": "SessionToken"}
EXPIRATIONS = {
    "past": "2020-01-01T00:00:00Z",
    "1970": "1970-01-01T00:00:00Z",
    "before_1970": "1969-12-31T23:59:59Z",
    "9999": "9999-12-31T23:59:59Z",
    "without_zone": lambda text: text.rstrip("Z"),
    "other_zone": lambda text: text.replace("Z", "+02:00"),
    "no_time": "soon",
    "february_31": "2027-02-31T00:00:00Z",
    "empty": "",
    "absent": None,
    "with_newline": lambda text: text + "\n[other]\na = b",
    "huge": "9" * 5000 + "-01-01T00:00:00Z",
}


def at(action, fault):
    return lambda box: box.fault(action, fault)


def turned(action, then, change):
    def prepare(box):
        def act(exchange):
            change(box)
            then.act(exchange)
        box.fault(action, faults.Fault("turned", act))
    return prepare


def _cases():
    for name, (change, words) in CONNECTIONS.items():
        yield Case(f"before_{name}", change, 14, words)
        yield Case(f"remade_{name}", turned(WARM_UP, faults.close_after(), change), 14, words)
        yield Case(f"after_{name}", turned(CODE, faults.processed(faults.close()), change), 15,
                   CUT, codes=1, connections=1)
    for name, (fault, before, after) in ANSWERS.items():
        yield Case(f"before_{name}", at(WARM_UP, fault), 14, before)
        yield Case(f"after_{name}", at(CODE, fault), 15, after, codes=1, connections=1)

    for name, (change, words) in CONNECTIONS.items():
        yield Case(f"pam_{name}", change, 14, words, pam=True)
    for name, (fault, words, _) in ANSWERS.items():
        # A server that answers at all is asked, and gives this code its due.
        answers = words in (NO_STS, PORTAL)
        yield Case(f"pam_{name}", at("GET", fault), 0 if answers else 14, () if answers else words,
                   codes=int(answers), pam=True)

    for status in (301, 302, 303, 307, 308):
        fault = faults.redirect(f"https://localhost:{ELSEWHERE.getsockname()[1]}/", status)
        yield Case(f"before_redirect_{status}", at(WARM_UP, fault), 14, ("redirect", "not followed"))
        yield Case(f"after_redirect_{status}", at(CODE, fault), 15, ("a redirect",), codes=1,
                   connections=1)

    yield Case("before_steering_words", at(WARM_UP, faults.error("InvalidClientTokenId", STEERING)),
               13, ("does not know the access key",))
    yield Case("before_steering_code", at(WARM_UP, faults.error(STEERING, "m")), 0, codes=1)
    yield Case("before_steering_identity", at(WARM_UP, faults.credentials(
        Arn=STEERING, Account="1\n2 3")), 0, codes=1)
    yield Case("after_steering_words", at(CODE, faults.error("Bad", STEERING)), 13,
               ("AWS refuses the request: Bad: ??2J???gnp.exe??? result 0 ok expiration",), codes=1)
    yield Case("after_steering_code", at(CODE, faults.error(STEERING, "m")), 13,
               ("AWS refuses the request: ",), codes=1)
    yield Case("after_steering_words_of_throttling", at(CODE, faults.error(
        "Throttling", STEERING)), 15, ("wait a minute",), codes=1)
    yield Case("after_steering_request_id", at(CODE, faults.rewritten(
        b"</RequestId>", b"\r\n\xc2\x9b2J[other]</RequestId>")), 0, codes=1)

    # Throttling is no outage before the code, or it could be provoked: see aws_error.h.
    yield Case("before_throttling", at(WARM_UP, faults.error("Throttling")), 0, codes=1)
    yield Case("before_throttling_503", at(WARM_UP, faults.error("Throttling", status=503)), 0,
               codes=1)
    yield Case("after_throttling", at(CODE, faults.error("Throttling")), 15, ("wait a minute",),
               codes=1)
    yield Case("after_throttling_503", at(CODE, faults.error("Throttling", status=503)), 15,
               ("wait a minute",), codes=1)

    for field, element in FIELDS.items():
        for name, text in NOT_STORED.items():
            yield Case(f"after_{field}_{name}", at(CODE, faults.credentials(**{element: text})),
                       15, ("credentials that are missing or malformed",), codes=1)
        yield Case(f"after_{field}_nul", at(CODE, faults.credentials(**{element: "a\0b"})), 15,
                   NO_XML, codes=1)
        yield Case(f"after_{field}_nul_reference", at(CODE, faults.rewritten(
            f"</{element}>".encode(), f"&#0;</{element}>".encode())), 15, NO_XML, codes=1)
        yield Case(f"after_{field}_newline_reference", at(CODE, faults.rewritten(
            f"</{element}>".encode(), f"&#10;[x]</{element}>".encode())), 15,
            ("credentials that are missing or malformed",), codes=1)
        for name, text in STORED.items():
            yield Case(f"after_{field}_{name}", at(CODE, faults.credentials(**{element: text})),
                       0, codes=1)
    for name, text in EXPIRATIONS.items():
        yield Case(f"after_expiration_{name}", at(CODE, faults.credentials(Expiration=text)), 15,
                   ("expiration",), codes=1)

    for name, seconds in {"2_hours_behind": -2 * HOUR, "2_hours_ahead": 2 * HOUR}.items():
        yield Case(f"before_clock_{name}", _skew(seconds), 0, codes=1)
    for name, seconds in {"25_hours_behind": -25 * HOUR, "25_hours_ahead": 25 * HOUR,
                          "10_years_behind": -10 * YEAR, "10_years_ahead": 10 * YEAR}.items():
        # And half an hour, so that a second more or less makes no other number of hours of it.
        yield Case(f"before_clock_{name}", _skew(seconds + (HOUR // 2 if seconds > 0 else -HOUR // 2)), 13,
                   (f"differ by {abs(seconds) // HOUR} hours", "not corrected", "timedatectl"))
    for name, seconds in {"2_hours_behind": -2 * HOUR, "2_hours_ahead": 2 * HOUR,
                          "10_years_behind": -10 * YEAR, "10_years_ahead": 10 * YEAR}.items():
        yield Case(f"after_clock_{name}", at(CODE, faults.clock_jumps(seconds)), 0, codes=1)
    yield Case("after_clock_refused", at(CODE, faults.error("RequestExpired")), 13,
               ("set this machine's clock",), codes=1)


def _skew(seconds):
    def prepare(box):
        box.date_skew = seconds
    return prepare


CASES = list(_cases())


@tests_of(CASES)
class HostileServer(unittest.TestCase):
    def more(self, case, outcome):
        """A session that was stored is what every reader must find, and nothing but it changed."""
        if not case.stored:
            return
        changed = dict(_sections(outcome.after))
        old = dict(_sections(outcome.before))
        new = changed.pop("work")
        old.pop("work")
        self.assertEqual(changed, old)
        self.assertEqual(set(new), {"assumed_role", "aws_access_key_id",
                                    "aws_secret_access_key", "aws_session_token", "aws_security_token", "expiration"})
        for name, element in FIELDS.items():
            key = {"key_id": "aws_access_key_id", "secret": "aws_secret_access_key",
                   "token": "aws_session_token"}[name]
            for text, value in STORED.items():
                if case.name == f"after_{name}_{text}":
                    self.assertEqual(new[key], value, element)


    def test_nobody_followed_a_redirect(self):
        redirected = [case for case in CASES if "_redirect_" in case.name]
        self.assertEqual(len(redirected), 10)
        for case in redirected:
            self.running.result(case)
        with self.assertRaises(BlockingIOError):
            ELSEWHERE.accept()


def _sections(text):
    """As botocore reads the file."""
    parser = configparser.RawConfigParser()
    parser.read_file(io.StringIO(text))
    return {name: dict(parser.items(name)) for name in parser.sections()}


if __name__ == "__main__":
    unittest.main()
