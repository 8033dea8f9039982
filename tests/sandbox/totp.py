"""Time-based one-time passwords (RFC 6238: HMAC-SHA1, 30 s, 6 digits), as AWS's virtual MFA.

As a program:  totp.py BASE32 [--step N]   prints the code of the current step, or of one N away.
"""

import argparse
import base64
import hashlib
import hmac
import time

PERIOD = 30


def step_at(seconds):
    return int(seconds) // PERIOD


def code(secret, step, digits=6):
    """RFC 4226 s5.3 with the step as the counter."""
    mac = hmac.new(secret, step.to_bytes(8, "big"), hashlib.sha1).digest()
    offset = mac[-1] & 15
    number = int.from_bytes(mac[offset:offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)


def secret_from_base32(text):
    text = text.replace(" ", "").rstrip("=").upper()
    return base64.b32decode(text + "=" * (-len(text) % 8))


def main():
    parser = argparse.ArgumentParser(description="print a TOTP code")
    parser.add_argument("secret", metavar="BASE32")
    parser.add_argument("--step", type=int, default=0, metavar="N",
                        help="steps of 30 seconds from now; STS takes -1, 0 and 1")
    args = parser.parse_args()
    print(code(secret_from_base32(args.secret), step_at(time.time()) + args.step))


if __name__ == "__main__":
    main()
