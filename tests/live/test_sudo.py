"""Real sudo: it asks for the invoking user's code, and shows only the prompt."""

import os
import re
import signal
import unittest

from home import long_term
from live.case import LiveTest, example
from live.sshd import PROMPT
from live.world import PASSWORD

WHO = "notice user=alice rhost=- tty=%s profile=work account=123456789012 result="
ALWAYS = ("auth required pam_aws_mfa.so profile=work always\naccount required pam_permit.so\n"
          "session required pam_aws_mfa.so profile=work setenv\n")


class SudoTest(LiveTest):
    NEEDS = ("sudo",)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.world.add_user("carol")
        cls.world.write("/etc/sudoers.d/aws-mfa", example("sudoers.d/aws-mfa"), mode=0o440)
        cls.world.write("/etc/sudoers", "Defaults secure_path=/usr/sbin:/usr/bin\n"
                        "root ALL=(ALL:ALL) ALL\nalice ALL=(ALL:ALL) ALL\nbob ALL=(ALL:ALL) ALL\n"
                        "carol ALL=(ALL:ALL) ALL\n"
                        "@includedir /etc/sudoers.d\n", mode=0o440)

    def setUp(self):
        super().setUp()
        self.stack("sudo", self.STACK)
        self.stack("sudo-i", self.STACK)
        for path in self.world.path("/run/sudo").rglob("*"):
            if path.is_file():
                path.unlink()        # nobody has typed a password yet

    def sudo(self, *args, user="alice", **options):
        return self.console("/usr/bin/sudo", *args, user=user, **options)

    def decided(self, *results, user="alice"):
        """Checks what the log says of the user's tries, without the terminal."""
        lines = [line for line in self.syslog.module() if f":auth): user={user} " in line]
        self.assertEqual([re.search("result=(.*? answer=[A-Z_]+)", line)[1] for line in lines],
                         list(results), lines)


class Example(SudoTest):
    """The stack of examples/pam.d/sudo."""

    STACK = example("pam.d/sudo")

    def test_the_sudoers_file_is_one(self):
        check = self.world.run("/usr/sbin/visudo", "-cf", "/etc/sudoers.d/aws-mfa")
        self.assertEqual(check.returncode, 0, check.stderr)

    def test_password_then_code(self):
        sudo = self.sudo("/usr/bin/id", "-un")
        sudo.answer("password for alice: ", PASSWORD)
        sudo.answer(PROMPT, self.user.code)
        self.assertEqual(sudo.wait(), 0, sudo.screen)
        self.assertEqual(sudo.screen.splitlines()[-1], "root")
        self.assertTrue(self.has_session())
        tty = re.search(r" tty=(/dev/pts/\d+) ", self.syslog.module()[0])[1]
        self.decisions("sudo", WHO % tty + "accepted answer=PAM_SUCCESS request-id=ID key-id=KEY")

    def test_not_enrolled(self):
        sudo = self.sudo("/usr/bin/id", "-un", user="bob")
        sudo.answer("password for bob: ", PASSWORD)
        self.assertEqual(sudo.wait(), 0, sudo.screen)
        self.assertNotIn(PROMPT, sudo.screen)

    def test_aws_down(self):
        self.aws_down()
        sudo = self.sudo("/usr/bin/id", "-un")
        sudo.answer("password for alice: ", PASSWORD)
        sudo.answer(PROMPT, self.user.code)
        self.assertEqual(sudo.wait(), 0, sudo.screen)
        self.assertEqual(sudo.screen.splitlines()[-1], "root")

    def test_a_wrong_code_is_not_asked_for_again(self):
        """sudo does not refuse for it either, whether it runs a command or only remembers the
        password."""
        for args in (("/usr/bin/true",), ("-v",), ("-l",)):
            sudo = self.sudo("-k", *args)
            sudo.answer("password for alice: ", PASSWORD)
            sudo.answer(PROMPT, "typo")
            self.assertEqual(sudo.wait(), 0, sudo.screen)
            self.assertEqual(sudo.screen.count(PROMPT), 1)
        self.assertFalse(self.has_session())

    def test_asked_by_a_program_of_the_caller_s(self):
        """sudo -A, as on a desktop: sudo passes each question to the program, with the question's
        words."""
        self.write("/tmp/ask", '#!/bin/sh\ncase "$1" in "AWS MFA code: ") echo '
                   f"{self.user.code()};; *assword*) echo '{PASSWORD}';; esac\n", mode=0o755)
        run = self.world.run("/usr/bin/sudo", "-A", "/usr/bin/id", "-un", user="alice",
                             env={"SUDO_ASKPASS": "/tmp/ask"})
        self.assertEqual((run.returncode, run.stdout, run.stderr), (0, "root\n", ""))
        self.assertTrue(self.has_session())

    def test_the_password_is_still_needed(self):
        sudo = self.sudo("/usr/bin/id", "-un")
        sudo.answer("password for alice: ", "wrong")
        sudo.expect("Sorry, try again.\r\n[sudo] password for alice: ")
        sudo.interrupt()
        self.assertEqual(sudo.wait(), 1, sudo.screen)
        self.assertNotIn(PROMPT, sudo.screen)


