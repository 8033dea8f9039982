"""Our signatures against botocore's, over random requests. sigv4-sign makes ours."""

import inspect
import random
import string
import subprocess
import unittest
from datetime import datetime, timedelta
from urllib.parse import quote

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from paths import BUILD

SIGN = BUILD / "tests/tool/sts/sigv4-sign"
COUNT = 2000


def signed_at_once(cases):
    """cases: (Credentials, region, service, raw request) each; -> their Authorization headers"""
    lines = b"".join(f"{keys.access_key} {keys.secret_key} {region} {service} {len(raw)}\n".encode()
                     + raw for keys, region, service, raw in cases)
    done = subprocess.run([SIGN, "-m"], input=lines, capture_output=True, check=True)
    return done.stdout.decode().splitlines()


class FixedTime(SigV4Auth):
    """botocore takes the time from the clock; canonical_request() and kin take it from here."""

    def authorization(self, request, timestamp):
        request.context["timestamp"] = timestamp
        request.headers["X-Amz-Date"] = timestamp
        if self.credentials.token:
            request.headers["X-Amz-Security-Token"] = self.credentials.token
        to_sign = self.string_to_sign(request, self.canonical_request(request))
        return (f"AWS4-HMAC-SHA256 Credential={self.scope(request)}, "
                f"SignedHeaders={self.signed_headers(self.headers_to_sign(request))}, "
                f"Signature={self.signature(to_sign, request)}")


