"""A host for the end-to-end tests: the installed programs, homes inside build/, terminals."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
import unittest

from home import Home, config, long_term, section, write
from paths import AWS_MFA, temporary
from sandbox.sts import Sandbox

OTHER_UID = 12345   # somebody who is not whoever runs the tests
ROLE = "arn:aws:iam::123456789012:role/Admin"


class Terminal:
    """A program with a terminal of its own as controlling terminal; standard output and error apart,
    unless all is to be on the terminal, as a shell has it."""

    def __init__(self, argv, env, stdin=None, all_on_it=False):
        self.screen = ""
        parent, child = pty.openpty()
        self.fd = parent

        def attach():
            os.setsid()
            os.close(os.open(os.ttyname(child), os.O_RDWR))     # becomes the controlling one
        self.process = subprocess.Popen(
            argv, env=env, stdin=stdin if stdin is not None else child,
            stdout=child if all_on_it else subprocess.PIPE,
            stderr=child if all_on_it else subprocess.PIPE, preexec_fn=attach, text=True)
        self.echo = lambda: bool(termios.tcgetattr(parent)[3] & termios.ECHO)
        self._child = child

    def expect(self, text, timeout=10):
        """Reads what is written on the terminal until text appears."""
        end = time.monotonic() + timeout
        while text not in self.screen:
            if not select.select([self.fd], [], [], max(0, end - time.monotonic()))[0]:
                raise AssertionError(f"no {text!r} on the terminal within {timeout} s, only "
                                     f"{self.screen!r}; {self.process.poll()}")
            self.screen += os.read(self.fd, 4096).decode()

    def send(self, text):
        os.write(self.fd, text.encode())

    def wait(self, timeout=30):
        """-> (status, standard output, standard error)"""
        try:
            out, err = self.process.communicate(timeout=timeout)
        finally:
            if self.process.poll() is None:
                self.process.send_signal(signal.SIGKILL)
                self.process.wait()
        while select.select([self.fd], [], [], 0)[0]:
            self.screen += os.read(self.fd, 4096).decode()
        # in characters, as a shell on this terminal would find them after the next Enter
        os.write(self.fd, b"\n")
        self.left = len(os.read(self._child, 100)) - 1
        os.close(self._child)
        os.close(self.fd)
        return self.process.returncode, out, err


class HostTest(unittest.TestCase):
    """A home with a credentials file, and a sandbox that plays AWS; none of it the person's own."""

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
        """As a helper does that a stranger has started by `su`, and frozen. To the test's end."""
        lock = os.open(self.credentials.with_name(".credentials.aws-mfa-lock"),
                       os.O_RDWR | os.O_CREAT, 0o600)
        self.addCleanup(os.close, lock)
        fcntl.fcntl(lock, 37, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, start, length, 0))  # F_OFD_SETLK

    def section(self, name="work"):
        return section(self.credentials, name)

    def aws_mfa(self, *args, profile="work", input="", env=None, timeout=60, **options):
        """Runs without any terminal: -> CompletedProcess."""
        argv = [self.program, *(["--profile", profile] if profile else []), *args]
        return subprocess.run(argv, env={**self.env, **(env or {})}, input=input,
                              capture_output=True, text=True, timeout=timeout,
                              start_new_session=True, **options)

    def terminal(self, *args, profile="work", env=None, **options):
        argv = [self.program, *(["--profile", profile] if profile else []), *args]
        return Terminal(argv, {**self.env, **(env or {})}, **options)

    def aws(self, *args, profile="work"):
        """Debian's AWS CLI on the same files."""
        return subprocess.run(
            ["/usr/bin/aws", "--endpoint-url", self.box.url, "--profile", profile, *args],
            env={**self.env, "AWS_CA_BUNDLE": str(self.box.ca_path), "AWS_REGION": "us-east-1"},
            capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)

    def refused(self, run, status, *parts):
        """The run failed with status, said all parts in one line, and left the file alone."""
        self.assertEqual(run.returncode, status, run.stderr + run.stdout)
        for part in parts:
            self.assertIn(part, run.stderr)
        self.assertEqual(run.stderr.count("error:"), 1, run.stderr)
        self.assertEqual(run.stdout, "")
