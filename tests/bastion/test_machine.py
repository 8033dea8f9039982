"""What needs a machine of its own: its kernel, its control groups, a reboot. `make check` skips
these; `make check-vm` runs them with all other scenarios."""

import time
import unittest

from bastion.case import MACHINE, PROMPT, BastionTest
from live.world import PASSWORD
from sandbox import faults

SYSTEM = "system-error answer=PAM_SYSTEM_ERR"
STS_RUNS = "timeout 300 sh -c 'until pgrep -x aws-mfa-sts; do sleep 0.1; done'"
PROFILE = """
profile aws-mfa-sts /usr/libexec/aws-mfa-sts {
  /usr/libexec/aws-mfa-sts mr,
  /etc/** r,
  /usr/lib/** mr,
  /proc/** r,
  /sys/** r,
  /dev/** rw,
  signal,
  unix,
  %s
}
"""


class MachineTest(BastionTest):
    @classmethod
    def setUpClass(cls):
        if not MACHINE:
            raise unittest.SkipTest("needs a machine of its own: `make check-vm`")
        super().setUpClass()

    def answer_if_asked(self, console, code):
        """If a process could not start, the program may end before it asks."""
        try:
            console.answer(PROMPT, code)
        except AssertionError:
            if console.ended() is None:
                raise


class Kernel(MachineTest):
    SSHD = ("sshd-after-publickey", "after-publickey")

    def login(self):
        ssh = self.ssh("true")
        ssh.answer(PROMPT, self.user.code())
        self.logged_in(ssh)

    def test_what_it_has(self):
        said = self.run_there("cat /sys/kernel/security/lsm; echo\n"
                              "cat /sys/fs/cgroup/cgroup.controllers\n"
                              "cat /sys/module/apparmor/parameters/enabled; systemd-detect-virt")
        lsm, controllers = (line.replace(",", " ").split() for line in said.splitlines()[:2])
        self.assertLessEqual({"landlock", "apparmor"}, set(lsm), said)
        self.assertLessEqual({"cpu", "memory", "pids"}, set(controllers), said)
        self.assertEqual(said.splitlines()[-2:], ["Y", "qemu"])

    def test_too_few_tasks_for_the_unit(self):
        """First aws-mfa-sts cannot start, then aws-mfa cannot."""
        group = "/sys/fs/cgroup/system.slice/ssh.service"
        alone = f"timeout 300 sh -c 'until [ $(cat {group}/pids.current) = 1 ]; do sleep 0.1; done'"
        limit = "systemctl set-property --runtime ssh.service TasksMax="
        ssh = self.ssh("true")
        ssh.expect(PROMPT, 60)
        of_sshd = int(self.run_there(f"ps -o comm= -p \"$(echo $(cat {group}/cgroup.procs))\" | "
                                     "grep -c ^sshd"))
        ssh.kill()
        self.addCleanup(self.run_there, f"{limit}infinity")
        for most in (of_sshd + 1, of_sshd):
            self.run_there(f"{alone}; {limit}{most}")
            ssh = self.ssh("true")
            self.answer_if_asked(ssh, self.user.code())
            self.refused(ssh)
            self.assertEqual(self.results("sshd")[-1], SYSTEM)
            self.assertIn("pids.max", self.decisions("sshd")[-1])

    def test_a_reboot_in_between(self):
        self.login()
        boot = self.run_there("cat /proc/sys/kernel/random/boot_id")
        self.bastion.reboot()
        self.assertNotEqual(self.run_there("cat /proc/sys/kernel/random/boot_id"), boot)
        self.login()
        said = self.run_there("journalctl -q -o cat -b -1 | grep -c 'pam_aws_mfa(sshd:auth): '; "
                              "journalctl -q -o cat -b 0 | grep -c 'pam_aws_mfa(sshd:auth): '")
        before, since = said.split()
        self.assertGreater(int(before), 0)
        self.assertEqual(since, "1")


class AppArmor(MachineTest):
    """The administrator has confined aws-mfa-sts."""

    SSHD = ("sshd-after-publickey", "after-publickey")

    def ask(self, *rules):
        """-> ssh at its prompt, while aws-mfa-sts is confined by the rules"""
        self.run_there("apparmor_parser -r", input=PROFILE % " ".join(rules))
        self.addCleanup(self.run_there, "apparmor_parser -R", input=PROFILE % "")
        ssh = self.ssh("true")
        ssh.expect(PROMPT, 60)
        said = self.run_there(f"cat /proc/$({STS_RUNS})/attr/current")
        self.assertEqual(said, "aws-mfa-sts (enforce)\n")
        return ssh

    def denied(self):
        said = self.run_there(f"journalctl -q -k -o cat --after-cursor='{self.cursor}'")
        return [line for line in said.splitlines() if 'apparmor="DENIED"' in line]

    def test_it_works_with_the_network_and_files_to_read(self):
        ssh = self.ask("network inet,", "network inet6,", "network netlink,")
        ssh.send(self.user.code() + "\n")
        self.logged_in(ssh)
        self.assertEqual(self.denied(), [])

    def test_without_the_network_nobody_is_let_in(self):
        """This is a fault of the system. It must not look like an outage of AWS."""
        ssh = self.ask()
        ssh.send(self.user.code() + "\n")
        self.refused(ssh)
        self.assertEqual(self.results("sshd"), [SYSTEM])
        self.assertNotEqual(self.denied(), [])


