"""The sandbox, checked by clients of other projects: boto3, the AWS CLI, curl."""

import calendar
import json
import signal
import subprocess
import sys
import time
import unittest
import urllib.parse
from pathlib import Path

import boto3

from sandbox import totp
from sandbox.testcase import SandboxTest

ROLE = "arn:aws:iam::123456789012:role/team/Admin"
HERE = Path(__file__).resolve().parent


class Codes(unittest.TestCase):
    def test_rfc_6238_vectors(self):
        for seconds, expected in ((59, "94287082"), (1111111109, "07081804"),
                                  (1111111111, "14050471"), (1234567890, "89005924"),
                                  (2000000000, "69279037"), (20000000000, "65353130")):
            step = totp.step_at(seconds)
            self.assertEqual(totp.code(b"12345678901234567890", step, 8), expected)
            self.assertEqual(totp.code(b"12345678901234567890", step), expected[2:])

    def test_program(self):
        base32 = "gezd gnbv gy3t qojq"
        program = [sys.executable, "-B", str(HERE / "totp.py"), base32]
        before = totp.step_at(time.time())
        shown = subprocess.run([*program, "--step", "-1"], capture_output=True, text=True).stdout
        steps = range(before - 1, totp.step_at(time.time()))
        self.assertIn(shown.strip(), [totp.code(b"1234567890", step) for step in steps])


class SessionToken(SandboxTest):
    def test_credentials_work(self):
        user = self.box.add_user("alice")
        before = int(time.time())
        credentials = self.session(user, DurationSeconds=900)
        ends = calendar.timegm(credentials["Expiration"].utctimetuple())
        self.assertTrue(before + 900 <= ends <= time.time() + 900)
        self.assertRegex(credentials["AccessKeyId"], r"\AASIA[A-Z2-7]{16}\Z")
        self.assertRegex(credentials["SessionToken"], r"\A(?=.*/)(?=.*\+)(?=.*=).{400,}\Z")
        session = self.client(credentials)
        self.assertEqual(session.get_caller_identity()["Arn"], user.arn)
        self.assertEqual(self.refused("AccessDenied", session.get_session_token),
                         "Cannot call GetSessionToken with session credentials")
        self.box.sessions[0].expiration = time.time()
        self.refused("ExpiredToken", session.get_caller_identity)

    def test_codes(self):
        user = self.box.add_user("alice")
        client = self.client(user)

        def get(code, serial=user.serial):
            return client.get_session_token(SerialNumber=serial, TokenCode=code)

        codes = [user.code() for _ in range(3)]
        self.assertEqual(len(set(codes)), 3)
        self.assertRaises(LookupError, user.code)
        for code in codes:
            get(code)
            self.assertEqual(
                self.refused("AccessDenied", get, code),
                "MultiFactorAuthentication failed with invalid MFA one time pass code. ")
        wrong, old = user.wrong_code(), user.code_at(-5)
        self.refused("AccessDenied", get, wrong)
        self.refused("AccessDenied", get, old)
        self.assertEqual(self.box.codes_seen(user), [c for code in codes for c in (code, code)]
                         + [wrong, old])
        other = user.add_device("phone")
        self.refused("AccessDenied", get, other.code())         # that device's code, this serial
        get(other.code(), other.serial)

    def test_serial(self):
        user, other = self.box.add_user("alice"), self.box.add_user("bob")
        client = self.client(user)
        for serial in (other.serial, user.arn, "arn:aws:iam::123456789012:u2f/alice"):
            self.assertEqual(
                self.refused("AccessDenied", client.get_session_token, SerialNumber=serial,
                             TokenCode=other.code()),
                "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify "
                "your MFA serial number is valid and associated with this user.")
        self.refused("AccessDenied", client.get_session_token, SerialNumber=user.serial)

    def test_parameters(self):
        user = self.box.add_user("alice")
        # The AWS CLI and boto3 refuse some of these themselves. So this takes the low-level route.
        client = self.client(user)
        client.meta.events.register(
            "before-call.sts", lambda params, **_: params["body"].update(self.raw))
        for name, value, constraint in (
                ("DurationSeconds", "899", "have value greater than or equal to 900"),
                ("DurationSeconds", "129601", "have value less than or equal to 129600"),
                ("TokenCode", "12345", "have length greater than or equal to 6"),
                ("TokenCode", "12345x", r"satisfy regular expression pattern: [\d]*"),
                ("SerialNumber", "arn:a b:c", r"satisfy regular expression pattern: "
                                              r"[\w+=/:,.@-]*")):
            self.raw = {name: value}
            self.assertEqual(self.refused("ValidationError", client.get_session_token),
                             f"1 validation error detected: Value '{value}' at '{name[0].lower()}"
                             f"{name[1:]}' failed to satisfy constraint: Member must {constraint}")
        self.raw = {"DurationSeconds": "1h"}
        self.refused("MalformedInput", client.get_session_token)
        self.raw = {"DurationSeconds": "1", "TokenCode": "1"}
        self.assertTrue(self.refused("ValidationError", client.get_session_token)
                        .startswith("2 validation errors detected: "))

    def test_policy(self):
        user = self.box.add_user("alice")
        self.box.policy_denies(user)
        client = self.client(user)
        self.assertIn("is not authorized to perform: sts:GetSessionToken",
                      self.refused("AccessDenied", client.get_session_token))
        client.get_caller_identity()        # which no policy can deny


