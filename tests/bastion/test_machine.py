"""What needs a machine of its own: its kernel, its control groups, a reboot. `make check` skips
these; `make check-vm` runs them with the other scenarios."""

import errno
import re
import shlex
import subprocess
import threading
import unittest
from pathlib import Path

from bastion.case import MACHINE, PROMPT, BastionTest
from bastion.injecting import Injecting
from live.world import PASSWORD
from paths import BUILD
from sandbox import faults

SYSTEM = "system-error answer=PAM_SYSTEM_ERR"
SPENT = "code-spent answer=PAM_AUTHINFO_UNAVAIL"
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
            raise unittest.SkipTest("needs a machine of its own: `make check-vm`, `make check-keystore-vm`")
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
        ssh.answer(PROMPT, self.user.code)
        self.logged_in(ssh)

    def test_what_it_has(self):
        said = self.run_there("cat /sys/kernel/security/lsm; echo\n"
                              "cat /sys/fs/cgroup/cgroup.controllers\n"
                              "cat /sys/module/apparmor/parameters/enabled; systemd-detect-virt")
        lsm, controllers = (line.replace(",", " ").split() for line in said.splitlines()[:2])
        self.assertLessEqual({"landlock", "apparmor"}, set(lsm), said)
        self.assertLessEqual({"cpu", "memory", "pids"}, set(controllers), said)
        self.assertEqual(said.splitlines()[-2:], ["Y", "qemu"])
        most, last = self.run_there("grep CapBnd: /proc/1/status | cut -f 2; "
                                    "cat /proc/sys/kernel/cap_last_cap").split()
        self.assertEqual(int(most, 16), (2 << int(last)) - 1, "all capabilities")

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


class Confined(MachineTest, Injecting):
    """What the kernel refuses aws-mfa-sts while it speaks with the network."""

    SSHD = ("sshd-after-publickey", "after-publickey")
    CREDENTIALS = "/home/alice/.aws/credentials"

    def tried(self, pid):
        """-> what it gets: the user's file to read, a file of the system, and a new folder"""
        made = f"/home/alice/by-{pid}"
        self.addCleanup(self.run_there, f"rm -rf {made}")
        return self.tries(pid, self.CREDENTIALS, made)

    def test_a_process_that_was_taken_over(self):
        """It makes the calls itself. Landlock refuses the talker the user's file; seccomp refuses
        the rest. Another process of the user may do all."""
        self.run_there("systemd-run -q --unit=free --uid=alice sleep 600")
        self.addCleanup(self.run_there, "systemctl stop free")
        free = self.run_there("systemctl show -P MainPID free")
        warm = sum(request.action == "GET" for request in self.box.requests) + 1
        ssh = self.ssh("true")
        ssh.expect(PROMPT, 60)
        self.box.wait_for("GET", warm, 300)
        pids = self.run_there("pgrep -x aws-mfa-sts").split()
        for pid in pids:
            said = self.run_there(f"grep -E '^(Uid|NoNewPrivs|Seccomp):' /proc/{pid}/status")
            uid = self.run_there("id -u alice").strip()
            self.assertEqual(said.split(),
                             ["Uid:", *[uid] * 4, "NoNewPrivs:", "1", "Seccomp:", "2"])
        signer, talker = (-errno.ENOSYS,) * 3, (-errno.EACCES, 0, -errno.ENOSYS)
        self.assertCountEqual([self.tried(pid) for pid in pids], [signer, talker])
        self.assertEqual(self.tried(free.strip()), (0, 0, 0))
        ssh.send(self.user.code() + "\n")
        self.logged_in(ssh)

    def test_all_that_it_may_not_do(self):
        """The unit test of `make check`, with nothing left out: this kernel has it all."""
        program = BUILD / "tests/tool/sts/confine_test"
        library = re.search(r"libcmocka\S* => (\S+)", subprocess.run(
            ["ldd", program], capture_output=True, text=True, check=True).stdout)[1]
        self.send(Path(library))
        said = self.run_there(f"cd /root && LD_LIBRARY_PATH=/root/tests "
                              f"CMOCKA_MESSAGE_OUTPUT=TAP {self.send(program)}")
        self.assertEqual(re.findall("(?m)^ok .*", said),
                         ["ok 1 - what_it_can_no_longer_do", "ok 2 - what_it_still_can_do"])
        self.assertNotRegex(said, "(?i)not possible|no landlock|skip")


