"""A host for the end-to-end tests: the installed programs, homes inside build/, terminals."""

import fcntl
import os
import struct
import subprocess
import unittest

from aws_cli import aws
from home import Home, config, long_term, section, write
from paths import AWS_MFA, temporary
from sandbox.sts import Sandbox
from terminal import Terminal

OTHER_UID = 12345   # a user other than the one who runs the tests
ROLE = "arn:aws:iam::123456789012:role/Admin"


class HostTest(unittest.TestCase):
    """A home with a credentials file, and a sandbox that plays AWS. It uses no file of the
    person."""

    program = AWS_MFA

    @classmethod
    def setUpClass(cls):
        cls.tls = temporary(cls.addClassCleanup)
        cls.box = Sandbox(cls.tls).start()
        cls.addClassCleanup(cls.box.stop)
        cls.box.add_role(ROLE)
        cls.users = 0

    def setUp(self):
        type(self).users += 1
        self.user = self.box.add_user(f"user{self.users}")
        home = Home(self.addCleanup)
        self.addCleanup(self.box.clear_faults)
        self.home, self.credentials, self.config = home.path, home.credentials, home.config
        self.write_credentials()
        self.config.write_text(config(self.box.url, self.box.ca_path))
        self.env = {**home.env, "USER": "tester", "TZ": "UTC", "AWS_EC2_METADATA_DISABLED": "true"}

    def write_credentials(self, text=None, mode=0o600):
        write(self.credentials, long_term(self.user) if text is None else text, mode)

    def hold_lock(self, start, length):
        """Holds a lock until the test ends, like a helper that a stranger started with `su` and
        froze."""
        lock = os.open(self.credentials.with_name(".credentials.aws-mfa-lock"),
                       os.O_RDWR | os.O_CREAT, 0o600)
        self.addCleanup(os.close, lock)
        fcntl.fcntl(lock, 37, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, start, length, 0))  # F_OFD_SETLK

    def section(self, name="work"):
        return section(self.credentials, name)

    def aws_mfa(self, *args, profile="work", input="", env=None, timeout=60, prefix=(), **options):
        """Runs the program without a terminal: -> CompletedProcess. prefix: a command that runs it."""
        argv = [*prefix, self.program, *(["--profile", profile] if profile else []), *args]
        return subprocess.run(argv, env={**self.env, **(env or {})}, input=input,
                              capture_output=True, text=True, timeout=timeout,
                              start_new_session=True, **options)

    def terminal(self, *args, profile="work", env=None, **options):
        argv = [self.program, *(["--profile", profile] if profile else []), *args]
        return Terminal(argv, {**self.env, **(env or {})}, **options)

    def aws(self, *args, profile="work"):
        """Runs Debian's AWS CLI on the same files."""
        return aws(["--endpoint-url", self.box.url, "--profile", profile, *args],
                   {**self.env, "AWS_CA_BUNDLE": str(self.box.ca_path), "AWS_DEFAULT_REGION": "us-east-1"})

    def refused(self, run, status, *parts):
        """Checks that the run failed with status, said all parts in one line, and did not change
        the file."""
        self.assertEqual(run.returncode, status, run.stderr + run.stdout)
        for part in parts:
            self.assertIn(part, run.stderr)
        self.assertEqual(run.stderr.count("error:"), 1, run.stderr)
        self.assertEqual(run.stdout, "")
