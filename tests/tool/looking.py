"""What the tests of `status` and `list` share: texts of the two files, and what botocore reads."""

import json
import subprocess
import time
import unittest

import botocore.session

from home import Home, write
from paths import AWS_MFA

ACCOUNT = "123456789012"
DEVICE = f"arn:aws:iam::{ACCOUNT}:mfa/alice-phone"
ADMIN = f"arn:aws:iam::{ACCOUNT}:role/Admin"
OPS = "arn:aws:iam::333333333333:role/team/Ops"
KEY, SECRET, TOKEN = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "FwoGZ" * 80
FIELDS = ["Profile", "State", "Expiration", "SecondsRemaining", "AccountId", "AccessKeyId",
          "SerialNumber", "RoleArn", "SourceProfile", "CredentialsFile", "LongTermSection", "Region"]


def keys(name="work", more="", device=DEVICE):
    return (f"[{name}-long-term]\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n"
            f"aws_mfa_device = {device}\n{more}")


def static(name="legacy", more=""):
    return f"[{name}]\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n{more}"


def noon():
    """-> a time zone where it is noon: a time of tomorrow has a date, which makes a table wider"""
    return f"ABC{time.gmtime().tm_hour - 12}"


def at(left):
    """-> the expiration of a session that ends in left seconds, as the file has it"""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(time.time() + left))


def session(name="work", left=3 * 3600 + 30, role=None, end=None, key="ASIAIOSFODNN7EXAMPLE"):
    arn = f"assumed_role_arn = {role}\n" if role else ""
    return (f"[{name}]\nassumed_role = {bool(role)}\n{arn}aws_access_key_id = {key}\n"
            f"aws_secret_access_key = {SECRET}\naws_session_token = {TOKEN}\n"
            f"aws_security_token = {TOKEN}\nexpiration = {end or at(left)}\n")


class LookTest(unittest.TestCase):
    """A home without anything that answers on a network."""

    maxDiff = None

    def setUp(self):
        home = Home(self.addCleanup)
        self.home, self.credentials, self.config = home.path, home.credentials, home.config
        self.env = {**home.env, "USER": "tester", "TZ": noon()}

    def write(self, credentials=None, config=None):
        if credentials is not None:
            write(self.credentials, credentials)
        if config is not None:
            write(self.config, config)

    def run_it(self, *args, env=None, **options):
        return subprocess.run([AWS_MFA, *args], env={**self.env, **(env or {})}, timeout=20,
                              capture_output=True, text=True, stdin=subprocess.DEVNULL,
                              start_new_session=True, **options)

    def told(self, *args, status=0, env=None):
        """Runs a command with --json. -> its profiles"""
        run = self.run_it(*args, "--json", env=env)
        self.assertEqual(run.returncode, status, run.stderr + run.stdout)
        self.assertEqual(run.stdout.count("\n"), 1)
        for secret in (SECRET, TOKEN):
            self.assertNotIn(secret, run.stdout + run.stderr)
        found = json.loads(run.stdout)
        self.assertEqual(list(found), ["Version", "Profiles"])
        self.assertEqual(found["Version"], 1)
        for profile in found["Profiles"]:
            self.assertEqual(list(profile), FIELDS)
        return found["Profiles"]

    def botocore(self, profile=None):
        """-> a session of botocore that reads the same files"""
        found = botocore.session.Session(profile=profile)
        found.set_config_variable("credentials_file", str(self.credentials))
        found.set_config_variable("config_file", str(self.config))
        return found
