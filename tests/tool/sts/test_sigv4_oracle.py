"""Our signatures against botocore's, over random requests.

The driver (sign.c) is $BUILD/tests/tool/sts/sign, or is compiled here.
"""

import os
import random
import shutil
import string
import subprocess
import tempfile
import unittest
from datetime import datetime, timedelta
from pathlib import Path

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
COUNT = 2000


def driver(directory):
    built = Path(os.environ.get("BUILD", ROOT / "build")) / "tests/tool/sts/sign"
    if built.exists():
        return built
    compiled = Path(directory) / "sign"
    subprocess.run([os.environ.get("CC", "cc"), "-std=c17", "-D_GNU_SOURCE", f"-I{ROOT}/include",
                    "-o", compiled, HERE / "sign.c", ROOT / "tool/sts/sigv4.c", "-lcrypto"],
                   check=True)
    return compiled


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
        for _ in range(COUNT):
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

            request = AWSRequest(method=method, url=f"https://{host}{path}", data=body)
            request.headers["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8"
            request.headers["Host"] = host
            stamp = _stamp(when)
            expected.append(FixedTime(keys, service, region).authorization(request, stamp))
            fields = [keys.access_key, keys.secret_key, region, service, method, path, host,
                      keys.token or ""]
            hexed = [field.encode().hex() or "-" for field in fields] + [body.hex() or "-"]
            cases.append(" ".join([str(when)] + hexed))

        directory = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, directory)
        done = subprocess.run([driver(directory)], input="\n".join(cases) + "\n", text=True,
                              capture_output=True, check=True)
        for case, ours, theirs in zip(cases, done.stdout.splitlines(), expected, strict=True):
            self.assertEqual(ours, theirs, f"seed {seed}: {case}")


def _stamp(seconds):
    return (datetime(1970, 1, 1) + timedelta(seconds=seconds)).strftime("%Y%m%dT%H%M%SZ")


if __name__ == "__main__":
    unittest.main()