class HeldUp(MachineTest):
    """systemd has delegated a control group to bob, who holds up their own su and all below it.
    Under failmode=safe that must not look like an outage, which lets the caller become alice."""

    TIMEOUT = 3
    SU = (f"@include common-auth\nauth required pam_aws_mfa.so profile=work always failmode=safe "
          f"timeout={TIMEOUT}\n@include common-account\n@include common-session\n")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bastion.write("/etc/pam.d/su", cls.SU)
        cls.addClassCleanup(cls.run_there, "loginctl disable-linger bob")
        uid = cls.run_there("loginctl enable-linger bob && id -u bob").strip()
        cls.run_there(f"until systemctl is-active -q user@{uid}.service; do sleep .1; done")
        cls.group = (f"/sys/fs/cgroup/user.slice/user-{uid}.slice/user@{uid}.service/app.slice/"
                     "held.scope")
        cls.started = (f"XDG_RUNTIME_DIR=/run/user/{uid} systemd-run --user --scope -q --unit=held "
                       "-p CPUQuota=100% su -c 'id -un' alice")

    def su(self, code=None):
        """code: is typed before AWS has answered the warm-up"""
        su = self.ssh("-p", "2222", "-l", "bob", self.started)
        su.answer("Password: ", PASSWORD)
        if code:
            su.answer(PROMPT, code)
        return su

    def as_bob(self, script):
        return self.run_there("setpriv --reuid=bob --regid=bob --init-groups sh -e", input=script)

    def refused(self, su):
        self.assertNotEqual(su.wait(), 0, su.screen)
        self.assertNotIn("alice", su.screen)
        result, = self.results("su")
        self.assertIn(result, (SYSTEM, "wrong-code answer=PAM_AUTH_ERR",
                               "code-spent answer=PAM_AUTHINFO_UNAVAIL"))

    def test_an_outage_lets_in(self):
        """A true outage. The other tests must not look like one."""
        self.aws_down()
        for _ in range(5):      # a busy machine hides an outage
            su = self.su(self.user.code())
            if su.wait() == 0:
                break
            self.user = self.enroll("alice")
        self.assertEqual(su.screen.splitlines()[-1], "alice")
        self.assertEqual(self.results("su"), ["unavailable answer=PAM_IGNORE"])

    def test_frozen(self):
        self.box.fault("GET", faults.delay(2.5), 1)
        su = self.su(self.user.wrong_code())
        self.as_bob(f"cd {self.group}; echo 1 >cgroup.freeze; sleep {self.TIMEOUT + 0.3}; "
                    "echo 0 >cgroup.freeze")
        self.refused(su)

    def test_frozen_in_slices(self):
        self.box.fault("GET", faults.hang())
        su = self.su(self.user.wrong_code())
        self.as_bob(f"cd {self.group}; for i in 1 2 3 4 5; do echo 1 >cgroup.freeze; sleep 0.9; "
                    "echo 0 >cgroup.freeze; sleep 0.005; done")
        self.refused(su)

    def test_starved(self):
        """The group gets a thousandth of a processor while the connection is made."""
        self.box.fault("GET", faults.delay(1), 1)
        su = self.su()
        su.expect(PROMPT, 60)
        self.as_bob(f"cd {self.group}; echo 1000 1000000 >cpu.max; sleep {self.TIMEOUT + 0.3}; "
                    "echo max >cpu.max")
        su.send(self.user.wrong_code() + "\n")
        self.refused(su)

    def test_too_few_processes(self):
        """aws-mfa can start, and aws-mfa-sts cannot."""
        su = self.ssh("-p", "2222", "-l", "bob", self.started)
        su.expect("Password: ", 60)
        self.as_bob(f"echo 2 >{self.group}/pids.max")
        su.send(PASSWORD + "\n")
        self.answer_if_asked(su, self.user.code())
        self.assertNotEqual(su.wait(), 0, su.screen)
        self.assertNotIn("alice", su.screen)
        self.assertEqual(self.results("su"), [SYSTEM])

    def test_too_little_memory(self):
        """The kernel kills one of the processes."""
        su = self.su()
        su.expect(PROMPT, 60)
        self.as_bob(f"echo 0 >{self.group}/memory.max")
        su.send(self.user.wrong_code() + "\n")
        self.assertNotEqual(su.wait(), 0, su.screen)
        self.assertNotIn("alice", su.screen)
        self.assertNotIn("IGNORE", " ".join(self.results("su")))
        self.assertIn("oom", self.run_there(
            f"journalctl -q -k -o cat --after-cursor='{self.cursor}'"))


if __name__ == "__main__":
    unittest.main()