class AppArmored(MachineTest):
    """The administrator has confined aws-mfa-sts."""

    NETWORK = "network inet,", "network inet6,", "network netlink,"

    def ask(self, *rules):
        """-> ssh at its prompt, while aws-mfa-sts is confined by the rules"""
        self.run_there("apparmor_parser -r", input=PROFILE % " ".join(rules))
        self.addCleanup(self.run_there, "apparmor_parser -R", input=PROFILE % "")
        ssh = self.ssh("true")
        ssh.expect(PROMPT, 60)
        said = self.run_there(f"for pid in $({STS_RUNS}); do cat /proc/$pid/attr/current; done")
        self.assertEqual(set(said.splitlines()), {"aws-mfa-sts (enforce)"})
        return ssh

    def denied(self):
        said = self.run_there(f"journalctl -q -k -o cat --after-cursor='{self.cursor}'")
        return [line for line in said.splitlines() if 'apparmor="DENIED"' in line]


class AppArmor(AppArmored):
    SSHD = ("sshd-after-publickey", "after-publickey")

    def test_it_works_with_the_network_and_files_to_read(self):
        ssh = self.ask(*self.NETWORK)
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


class Delegated(MachineTest):
    """systemd has delegated a control group to bob, who holds up their own su and all below it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Else systemd ends su, too, when something of it had no memory.
        cls.bastion.write("/home/bob/.config/systemd/user.conf",
                          "[Manager]\nDefaultOOMPolicy=continue\n")
        cls.addClassCleanup(cls.run_there, "loginctl disable-linger bob")
        uid = cls.run_there("loginctl enable-linger bob && id -u bob").strip()
        cls.run_there(f"until systemctl is-active -q user@{uid}.service; do sleep .1; done")
        cls.group = (f"/sys/fs/cgroup/user.slice/user-{uid}.slice/user@{uid}.service/app.slice/"
                     "held.scope")
        cls.started = (f"XDG_RUNTIME_DIR=/run/user/{uid} systemd-run --user --scope -q --unit=held "
                       "-p CPUQuota=100% su -c 'id -un' alice")

    def su(self):
        """bob's su, which asks for the password."""
        su = self.ssh("-p", "2222", "-l", "bob", self.started)
        su.asked("Password: ")
        return su

    def bob(self, script):
        """A script of bob's in the group of their su; it has begun."""
        script = f"cd {self.group}; echo ready; {script}"
        bob = self.ssh("setpriv --reuid=bob --regid=bob --init-groups sh -ec " +
                       shlex.quote(script), host="control", tty=False)
        bob.expect("ready", 60)
        return bob


