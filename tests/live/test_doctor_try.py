"""aws-mfa doctor --try: a real conversation with a stack, from a root shell."""

import os
import signal
import unittest
from pathlib import Path

from live.case import LiveTest, example
from live.sshd import PROMPT
from live.world import PASSWORD
from paths import AWS_MFA


class Try(LiveTest):
    def setUp(self):
        super().setUp()
        self.stack("sshd", example("pam.d/sshd-after-publickey"))

    def doctor(self, *args, **options):
        options["env"] = {"NO_COLOR": "1", **options.get("env", {})}
        return self.console(AWS_MFA, "doctor", "--try", *args, **options)

    def test_right_code(self):
        doctor = self.doctor("alice", "-v")
        said = doctor.expect(PROMPT)
        self.assertIn("count in pam_faillock", said)
        self.assertIn("user alice, service sshd, after a key, from 127.0.0.1", said)
        doctor.send(self.user.code() + "\n")
        self.assertEqual(doctor.wait(), 0, doctor.screen)
        for phase in ("auth", "account", "session", "end of session"):
            self.assertIn(f"ok     {phase}: the stack of sshd lets alice pass\r\n", doctor.screen)
        self.assertTrue(self.has_session())
        self.assertIn(" rhost=127.0.0.1 tty=ssh ", self.syslog.module()[0])

    def test_wrong_code(self):
        """It counts in pam_faillock."""
        doctor = self.doctor("alice", env={"SSH_CONNECTION": "192.0.2.7 1 192.0.2.1 22"})
        doctor.answer(PROMPT, self.user.wrong_code())
        self.assertEqual(doctor.wait(), 1, doctor.screen)
        self.assertIn("FAULT  auth: the stack of sshd refuses alice: ", doctor.screen)
        self.assertIn("aws-mfa doctor --pam sshd --user alice\r\n", doctor.screen)
        self.assertIn("Do NOT close this shell", doctor.screen)
        self.assertIn(" rhost=192.0.2.7 ", self.syslog.module()[0])
        self.assertGreater(self.world.path("/run/faillock/alice").stat().st_size, 0)
        self.assertFalse(self.has_session())

    def test_another_service(self):
        self.stack("vault", "auth required pam_permit.so\naccount required pam_deny.so\n")
        doctor = self.doctor("bob", "--pam", "vault", "--json", pipes=True)
        self.assertEqual(doctor.wait(), 1, doctor.err)
        self.assertEqual(doctor.err, "")
        self.assertRegex(doctor.out, r'"Id":"try","Level":"fault",.*"account: the stack of vault '
                                     r'refuses bob: Authentication failure [(]7[)]')

    def test_interrupted(self):
        """The terminal shows what is typed afterwards."""
        self.stack("ask", "auth required pam_unix.so\n")
        doctor = self.doctor("alice", "--pam", "ask")
        doctor.asked("Password: ")
        self.assertFalse(doctor.echo())
        doctor.send("\x03")
        self.assertEqual(doctor.wait(), -2, doctor.screen)

    def process_of_the_modules(self):
        doctors = [pid for pid, argv in self.world.processes().items() if "doctor --try" in argv]
        return next(pid for pid in doctors
                    if int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]) in doctors)

    def test_stopped(self):
        """The shell gets the terminal as it was: this one would not mend it. doctor stops when the process
        of the modules has stopped, not before."""
        self.stack("ask", "auth required pam_unix.so\naccount required pam_permit.so\nsession required pam_permit.so\n")
        shell = self.console("dash", "-im", env={"PS1": "$ "})
        shell.expect("$ ")
        shell.send(f"{AWS_MFA} doctor --try alice --pam ask\n")
        for by_key in (True, False):
            shell.asked("Password: ")
            if by_key:
                shell.send("half\x1a")
            else:
                os.kill(self.process_of_the_modules(), signal.SIGSTOP)      # cannot be caught
            shell.expect("Stopped")
            shell.expect("$ ")
            self.assertEqual(shell.echo(), by_key)
            shell.send("fg\n")
        shell.answer("Password: ", PASSWORD)
        shell.expect("Nothing to mend")
        shell.send("exit\n")
        self.assertEqual(shell.wait(), 0, shell.screen)

    def test_interrupted_while_the_session_is_opened(self):
        """It is closed all the same."""
        log, go = self.world.path("/run/mfa/log"), self.world.path("/run/mfa/go")
        self.write("/run/mfa/log", "")
        self.write("/run/mfa/session", "#!/bin/sh\necho $PAM_TYPE >>/run/mfa/log\n"
                   "until [ -e /run/mfa/go ]; do sleep 0.05; done\n", mode=0o755)
        self.stack("slow", "auth required pam_permit.so\naccount required pam_permit.so\n"
                   "session required pam_exec.so /run/mfa/session\n")
        doctor = self.doctor("alice", "--pam", "slow")
        while not log.read_text():
            self.assertIsNone(doctor.ended(), doctor.screen)
            doctor.read(0.05)
        doctor.send("\x03")
        doctor.expect("^C")
        self.write("/run/mfa/go", "")
        self.assertTrue(go.exists())
        self.assertEqual(doctor.wait(), 0, doctor.screen)
        self.assertEqual(log.read_text(), "open_session\nclose_session\n")

    def test_who_cannot(self):
        doctor = self.doctor("alice", user="bob")
        self.assertEqual(doctor.wait(), 4)
        self.assertIn("only root can try a login", doctor.screen)
        run = self.world.run("setsid", "-w", AWS_MFA, "doctor", "--try", "alice", input="")
        self.assertEqual((run.returncode, "no terminal" in run.stderr), (4, True), run.stderr)
        doctor = self.doctor("nosuch")
        self.assertEqual(doctor.wait(), 2)
        self.assertIn("--try: there is no user 'nosuch' here", doctor.screen)
        self.assertNotIn("Real login", doctor.screen)
        for args in [("--try", "alice", "work"), ("--try", "alice", "--user", "bob")]:
            self.assertEqual(self.world.run(AWS_MFA, "doctor", *args).returncode, 2)


if __name__ == "__main__":
    unittest.main()
