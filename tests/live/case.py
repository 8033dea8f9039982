"""What the live tests share: a world, AWS's double, and the checks after each test."""

import os
import re
import shutil
import time
import unittest

from home import section
from live.world import CA, Missing, World
from paths import MODULE, REPO, temporary
from sandbox.sts import Sandbox

EXAMPLES = REPO / "examples"

# Programs that log users in write here: who logged in when, wrong codes, and sudo's memory of a
# password.
BOOKS = ("/run/utmp", "/var/log/wtmp", "/var/log/btmp", "/var/log/lastlog", "/var/log/faillog",
         "/run/faillock", "/run/sudo/ts", "/var/lib/sudo")


def example(name):
    """A file of examples/, with the path of the module under test."""
    return with_module((EXAMPLES / name).read_text())


def with_module(text):
    return re.sub(r"(?<=\s)pam_aws_mfa\.so\b", str(MODULE), text)


class LiveTest(unittest.TestCase):
    """alice: enrolled, without a session. bob: not enrolled. client: the user who calls ssh."""

    NEEDS = ()      # programs

    @classmethod
    def setUpClass(cls):
        if os.geteuid() != 0:
            raise unittest.SkipTest("needs root, for a private mount namespace")
        for program in cls.NEEDS:
            if not shutil.which(program, path="/usr/sbin:/usr/bin:/sbin:/bin"):
                raise unittest.SkipTest(f"no {program} here; `make deps` installs it")
        try:
            cls.world = World()
        except Missing as missing:
            raise unittest.SkipTest(str(missing)) from missing
        cls.addClassCleanup(cls.world.stop)
        tls = temporary(cls.addClassCleanup)
        cls.box = Sandbox(tls).start()
        cls.addClassCleanup(cls.box.stop)
        cls.world.write(CA, cls.box.ca_path.read_text())
        cls.daemons = []
        cls.enrolled = 0
        for name in ("alice", "bob", "client"):
            cls.world.add_user(name)

    def setUp(self):
        self.syslog = self.world.syslog
        self.syslog.lines.clear()
        self.box.clear_faults()
        shutil.rmtree(self.world.path("/run/faillock"), ignore_errors=True)
        self.user = self.enroll("alice")
        self.consoles = []
        self.own = {daemon.log for daemon in self.daemons}
        self.before = self.world.files()
        self.addCleanup(self.nothing_is_left)

    def enroll(self, name, **options):
        """Fresh keys and a fresh device, so that no test waits for the next code."""
        type(self).enrolled += 1
        user = self.box.add_user(f"{name}{self.enrolled}")
        self.world.enroll(name, user, self.box, **options)
        return user

    def aws_down(self, name="alice"):
        """Stops AWS for one account: nobody listens at its endpoint."""
        path = self.world.path(f"/home/{name}/.aws/config")
        path.write_text(path.read_text().replace(self.box.url, "https://127.0.0.1:1"))

    def nothing_is_left(self):
        for console in self.consoles:
            if console.process.poll() is None:
                console.kill()
            elif console.fd >= 0:
                console.close()
        self.assertEqual(self.world.wait_for_processes([d.pid for d in self.daemons]), {})
        for daemon in self.daemons:
            end = time.monotonic() + 5      # a daemon has a pipe from each of its children
            while daemon.descriptors() != daemon.descriptors_at_start and time.monotonic() < end:
                time.sleep(0.01)
            self.assertEqual(daemon.descriptors(), daemon.descriptors_at_start)
        touched = {name for name in self.world.changes(self.before) - self.own
                   if not name.startswith(BOOKS)}
        self.assertEqual(touched, set())
        for name in ("alice", "bob"):
            for path in self.world.path(f"/home/{name}").rglob("*"):
                self.assertEqual(path.lstat().st_uid, self.world.users[name], path)

    def console(self, *argv, **options):
        console = self.world.console(*argv, **options)
        self.consoles.append(console)
        return console

    def stack(self, service, text):
        self.write(f"/etc/pam.d/{service}", with_module(text))

    def write(self, name, text, **options):
        """Notes that this test writes the file, and not the programs under test."""
        self.world.write(name, text, **options)
        self.own.add(name)

    def section(self, name="work", user="alice"):
        return section(self.world.path(f"/home/{user}/.aws/credentials"), name)

    def has_session(self, user="alice"):
        return "aws_session_token" in self.section(user=user)

    def decisions(self, service, *expected):
        """Compares the module's lines of a service with expected ("LEVEL TEXT"), and their facility.
        AWS's ids are replaced."""
        mark = f": pam_aws_mfa({service}:auth): "
        got = [line.partition(" ")[0] + " " + line.partition(mark)[2]
               for line in self.syslog.module() if mark in line]
        for session in self.box.sessions:
            got = [line.replace(f"key-id={session.access_key_id}", "key-id=KEY") for line in got]
        got = [re.sub(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "ID", line) for line in got]
        got = [re.sub(r"\bin \d+ s\b", "in N s", line) for line in got]
        self.assertEqual(got, [f"authpriv.{line}" for line in expected])