class HeldUp(Delegated):
    """Under failmode=safe that must not look like an outage, which lets the caller become alice."""

    TIMEOUT, AMPLE = 3, 120
    FREEZE = f"echo 1 >cgroup.freeze; sleep {TIMEOUT + 0.7}; echo 0 >cgroup.freeze"
    SU = ("@include common-auth\nauth required pam_aws_mfa.so profile=work always failmode=safe "
          "timeout={}\n@include common-account\n@include common-session\n")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bastion.write("/etc/pam.d/su", cls.SU.format(cls.TIMEOUT))

    def refused(self, su, *results):
        self.assertNotEqual(su.wait(), 0, su.screen)
        self.assertNotIn("alice", su.screen.splitlines())
        result, = self.results("su")
        self.assertIn(result, (SYSTEM, *results))

    def test_an_outage_lets_in(self):
        """A true outage. The other tests must not look like one."""
        self.aws_down()
        for _ in range(5):      # a busy machine hides an outage
            su = self.su()
            su.send(PASSWORD + "\n")
            su.answer(PROMPT, self.user.code)
            if su.wait() == 0:
                break
            self.user = self.enroll("alice")
        self.assertEqual(su.screen.splitlines()[-1], "alice")
        self.assertEqual(self.results("su"), ["unavailable answer=PAM_IGNORE"])

    def frozen(self, script, code_first=False):
        """bob's script begins when AWS has been asked and does not answer."""
        self.box.fault("GET", faults.hang())
        asked = len(self.box.requests)
        su = self.su()
        bob = self.bob(f"read go; {script}")
        su.send(PASSWORD + "\n")
        self.box.wait_for(None, asked + 1, 300)
        if code_first:
            su.answer(PROMPT, self.user.wrong_code())
        bob.send("\n")
        self.assertEqual(bob.wait(), 0, bob.screen)
        if not code_first:
            su.answer(PROMPT, self.user.wrong_code())
        # su does not know how far aws-mfa has come with the code.
        self.refused(su, *([SPENT] if code_first else []))

    def test_frozen(self):
        """Until AWS's answer would come too late."""
        self.frozen(self.FREEZE)

    def test_frozen_when_the_code_is_there(self):
        """aws-mfa watches the time, too."""
        self.frozen(self.FREEZE, code_first=True)

    def test_frozen_in_slices(self):
        self.frozen("for i in 1 2 3 4; do echo 1 >cgroup.freeze; sleep 0.9; echo 0 >cgroup.freeze; "
                    "sleep 0.005; done")

    def test_starved(self):
        """The group gets a thousandth of a processor when aws-mfa-sts has started, as its third process."""
        su = self.su()
        bob = self.bob("n=0; until [ $n -ge 3 ]; do read n <pids.current; done; "
                       f"echo 1000 1000000 >cpu.max; sleep {self.TIMEOUT + 0.3}; echo max >cpu.max")
        su.send(PASSWORD + "\n")
        self.assertEqual(bob.wait(), 0, bob.screen)
        su.answer(PROMPT, self.user.wrong_code())
        self.refused(su)

    def test_too_few_processes(self):
        """aws-mfa can start, and aws-mfa-sts cannot."""
        su = self.su()
        self.assertEqual(self.bob("echo 2 >pids.max").wait(), 0)
        su.send(PASSWORD + "\n")
        self.answer_if_asked(su, self.user.code())
        self.refused(su)

    def test_too_little_memory(self):
        """aws-mfa-sts gets no memory any more. The kernel kills it."""
        self.bastion.write("/etc/pam.d/su", self.SU.format(self.AMPLE))
        self.addCleanup(self.bastion.write, "/etc/pam.d/su", self.SU.format(self.TIMEOUT))
        taken, asked = threading.Event(), len(self.box.requests)
        self.addCleanup(taken.set)
        self.box.fault("GET", faults.Fault("memory", lambda exchange: taken.wait() and exchange.send()))
        su = self.su()
        su.send(PASSWORD + "\n")
        self.box.wait_for(None, asked + 1, 300)
        bob = self.bob("mkdir sts rest; for p in $(cat cgroup.procs); do case $(cat /proc/$p/comm) in "
                       "aws-mfa-sts) echo $p >sts/cgroup.procs;; *) echo $p >rest/cgroup.procs;; esac; "
                       "done; echo +memory >cgroup.subtree_control; echo 0 >sts/memory.max")
        self.assertEqual(bob.wait(), 0, bob.screen)
        taken.set()
        su.answer(PROMPT, self.user.wrong_code())
        self.refused(su)
        self.assertIn("oom", self.run_there(
            f"journalctl -q -k -o cat --after-cursor='{self.cursor}'"))


if __name__ == "__main__":
    unittest.main()
