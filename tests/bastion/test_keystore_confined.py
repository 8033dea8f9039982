"""What the kernel refuses aws-mfa-sts in keystore mode, where the unit of systemd confines it, too."""

import errno
import platform
import unittest

from bastion.case import MACHINE
from bastion.injecting import Injecting
from bastion.keystore import ACCEPTED, KEYS, SYSTEM, KeystoreTest, SlowTest
from bastion.test_machine import AppArmored

ANY_FILE = "/var/lib/dpkg/status"     # everybody may read it
HAS_LANDLOCK = "perl -e 'print syscall(444, 0, 0, 1) >= 1 ? \"yes\\n\" : \"no\\n\"'"


class Confined(SlowTest, Injecting):
    def setUp(self):
        super().setUp()
        warm = sum(request.action == "GET" for request in self.box.requests) + 1
        self.asked, pids = self.waiting()
        self.box.wait_for("GET", warm, 300)
        self.processes = self.parts(pids)

    def tearDown(self):
        self.asked.send(self.user.code() + "\n")
        self.logged_in(self.asked)

    def test_both_have_a_filter_of_their_own(self):
        """Beside those of the unit, which serve has."""
        of_unit = int(self.state(self.processes[0])[2])
        self.assertGreater(of_unit, 0)
        for pid, count in zip(self.processes, (of_unit, of_unit + 1, of_unit + 1)):
            self.assertEqual(self.state(pid), ["1", "2", str(count)])

    def state(self, pid):
        """-> NoNewPrivs, Seccomp, and the number of filters"""
        said = self.run_there(f"grep -E '^(NoNewPrivs|Seccomp)' /proc/{pid}/status")
        return said.split()[1::2]

    @unittest.skipUnless(platform.machine() == "x86_64", "inject.c is for x86-64")
    def test_a_process_that_was_taken_over(self):
        """Nobody reads the entry. serve may do the rest, and the filter refuses it to the others; its
        answer is not the unit's, which is EACCES. Landlock refuses the talker what all may read."""
        enosys, eacces = -errno.ENOSYS, -errno.EACCES
        serve, signer, talker = [
            (*self.tries(pid, ANY_FILE, f"/tmp/by-{pid}"), self.opens(pid, f"{KEYS}/alice"))
            for pid in self.processes]
        self.assertEqual(serve, (0, 0, 0, eacces))
        self.assertEqual(signer, (enosys,) * 4)
        landlock = MACHINE or self.run_there(HAS_LANDLOCK) == "yes\n"
        self.assertEqual(talker, (eacces if landlock else 0, 0, enosys, eacces))

    def test_the_unit_s_filter_refuses_landlock(self):
        """Then nobody is let in: it must not look like a kernel that has none."""
        drop = "/run/systemd/system/aws-mfa-keystore@.service.d/filter.conf"
        self.bastion.write(drop, "[Service]\nSystemCallFilter=~landlock_create_ruleset\n")
        self.addCleanup(self.run_there, f"rm {drop}; systemctl daemon-reload")
        self.run_there("systemctl daemon-reload")
        self.refused(self.login(self.user.wrong_code()))
        self.assertEqual(self.results("sshd"), [SYSTEM])
        self.assertIn("cannot confine this process to some folders", self.decisions("sshd")[0])


class AppArmor(KeystoreTest, AppArmored):
    def test_it_works_under_a_profile(self):
        ssh = self.ask(*self.NETWORK)
        ssh.send(self.user.code() + "\n")
        self.logged_in(ssh)
        self.assertEqual(self.results("sshd"), [ACCEPTED])
        self.assertEqual(self.denied(), [])


if __name__ == "__main__":
    unittest.main()
