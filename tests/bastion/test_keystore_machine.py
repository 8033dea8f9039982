"""Keystore mode where control groups are real: `make check-keystore-vm`."""

import threading
import unittest

from bastion.case import MACHINE, PROMPT
from bastion.keystore import ACCEPTED, SERVES, SYSTEM, WRONG, KeystoreTest
from bastion.test_machine import Delegated
from live.world import PASSWORD
from sandbox import faults

SLICE = "aws-mfa-keystore.slice"
LIMIT = f"systemctl set-property --runtime {SLICE} "
GROUP = f"/sys/fs/cgroup/aws.slice/aws-mfa.slice/{SLICE}"


class Slice(KeystoreTest):
    """All logins together have used up what they may. Further ones are refused, and not let in."""

    @classmethod
    def setUpClass(cls):
        if not MACHINE:
            raise unittest.SkipTest("needs a machine of its own: `make check-keystore-vm`")
        super().setUpClass()

    def setUp(self):
        super().setUp()
        self.addCleanup(self.run_there, f"systemctl revert {SLICE}")

    def test_what_the_unit_says(self):
        said = self.run_there(f"systemctl start {SLICE}; cat {GROUP}/pids.max; "
                              f"systemctl show {SLICE} -P MemoryMax")
        tasks, memory = map(int, said.split())
        self.assertEqual(tasks, 32768)
        self.assertGreater(memory, 200 << 20)

    def test_tasks(self):
        """None is left for serve, and then none for aws-mfa-sts. Who waits already goes on."""
        held, pids = self.waiting()
        self.assertEqual(len(pids), 3)
        used = int(self.run_there(f"cat {GROUP}/pids.current"))
        code = self.user.code()     # refused before AWS sees it, so it is good for all
        for most in (used, used + 1, used + 2):
            self.run_there(f"{LIMIT}TasksMax={most}")
            self.refused(self.login(code))
        self.assertEqual(set(self.results("sshd")), {SYSTEM})
        self.run_there(f"{LIMIT}TasksMax=32768")
        held.send(code + "\n")
        self.logged_in(held)
        self.user = self.enroll("alice")
        self.ready()

    def test_memory(self):
        """The kernel ends what has none."""
        self.run_there(f"{LIMIT}MemoryMax=600K")
        self.refused(self.login(self.user.code))
        self.assertEqual(self.results("sshd"), [SYSTEM])
        self.run_there(f"{LIMIT}MemoryMax=50%")
        self.ready()


class HeldUp(KeystoreTest, Delegated):
    """bob holds up their own su to alice. What judges is not in bob's group."""

    def asked(self):
        su = Delegated.su(self)
        su.send(PASSWORD + "\n")
        su.expect(PROMPT, 300)
        self.serving(1)
        self.assertEqual(self.run_there(f"grep -cxF \"$({SERVES})\" {self.group}/cgroup.procs; true"),
                         "0\n")
        return su

    def ends(self, su, code, status, result):
        su.send(code + "\n")
        self.assertEqual(su.wait(), status, su.screen)
        self.assertEqual(self.results("su"), [result])

    def others_go_on(self):
        bob = self.enroll("bob")
        ssh = self.ssh("-l", "bob", "true")
        ssh.answer(PROMPT, bob.code)
        self.logged_in(ssh)

    def test_frozen(self):
        """While the code is asked for. Others get in; a wrong code stays wrong, and a right one right."""
        for code, end in ((self.user.wrong_code, (1, WRONG)), (self.user.code, (0, ACCEPTED))):
            su = self.asked()
            self.assertEqual(self.bob("echo 1 >cgroup.freeze").wait(), 0)
            self.others_go_on()
            self.assertEqual(self.bob("echo 0 >cgroup.freeze").wait(), 0)
            self.ends(su, code(), *end)
            self.serving(0)

    def test_frozen_while_the_code_is_judged(self):
        """AWS answers while su is frozen: a wrong code stays wrong, and a right one right."""
        for code, end in ((self.user.wrong_code, (1, WRONG)), (self.user.code, (0, ACCEPTED))):
            su = self.asked()
            bob = self.bob("read go; echo 1 >cgroup.freeze; until grep -q 'frozen 1' cgroup.events; do "
                           "sleep 0.1; done; echo held; read go; sleep 2; echo 0 >cgroup.freeze")
            frozen, answered = self.judging()
            su.send(code() + "\n")
            self.box.wait_for("GetSessionToken", self.sent + 1, 300)
            bob.send("\n")
            bob.expect("held", 60)
            frozen.set()
            self.assertTrue(answered.wait(60))
            bob.send("\n")
            self.assertEqual(bob.wait(), 0, bob.screen)
            self.assertEqual(su.wait(), end[0], su.screen)
            self.assertEqual(self.results("su")[-1], end[1])
            self.serving(0)

    def judging(self):
        """-> (what lets AWS judge the next code, what tells that it has)"""
        go, done = threading.Event(), threading.Event()
        self.addCleanup(go.set)

        def act(exchange):
            go.wait()
            exchange.send()
            done.set()
        self.box.clear_faults()
        self.box.fault("GetSessionToken", faults.Fault("judging", act))
        self.sent = sum(request.action == "GetSessionToken" for request in self.box.requests)
        return go, done

    def test_starved(self):
        """A thousandth of a processor, from the password to the prompt."""
        for code, end in ((self.user.wrong_code, (1, WRONG)), (self.user.code, (0, ACCEPTED))):
            su = Delegated.su(self)
            self.assertEqual(self.bob("echo 1000 1000000 >cpu.max").wait(), 0)
            su.send(PASSWORD + "\n")
            self.others_go_on()
            self.assertEqual(self.bob("echo max >cpu.max").wait(), 0)
            su.expect(PROMPT, 300)
            self.ends(su, code(), *end)


if __name__ == "__main__":
    unittest.main()