class Roles(SandboxTest):
    def assume(self, keys, arn=ROLE, name="alice", **options):
        return self.client(keys).assume_role(RoleArn=arn, RoleSessionName=name, **options)

    def test_with_code(self):
        user = self.box.add_user("alice")
        self.box.add_role(ROLE, max_session=7200)
        answer = self.assume(user, SerialNumber=user.serial, TokenCode=user.code(),
                             DurationSeconds=7200)
        arn = "arn:aws:sts::123456789012:assumed-role/Admin/alice"
        self.assertEqual(answer["AssumedRoleUser"]["Arn"], arn)
        self.assertRegex(answer["AssumedRoleUser"]["AssumedRoleId"], r"\AAROA[A-Z2-7]{17}:alice\Z")
        identity = self.client(answer["Credentials"]).get_caller_identity()
        self.assertEqual(identity["Arn"], arn)
        self.assertEqual(identity["UserId"], answer["AssumedRoleUser"]["AssumedRoleId"])

    def test_refusals(self):
        user = self.box.add_user("alice")
        self.box.add_role(ROLE)
        mfa = {"SerialNumber": user.serial}
        self.assertEqual(self.refused("AccessDenied", self.assume, user),
                         f"User: {user.arn} is not authorized to perform: sts:AssumeRole on "
                         f"resource: {ROLE}")
        self.refused("AccessDenied", self.assume, user, ROLE + "s", TokenCode=user.code(), **mfa)
        self.refused("AccessDenied", self.assume, user, TokenCode=user.wrong_code(), **mfa)
        self.assertEqual(self.refused("ValidationError", self.assume, user, DurationSeconds=3601,
                                      TokenCode=user.code(), **mfa),
                         "The requested DurationSeconds exceeds the MaxSessionDuration set for "
                         "this role.")
        self.refused("ValidationError", self.assume, user, name="a b")
        self.refused("ValidationError", self.assume, user, "arn:aws:iam::1:role/Admin-of-it")

    def test_chaining(self):
        user = self.box.add_user("alice")
        self.box.add_role(ROLE, max_session=7200)
        session = self.session(user)
        message = self.refused("ValidationError", self.assume, session, DurationSeconds=7200)
        self.assertEqual(message, "The requested DurationSeconds exceeds the 1 hour session limit "
                                  "for roles assumed by role chaining.")
        role = self.assume(session, DurationSeconds=3600)["Credentials"]
        self.refused("AccessDenied", self.assume, role)     # a role's session carries no MFA
        without = self.client(user).get_session_token()["Credentials"]
        self.refused("AccessDenied", self.assume, without)


