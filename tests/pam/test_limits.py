"""Limits of a caller, a unit file or an administrator. A login needs only few processes. The log
names a limit that is too low. No limit makes a login look like an outage."""

import itertools
import os
import subprocess
import time
import unittest

from pam.logintest import LoginTest, OtherUser

# Root that cannot raise limits, as with a unit's CapabilityBoundingSet=.
WITHOUT = ["setpriv", "--bounding-set=-sys_resource", "--inh-caps=-sys_resource"]

NUMBERS = itertools.count()     # of the tests of this process: at most 50


class OwnUid(OtherUser, LoginTest):
    """alice has a uid that no other test uses: the kernel counts all processes of a uid, also those
    that have ended and that nobody has reaped yet."""

    def setUp(self):
        super().setUp()
        self.uid = 1000000 + os.getpid() * 50 + next(NUMBERS)
        self.account(self.uid, self.uid)
        for path in [self.home, *self.home.rglob("*")]:
            os.chown(path, self.uid, self.uid)


class Limits(OwnUid):
    def setUp(self):
        super().setUp()
        self.stack("profile=work always failmode=safe nullok")

    def limited(self, *limits, answers=None):
        return self.login(*(answers or [self.user.code()]), prefix=["prlimit", *limits, *WITHOUT])

    def sleepers(self, count):
        """Starts processes of the user: they count together with the helper's processes."""
        for _ in range(count):
            sleeper = subprocess.Popen(["sleep", "60"], user=self.uid, group=self.uid,
                                       extra_groups=[])
            self.addCleanup(sleeper.wait)
            self.addCleanup(sleeper.kill)

    def refused_for(self, out, *parts):
        self.assertIn("result=system-error answer=PAM_SYSTEM_ERR ", out)
        for part in parts:
            self.assertIn(part, out)

    def test_the_ten_processes_of_debian_s_openvpn(self):
        self.assertIn("auth = PAM_SUCCESS\n", self.limited("--nproc=10:10"))

    def test_as_few_processes_as_are_needed(self):
        self.assertIn("auth = PAM_SUCCESS\n", self.limited("--nproc=4:4"))

    def test_as_few_with_a_name_to_resolve(self):
        """libcurl resolves it in a thread. It resolves "localhost" without one."""
        self.config.write_text("[profile work]\nendpoint_url = https://sts.nowhere.invalid\n")
        self.assertIn("result=unavailable ", self.limited("--nproc=4:4"))

    def test_one_less(self):
        self.refused_for(self.limited("--nproc=3:3"),
                         'reason="cannot start aws-mfa: RLIMIT_NPROC 3, 4 needed"')

    def test_all_of_the_user_s_processes_count(self):
        """setresuid() compares the limit with the processes that the user already has. execve() then fails."""
        self.sleepers(5)
        self.refused_for(self.limited("--nproc=4:4"), "execve: errno 11, RLIMIT_NPROC 4 is used up "
                         "by all processes of the user together")

    def test_none_is_left_for_aws_mfa_sts(self):
        self.sleepers(3)
        self.refused_for(self.limited("--nproc=4:4"), "/aws-mfa-sts cannot be run: no more "
                         "processes or threads can be started: RLIMIT_NPROC is 4 for all that this user runs")

    def test_none_is_left_for_the_process_that_speaks_with_aws(self):
        self.sleepers(3)
        self.refused_for(self.limited("--nproc=5:5"), "the process that speaks with AWS cannot "
                         "start: no more processes or threads can be started: RLIMIT_NPROC is 5 ")

    def test_none_is_left_for_the_thread_that_resolves(self):
        self.config.write_text("[profile work]\nendpoint_url = https://sts.nowhere.invalid\n")
        self.sleepers(3)
        self.refused_for(self.limited("--nproc=6:6"), "RLIMIT_NPROC is 6 for all that this user runs")

    def test_every_limit_is_named_with_its_value_and_the_need(self):
        for option, name, value, need in [
                ("--cpu", "CPU", 29, 30), ("--fsize", "FSIZE", 1048575, 1048576),
                ("--nproc", "NPROC", 1, 4),
                ("--stack", "STACK", 1048575, 1048576),
                ("--data", "DATA", 268435455, 268435456), ("--as", "AS", 268435455, 268435456)]:
            with self.subTest(name):
                self.refused_for(self.limited(f"{option}={value}:{value}", answers=["1"]),
                                 f"RLIMIT_{name} {value}, {need} needed")

    def test_is_never_called_a_fault_of_the_user_s_set_up(self):
        self.stack("profile=work always verbose")
        out = self.limited("--nproc=3:3")
        self.assertIn("error: This system could not check an AWS MFA code: cannot start aws-mfa: "
                      "RLIMIT_NPROC 3, 4 needed\n", out)
        self.assertNotIn("set up", out)


class Frozen(OwnUid):
    """A helper that nobody can kill: the freezer of cgroup v1 holds it."""

    FREEZER = "/sys/fs/cgroup/freezer"

    def setUp(self):
        super().setUp()
        self.group = f"{self.FREEZER}/pam-aws-mfa-{os.getpid()}"
        try:
            os.mkdir(self.group)
        except OSError as error:
            self.skipTest(f"no freezer of cgroup v1 here: {error}")
        self.addCleanup(self.remove)
        self.stack("profile=work always failmode=safe timeout=2")

    def remove(self):
        self.freeze("THAWED")
        end = time.monotonic() + 5
        while True:
            try:
                return os.rmdir(self.group)
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.02)

    def freeze(self, state):
        with open(f"{self.group}/freezer.state", "w") as file:
            file.write(state)

    def test_is_waited_for_no_longer_than_timeout_and_grace(self):
        """This does not count as an outage."""
        script = self.home / "freeze"
        script.write_text(f"""#!/bin/sh
until pid=$(pgrep -u {self.uid} -x aws-mfa); do sleep 0.02; done
for p in $pid; do echo $p >{self.group}/cgroup.procs; done
echo FROZEN >{self.group}/freezer.state
touch {self.home}/frozen
""")
        freezer = subprocess.Popen(["sh", script])
        self.addCleanup(freezer.wait)
        self.addCleanup(freezer.kill)   # it waits for ever where there was no aws-mfa to freeze
        start = time.monotonic()
        out = self.login(f"@until={self.home}/frozen", self.user.code())
        took = time.monotonic() - start
        self.assertRegex(out, "result=(code-spent|system-error) answer=PAM_(AUTHINFO_UNAVAIL|"
                              "SYSTEM_ERR) ")
        self.assertNotIn("PAM_IGNORE", out)
        self.assertLess(took, 2 + 2 + 2 + 1, "timeout, grace, the wait for its end, and one more")


if __name__ == "__main__":
    unittest.main()