class Oracle(unittest.TestCase):
    def test_identical(self):
        seed = random.randrange(1 << 32)
        rng = random.Random(seed)

        def text(alphabet, least, most):
            return "".join(rng.choices(alphabet, k=rng.randint(least, most)))

        printable = "".join(chr(c) for c in range(33, 127))
        cases, expected = [], []
        bodies, tokens, dates = set(), 0, set()
        for number in range(COUNT):
            when = rng.randrange(0, 253402300800)
            keys = Credentials(text(string.ascii_uppercase + string.digits, 1, 128),
                               text(printable, 1, 200), text(printable, 0, 3000) or None)
            region = text(string.ascii_lowercase + string.digits + "-", 1, 63)
            service = rng.choice(["sts", "service"])
            method = rng.choice(["POST", "GET"])
            path = "/" + "".join(text(string.ascii_letters + "-_~0", 1, 9) + "/"
                                 for _ in range(rng.randrange(3)))
            host = text(string.ascii_lowercase, 1, 60) + rng.choice(["", ":8443", ":1"])
            body = rng.randbytes(rng.randrange(600))
            if number == 0:
                when, body = 0, bytes(range(256)) * 3
            elif number == 1:
                when, body = 253402300799, b""
            bodies.update(body)
            tokens += keys.token is not None
            dates.add(when // 86400)

            request = AWSRequest(method=method, url=f"https://{host}{path}", data=body)
            request.headers["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8"
            request.headers["Host"] = host
            stamp = _stamp(when)
            expected.append(FixedTime(keys, service, region).authorization(request, stamp))
            head = [f"{method} {path} HTTP/1.1", f"Host: {host}", f"X-Amz-Date: {stamp}",
                    "Content-Type: application/x-www-form-urlencoded; charset=utf-8",
                    *([f"X-Amz-Security-Token: {keys.token}"] if keys.token else []), "", ""]
            cases.append((keys, region, service, "\n".join(head).encode() + body))

        self.assertEqual(bodies, set(range(256)))
        self.assertGreater(tokens, COUNT // 2)
        self.assertGreater(len(dates), COUNT // 2)
        signed = signed_at_once(cases)
        self.assertEqual(len(signed), len(expected))
        for case, ours, theirs in zip(cases, signed, expected):
            self.assertEqual(ours, theirs, f"seed {seed}: {case}")


SUITE = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
RAW_COUNT = 400
KINDS = 16      # of which some come up once in a hundred draws


class RawRequests(unittest.TestCase):
    """Requests in the form of the published test suite: paths with dots and blanks, queries in any
    order, headers that occur twice, folded and in any case."""

    def signed(self, raw, *options):
        done = subprocess.run([SIGN, *options], input=raw, capture_output=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.decode().rstrip("\n")

    @unittest.skipIf("sorted(headers_to_sign.get_all" in inspect.getsource(SigV4Auth),
                     "this botocore sorts the values of a header, which AWS does not")
    def test_identical(self):
        seed = random.randrange(1 << 32)
        rng = random.Random(seed)
        seen, cases, expected = set(), [], []

        def text(alphabet, most):
            return "".join(rng.choices(alphabet, k=rng.randint(1, most)))

        drawn = 0
        while drawn < RAW_COUNT or len(seen) < KINDS:
            drawn += 1
            self.assertLess(drawn, 100 * RAW_COUNT, f"seed {seed}: not all kinds come up: {seen}")
            parts = rng.choices(["", ".", "..", "a", "b c", "\u1234", "%20", "x=y;z", "~-_.", "$&'"],
                                k=rng.randrange(6))
            path = "/" + "/".join(parts)
            pairs = [(text(string.ascii_letters + "\u1234 =&%+", 4),
                      text(string.ascii_letters + "\u00e9/?+=", 4) if rng.random() < .8 else "")
                     for _ in range(rng.randrange(5))]
            query = "&".join(quote(k, safe="") + (f"={quote(v, safe='')}" if v or rng.random() < .5
                                                  else "") for k, v in pairs)
            headers = [("Host", "example.amazonaws.com"), ("X-Amz-Date", "20150830T123600Z")]
            for _ in range(rng.randrange(5)):
                value = " " * rng.randrange(3) + text(string.ascii_letters + "  \t\",;=", 12)
                headers.append((rng.choice(["My-Header1", "my-header1", "MY-HEADER2", "Zoo",
                                            "x-amz-security-token"]), value))
            rng.shuffle(headers)
            method = rng.choice(["GET", "POST", "PUT"])
            body = rng.randbytes(rng.randrange(300)) if method != "GET" else b""
            target = path + (f"?{query}" if query else "")

            request = AWSRequest(method=method, url=f"https://example.amazonaws.com{target}",
                                 data=body)
            for name, value in headers:
                if name != "X-Amz-Date":
                    request.headers.add_header(name, value)
            expected.append(FixedTime(SUITE, "service", "us-east-1").authorization(
                request, "20150830T123600Z"))
            eol = rng.choice(["\n", "\r\n"])
            raw = eol.join([f"{method} {target} HTTP/1.1",
                            *(f"{name}:{value}" for name, value in headers)]).encode()
            raw += (2 * eol).encode() + body if body else rng.choice([b"", eol.encode() * 2])
            cases.append((SUITE, "us-east-1", "service", raw))
            names = [name.lower() for name, _ in headers]
            seen |= {(".." in parts, len(pairs) > 1, len(set(names)) < len(names), bool(body))}
        signed = signed_at_once(cases)
        self.assertEqual(len(signed), len(expected))
        for case, ours, theirs in zip(cases, signed, expected):
            self.assertEqual(ours, theirs, f"seed {seed}: {case}")
        self.assertEqual(self.signed(cases[0][3]), expected[0])

    def test_folded_and_not_normalised(self):
        """What botocore cannot be asked, in other words that it can."""
        head = b"\nHost:example.amazonaws.com\nX-Amz-Date:20150830T123600Z\n"
        fold = self.signed(b"GET / HTTP/1.1" + head + b"A:1\n  2\n\t3\n")
        self.assertEqual(fold, self.signed(b"GET / HTTP/1.1" + head + b"A:1,2,3\n"))
        self.assertEqual(self.signed(b"GET / HTTP/1.1" + head + b"A:1\n  2\n\t3\n", "-s"),
                         self.signed(b"GET / HTTP/1.1" + head + b"A:1 2 3\n"))
        dots = b"GET /a/../b HTTP/1.1" + head
        self.assertEqual(self.signed(dots), self.signed(b"GET /b HTTP/1.1" + head))
        self.assertNotEqual(self.signed(dots), self.signed(dots, "-n"))


def _stamp(seconds):
    return (datetime(1970, 1, 1) + timedelta(seconds=seconds)).strftime("%Y%m%dT%H%M%SZ")


if __name__ == "__main__":
    unittest.main()