class OtherClients(SandboxTest):
    def test_aws_cli(self):
        user = self.box.add_user("alice")

        def aws(*args, keys):
            done = subprocess.run(
                ["/usr/bin/aws", "--endpoint-url", self.box.url, "--output", "json", "sts", *args],
                env={**self.environment, **keys, "AWS_CA_BUNDLE": str(self.box.ca_path)},
                capture_output=True, text=True, check=True)
            return json.loads(done.stdout)

        made = aws("get-session-token", "--serial-number", user.serial, "--token-code", user.code(),
                   keys={"AWS_ACCESS_KEY_ID": user.access_key_id,
                         "AWS_SECRET_ACCESS_KEY": user.secret_access_key})["Credentials"]
        identity = aws("get-caller-identity",
                       keys={"AWS_ACCESS_KEY_ID": made["AccessKeyId"],
                             "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"],
                             "AWS_SESSION_TOKEN": made["SessionToken"]})
        self.assertEqual(identity["Arn"], user.arn)

    def test_curl_signs(self):
        user = self.box.add_user("alice")
        done = self.curl(self.box, self.box.url, "--aws-sigv4", "aws:amz:us-east-1:sts",
                         "-u", f"{user.access_key_id}:{user.secret_access_key}", "-d",
                         urllib.parse.urlencode({"Action": "GetSessionToken",
                                                 "Version": "2011-06-15", "TokenCode": user.code(),
                                                 "SerialNumber": user.serial}))
        self.assertIn(b'<GetSessionTokenResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"'
                      b'>', done.stdout)

    def test_unsigned_get_then_reuse_of_the_connection(self):
        done = self.curl(self.box, "-i", self.box.url + "/", self.box.url + "/")
        self.assertEqual(done.stdout.count(b"HTTP/1.1 302 Found\r\n"), 2)
        self.assertIn(b"\r\nLocation: https://aws.amazon.com/iam\r\n", done.stdout)
        self.assertRegex(done.stdout, rb"\r\nDate: \w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT\r\n")
        self.assertEqual(self.box.connections, 1)
        self.assertEqual([(r.action, r.status, r.connection) for r in self.box.requests],
                         [("GET", 302, 1)] * 2)

    def test_program(self):
        directory = self.directory / "program"
        server = subprocess.Popen(
            [sys.executable, str(HERE / "sts.py"), "--directory", directory, "--user", "demo",
             "--role", ROLE], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(server.wait)
        self.addCleanup(server.stdin.close)
        self.addCleanup(server.stdout.close)
        self.assertEqual(server.stdout.readline(), b"ready\n")
        user, = json.loads((directory / "users.json").read_text())
        client = boto3.client("sts", endpoint_url=(directory / "url").read_text().strip(),
                              verify=str(directory / "ca.pem"), region_name="us-east-1",
                              aws_access_key_id=user["access_key_id"],
                              aws_secret_access_key=user["secret_access_key"])
        self.addCleanup(client.close)
        code = subprocess.run([sys.executable, "-B", str(HERE / "totp.py"), user["totp_base32"]],
                              capture_output=True, text=True).stdout.strip()
        client.assume_role(RoleArn=ROLE, RoleSessionName="demo", SerialNumber=user["serial"],
                           TokenCode=code)
        server.stdin.close()
        self.assertEqual(server.wait(5), 0)

    def test_program_ends_on_sigterm(self):
        server = subprocess.Popen(
            [sys.executable, str(HERE / "sts.py"), "--directory", self.directory / "program",
             "--user", "demo"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        with server:
            server.stdout.readline()
            server.send_signal(signal.SIGTERM)
            self.assertEqual(server.wait(5), 0)


if __name__ == "__main__":
    unittest.main()