class Decides(SudoTest):
    """The stack holds only the module, to show what sudo does with each answer of the module."""

    STACK = ALWAYS

    def test_three_tries(self):
        self.enroll("carol")
        right = self.sudo("/usr/bin/id", "-un")
        wrong = self.sudo("/usr/bin/id", "-un", user="carol")
        for console, answer in ((right, self.user.wrong_code()), (wrong, "typo"),
                                (right, "typo"), (wrong, "typo"),
                                (right, self.user.code()), (wrong, "typo")):
            console.answer(PROMPT, answer)
        self.assertEqual(right.wait(), 0, right.screen)
        self.assertEqual(wrong.wait(), 1, wrong.screen)
        for console in (right, wrong):
            self.assertEqual(console.screen.count("Sorry, try again.\r\n" + PROMPT), 2)
        self.assertIn("3 incorrect password attempts", wrong.screen)
        self.decided("wrong-code answer=PAM_AUTH_ERR", "not-six-digits answer=PAM_AUTH_ERR",
                     "accepted answer=PAM_SUCCESS", user="alice")
        self.decided(*3 * ["not-six-digits answer=PAM_AUTH_ERR"], user="carol")

    def test_a_session_that_cannot_be_shared(self):
        """The login counts. The log has a line with the same key id."""
        aws = self.world.path("/home/alice/.aws")
        work, text = long_term(self.user), (aws / "config").read_text()
        (aws / "config").write_text(text + text.replace("[profile work]", "[profile twin]"))
        for also, failed, reason in (
                ("twin", "twin", r"/home/alice/.aws/credentials:\d+: \[twin\] holds long-term keys"),
                ("nobody", "work", "/home/alice/.aws/credentials:2: also: nobody: ")):
            (aws / "credentials").write_text(
                work.replace("]\n", f"]\nalso = {also}\n") + long_term(self.user, "twin") +
                "[twin]\naws_access_key_id = AKIAEXAMPLE000000001\n"
                f"aws_secret_access_key = {'x' * 40}\n")
            sudo = self.sudo("-k", "/usr/bin/true")
            sudo.answer(PROMPT, self.user.code)
            self.assertEqual(sudo.wait(), 0, sudo.screen)
            found, = self.syslog.wait(
                f'^authpriv.warning aws-mfa: key-id=(\\S+) profile={failed} result=not-shared reason="{reason}.*"$')
            self.assertEqual(found[1], self.section()["aws_access_key_id"])

    def test_an_outage_is_tried_again(self):
        """sudo asks again after AUTHINFO_UNAVAIL and MAXTRIES, too. It asks passwd_tries times in
        all."""
        self.aws_down()
        sudo = self.sudo("/usr/bin/id", "-un")
        for _ in range(3):
            sudo.answer(PROMPT, self.user.code)
        self.assertEqual(sudo.wait(), 1, sudo.screen)
        self.assertEqual(sudo.screen.count(PROMPT), 3)
        lines = [line for line in self.syslog.module() if ":auth)" in line]
        self.assertEqual([re.search("result=(.*? answer=[A-Z_]+)", line)[1] for line in lines],
                         3 * ["unavailable answer=PAM_AUTHINFO_UNAVAIL"])

    def test_the_last_of_several_prompts_is_tried_again(self):
        self.stack("sudo", self.STACK.replace("always", "always prompts=2"))
        sudo = self.sudo("/usr/bin/id", "-un")
        for _ in range(3):
            sudo.answer(PROMPT, "typo")
            sudo.answer("Wrong code. " + PROMPT, "typo")
        self.assertEqual(sudo.wait(), 1, sudo.screen)
        self.decided(*3 * ["not-six-digits answer=PAM_MAXTRIES"])

    def test_prompts_say_why(self):
        """sudo hides the module's messages, so the prompt holds the reason."""
        self.stack("sudo", self.STACK.replace("always", "always prompts=2"))
        sudo = self.sudo("/usr/bin/id", "-un")
        sudo.answer(PROMPT, self.user.wrong_code())
        sudo.answer("Wrong code. " + PROMPT, self.user.code())
        self.assertEqual(sudo.wait(), 0, sudo.screen)
        self.assertNotIn("Sorry", sudo.screen)

    def test_not_enrolled_is_told_once(self):
        sudo = self.sudo("/usr/bin/id", "-un", user="bob")
        sudo.answer(PROMPT, "123456")
        self.assertEqual(sudo.wait(), 1, sudo.screen)
        self.assertEqual(sudo.screen.count(PROMPT), 1)
        self.decided("not-set-up answer=PAM_CRED_INSUFFICIENT", user="bob")

    def test_from_standard_input(self):
        run = self.world.run("/usr/bin/sudo", "-S", "/usr/bin/id", "-un", user="alice",
                             input=self.user.code() + "\n")
        self.assertEqual((run.returncode, run.stdout, run.stderr), (0, "root\n", PROMPT))

    def test_standard_input_that_ends(self):
        run = self.world.run("/usr/bin/sudo", "-S", "/usr/bin/id", "-un", user="alice", input="")
        self.assertEqual((run.returncode, run.stdout), (1, ""))
        self.decided("no-answer answer=PAM_CONV_ERR")

    def test_without_asking(self):
        run = self.world.run("/usr/bin/sudo", "-n", "/usr/bin/id", "-un", user="alice")
        self.assertEqual((run.returncode, run.stdout), (1, ""))
        self.assertIn("a password is required", run.stderr)
        self.assertEqual(self.box.codes_seen(self.user), [])

    def test_a_prompt_of_the_caller_s(self):
        """-p changes the prompt for a password, but not the prompt for the code."""
        sudo = self.sudo("-p", "speak: ", "/usr/bin/id", "-un")
        sudo.answer(PROMPT, self.user.code)
        self.assertEqual(sudo.wait(), 0, sudo.screen)
        self.assertNotIn("speak", sudo.screen)

    def test_control_c(self):
        sudo = self.sudo("/usr/bin/id", "-un")
        sudo.expect(PROMPT)
        sudo.interrupt()
        self.assertEqual(sudo.wait(), 1, sudo.screen)
        self.assertEqual(sudo.screen.count(PROMPT), 1)
        self.decided("no-answer answer=PAM_CONV_ERR")

    def test_once_typed_it_counts_for_a_while(self):
        sudo = self.sudo("/bin/sh", "-c", "true")
        sudo.answer(PROMPT, self.user.code)
        self.assertEqual(sudo.wait(), 0, sudo.screen)
        # Both run on one terminal: the second sudo there asks nothing.
        shell = self.console("/bin/sh", "-c", "sudo true; sudo -n id -un", user="alice")
        shell.answer(PROMPT, self.user.code)
        self.assertEqual(shell.wait(), 0, shell.screen)
        self.assertEqual(shell.screen.splitlines()[-1], "root")
        self.decided(*2 * ["accepted answer=PAM_SUCCESS"])

    def test_root_s_session_gets_nothing_of_the_caller_s(self):
        """The stack has setenv, which sets variables only in a session of the caller."""
        env = "/usr/bin/env"
        for args in (("-i", env), (env,), ("-u", "bob", "-i", env)):
            with self.subTest(args):
                self.syslog.lines.clear()
                user = self.enroll("alice")
                sudo = self.sudo("-k", *args)
                sudo.answer(PROMPT, user.code)
                self.assertEqual(sudo.wait(), 0, sudo.screen)
                self.assertIn("SUDO_USER=alice", sudo.screen)
                self.assertNotIn("AWS_", sudo.screen)
                self.assertNotIn("alice/.aws", sudo.screen)
                self.syslog.wait("setenv ignored: the session is not the caller's own")
        self.assertFalse(self.world.path("/root/.aws").exists())

    def test_the_caller_s_limits_are_no_outage(self):
        """With few descriptors libcurl cannot connect. failmode=safe must not forgive that."""
        self.stack("sudo", self.STACK.replace("always", "always failmode=safe"))
        for limit in ("-S -n 16", "-S -f 0", "-n 16"):
            with self.subTest(limit):
                run = self.console("/bin/sh", "-c", f"ulimit {limit}; umask 0; exec sudo -k id -un",
                                   user="alice")
                run.answer(PROMPT, self.user.code)
                run.wait()
        results = [re.search("result=(.*? answer=[A-Z_]+)", line)[1]
                   for line in self.syslog.module() if ":auth)" in line]
        self.assertEqual(results[:2], 2 * ["accepted answer=PAM_SUCCESS"])
        # Root raises a hard limit, unless this machine has taken that right from root.
        self.assertIn(results[2], ["accepted answer=PAM_SUCCESS",
                                   "system-error answer=PAM_SYSTEM_ERR"])
        path = self.world.path("/home/alice/.aws/credentials")
        self.assertEqual(path.stat().st_mode & 0o777, 0o600)

    def test_the_time_to_answer_ends(self):
        self.write("/etc/sudoers.d/hurry", "Defaults passwd_timeout=0.02\n", mode=0o440)
        self.addCleanup(self.world.path("/etc/sudoers.d/hurry").unlink)
        sudo = self.sudo("/usr/bin/id", "-un")
        sudo.expect(PROMPT)
        self.assertEqual(sudo.wait(), 1, sudo.screen)
        self.assertIn("timed out", sudo.screen)
        self.assertEqual(sudo.screen.count(PROMPT), 1)
        self.decided("no-answer answer=PAM_CONV_ERR")

    def test_the_line_drops_while_the_prompt_is_up(self):
        sudo = self.sudo("/usr/bin/id", "-un")
        sudo.expect(PROMPT)
        sudo.close()
        self.assertEqual(self.world.wait_for_processes([]), {})
        sudo.kill()

    def test_killed_while_the_prompt_is_up(self):
        sudo = self.sudo("/usr/bin/id", "-un")
        sudo.expect(PROMPT)
        os.kill(sudo.process.pid, signal.SIGKILL)
        self.assertEqual(self.world.wait_for_processes([]), {})


if __name__ == "__main__":
    unittest.main()
