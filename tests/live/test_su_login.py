"""Real su, login and runuser, and applications without a conversation, such as cron."""

import contextlib
import os
import re
import shutil
import signal
import time
import unittest

import control_group
from live.case import LiveTest, example
from live.sshd import PROMPT
from live.world import PASSWORD
from paths import BUILD
from sandbox import faults

ONLY = "auth required pam_aws_mfa.so profile=work always\naccount required pam_permit.so\n"


class Su(LiveTest):
    """PAM_USER is the target: su needs the target's code and uses the target's file."""

    NEEDS = ("su",)

    def setUp(self):
        super().setUp()
        self.stack("su", example("pam.d/su"))

    def test_password_and_code_of_the_target(self):
        su = self.console("/usr/bin/su", "-c", "id -un; env", "alice", user="bob")
        su.answer("Password: ", PASSWORD)
        su.answer(PROMPT, self.user.code)
        self.assertEqual(su.wait(), 0, su.screen)
        self.assertRegex(su.screen, r"AWS session valid until .*\r\nalice\r\n")
        self.assertNotIn("AWS_", su.screen)
        self.assertTrue(self.has_session())
        self.assertEqual(self.section(user="bob"), {})
        tty = re.search(r" tty=(\S+) ", self.syslog.module()[0])[1]
        self.assertRegex(tty, r"^(/dev/)?pts/\d+$")
        self.decisions("su", f"notice user=alice rhost=- tty={tty} profile=work "
                       "account=123456789012 result=accepted answer=PAM_SUCCESS request-id=ID "
                       "key-id=KEY")

    def test_the_log_tells_of_a_clock_that_is_off(self):
        self.box.date_skew = 7230
        self.addCleanup(setattr, self.box, "date_skew", 0)
        su = self.console("/usr/bin/su", "-c", "id -un", "alice", user="bob")
        su.answer("Password: ", PASSWORD)
        su.answer(PROMPT, self.user.code)
        self.assertEqual(su.wait(), 0, su.screen)
        line, = self.syslog.module()
        self.assertIn("result=accepted answer=PAM_SUCCESS", line)
        self.assertIn("reason=\"this machine's clock is 2 h 0 min slow against AWS", line)

    def test_nobody_is_refused(self):
        """AWS is down; the target is not enrolled."""
        self.aws_down()
        su = self.console("/usr/bin/su", "-c", "id -un", "alice", user="bob")
        su.answer("Password: ", PASSWORD)
        su.answer(PROMPT, self.user.code)
        self.assertEqual(su.wait(), 0, su.screen)
        self.assertIn("AWS cannot be reached; the code was not sent and is still good. "
                      "The system log says why.\r\nalice\r\n", su.screen)
        su = self.console("/usr/bin/su", "-c", "id -un", "bob", user="alice")
        su.answer("Password: ", PASSWORD)
        self.assertEqual(su.wait(), 0, su.screen)
        self.assertNotIn(PROMPT, su.screen)
        self.assertEqual(su.screen.splitlines()[-1], "bob")

    def test_root_is_asked_nothing(self):
        for argv in (["-c", "id -un", "alice"], ["-", "alice", "-c", "id -un"]):
            su = self.console("/usr/bin/su", *argv)
            self.assertEqual(su.wait(), 0, su.screen)
            self.assertEqual(su.screen, "alice\r\n")

    def test_to_root(self):
        su = self.console("/usr/bin/su", "-c", "id -un", user="alice")
        su.answer("Password: ", PASSWORD)
        self.assertEqual(su.wait(), 0, su.screen)
        self.assertEqual(su.screen.splitlines()[-1], "root")
        self.assertNotIn(PROMPT, su.screen)

    def test_a_session_of_somebody_else_gets_no_profile(self):
        self.stack("su", example("pam.d/su") +
                   "session optional pam_aws_mfa.so profile=work setenv\n")
        su = self.console("/usr/bin/su", "-c", "env", "alice")
        self.assertEqual(su.wait(), 0, su.screen)
        self.assertNotIn("AWS_", su.screen)
        self.syslog.wait("setenv ignored: the session is not the caller's own")

    def test_input_that_ends(self):
        """misc_conv() answers with success and nothing."""
        self.stack("su", ONLY)
        run = self.world.run("/usr/bin/su", "-c", "id -un", "alice", user="bob")
        self.assertEqual((run.returncode, run.stdout), (1, ""), run.stderr)
        self.decisions("su", "notice user=alice rhost=- tty=- profile=work account=123456789012 "
                       "result=no-answer answer=PAM_CONV_ERR")

    def test_control_c(self):
        self.stack("su", ONLY)
        su = self.console("/usr/bin/su", "-c", "id -un", "alice", user="bob")
        su.expect(PROMPT)
        su.interrupt()
        self.assertNotEqual(su.wait(), 0)
        self.assertNotIn("alice", su.screen)


class HeldUp(LiveTest):
    """bob stops, freezes or slows down su and its children until the time is over. With
    failmode=safe this must not let bob in. test_awake.py tests the part of aws-mfa-sts."""

    NEEDS = ("su",)
    TIMEOUT = 3

    def setUp(self):
        super().setUp()
        self.stack("su", "@include common-auth\nauth required pam_aws_mfa.so profile=work always "
                   f"failmode=safe timeout={self.TIMEOUT}\n"
                   "@include common-account\n@include common-session\n")

    def su(self):
        """Types a code, which bob can only guess. AWS has not answered the warm-up at that time."""
        su = self.console("/usr/bin/su", "-c", "id -un", "alice", user="bob")
        su.answer("Password: ", PASSWORD)
        su.answer(PROMPT, self.user.wrong_code())
        return su

    def below(self, helpers_only):
        return [pid for pid, argv in self.world.processes().items()
                if "aws-mfa" in argv or not helpers_only]

    def stop(self, pids, seconds):
        for number, rest in ((signal.SIGSTOP, seconds), (signal.SIGCONT, 0)):
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):   # has ended in its own time-out
                    os.kill(pid, number)
            time.sleep(rest)

    def refused(self, su):
        self.assertNotEqual(su.wait(), 0, su.screen)
        self.assertNotEqual(su.screen.splitlines()[-1], "alice")
        line, = self.syslog.module()
        # aws-mfa-sts may read the code only after the stop; then AWS judges it.
        self.assertRegex(line, "result=(system-error answer=PAM_SYSTEM_ERR|wrong-code answer="
                               "PAM_AUTH_ERR|code-spent answer=PAM_AUTHINFO_UNAVAIL)")

    def test_an_outage_lets_in(self):
        """A true outage lets in. The other tests must not look like it."""
        self.box.fault("GET", faults.hang())
        for _ in range(3):      # again if this machine is too busy to be sure of it
            self.syslog.lines.clear()
            su = self.su()
            if su.wait() == 0:
                break
        self.assertEqual(su.screen.splitlines()[-1], "alice")
        self.assertIn("result=unavailable answer=PAM_IGNORE", self.syslog.module()[0])

    def test_stopped(self):
        for helpers_only in (True, False):
            with self.subTest(helpers_only):
                self.syslog.lines.clear()
                self.box.fault("GET", faults.delay(2.5), 1)
                su = self.su()
                self.stop(self.below(helpers_only), self.TIMEOUT + 0.3)
                self.refused(su)

    def test_in_slices(self):
        for helpers_only in (True, False):
            with self.subTest(helpers_only):
                self.syslog.lines.clear()
                self.box.fault("GET", faults.hang())
                su = self.su()
                for _ in range(4):
                    self.stop(self.below(helpers_only), 0.9)
                    time.sleep(0.005)
                self.refused(su)

    @unittest.skipIf(control_group.why_not(), control_group.why_not())
    def test_frozen(self):
        group = control_group.Group("pam-aws-mfa-su")
        self.addCleanup(group.remove)
        self.box.fault("GET", faults.delay(2.5), 1)
        su = self.console("/usr/bin/su", "-c", "id -un", "alice", user="bob")
        group.add(su.process.pid)
        su.answer("Password: ", PASSWORD)
        su.answer(PROMPT, self.user.wrong_code())
        group.freeze(True)
        time.sleep(self.TIMEOUT + 0.3)
        group.freeze(False)
        self.refused(su)

    @unittest.skipIf(control_group.why_not("cpu"), control_group.why_not("cpu"))
    def test_starved(self):
        """The group gets a thousandth of a processor as soon as the helper starts."""
        group = control_group.Group("pam-aws-mfa-su", "cpu")
        self.addCleanup(group.remove)
        su = self.console("/usr/bin/su", "-c", "id -un", "alice", user="bob")
        su.expect("Password: ")
        group.add(su.process.pid)
        su.send(PASSWORD + "\n")
        end = time.monotonic() + 10
        while not self.below(True):
            self.assertLess(time.monotonic(), end, "no helper")
        group.quota(0.001)
        time.sleep(self.TIMEOUT + 0.3)
        group.quota(None)
        su.answer(PROMPT, self.user.code)
        su.wait()
        self.assertNotIn("answer=PAM_IGNORE", self.syslog.module()[0])
        self.assertEqual(su.process.returncode == 0, self.has_session(), su.screen)


class Login(LiveTest):
    NEEDS = ("login",)

    def setUp(self):
        super().setUp()
        self.stack("login", example("pam.d/login"))

    def login(self, name):
        login = self.console("/bin/login", name, env={"TERM": "dumb"})
        login.answer("Password: ", PASSWORD)
        return login

    def in_the_shell(self, login, says):
        """Checks the output of a command in the shell, and leaves the shell."""
        login.expect("bash-")
        login.expect(" ")
        login.send("echo user=[$(id -un)] profile=[$AWS_PROFILE]\n")
        login.expect(says)
        login.send("exit\n")
        login.wait()

    def test_password_then_code(self):
        login = self.login("alice")
        login.answer(PROMPT, self.user.code)
        login.expect("AWS session valid until ")
        self.in_the_shell(login, "user=[alice] profile=[work]")
        self.assertTrue(self.has_session())
        tty = re.search(r" tty=(\S+) ", self.syslog.module()[0])[1]
        self.assertRegex(tty, r"^/dev/pts/\d+$")
        self.decisions("login", f"notice user=alice rhost=- tty={tty} profile=work "
                       "account=123456789012 result=accepted answer=PAM_SUCCESS request-id=ID "
                       "key-id=KEY")

    def test_users_who_are_not_asked(self):
        """root and bob, who is not enrolled, see no prompt. alice gets in although AWS is down."""
        self.aws_down()
        for name, asked in (("root", False), ("bob", False), ("alice", True)):
            with self.subTest(name):
                login = self.login(name)
                if asked:
                    login.answer(PROMPT, self.user.code)
                self.in_the_shell(login, f"user=[{name}]")
                self.assertEqual(PROMPT in login.screen, asked)

    def test_the_time_to_answer_ends(self):
        path = self.world.path("/etc/login.defs")
        before = path.read_text()
        self.write("/etc/login.defs", "LOGIN_TIMEOUT 3\n")
        self.addCleanup(self.world.write, "/etc/login.defs", before)
        login = self.login("alice")
        login.expect(PROMPT)
        login.expect("timed out after 3 seconds")
        login.wait()
        self.assertEqual(self.world.wait_for_processes([]), {})

    def test_the_line_drops_while_the_prompt_is_up(self):
        login = self.login("alice")
        login.expect(PROMPT)
        login.close()
        self.assertEqual(self.world.wait_for_processes([]), {})
        login.kill()


class Unattended(LiveTest):
    """Nobody can answer a prompt."""

    NEEDS = ("runuser",)

    def test_runuser(self):
        """runuser runs no auth. A command's output gets no notice; a login shell gets the
        notice."""
        for service in ("runuser", "runuser-l"):
            self.stack(service, ONLY +
                       "session optional pam_aws_mfa.so profile=work notify setenv\n")
        before = len(self.box.requests)
        command = ["-c", "id -un; env | grep AWS"]
        for argv, said in ((["-m", "alice", *command], ""), (["-l", "alice", *command], ""),
                           (["-l", "alice"], "There is no valid AWS session. Renew it with: "
                                             "aws-mfa --profile work\n")):
            run = self.world.run("/usr/sbin/runuser", *argv, input="id -un\n")
            self.assertEqual((run.stdout, run.stderr), (f"{said}alice\n", ""), argv)
        self.assertEqual(len(self.box.requests), before)

    def application(self, *calls):
        """Runs an application as root that has no conversation function."""
        self.own.add("/run/mfa/application")
        shutil.copy(BUILD / "tests/pam/login", self.world.path("/run/mfa/application"))
        self.stack("cron", ONLY + "session required pam_aws_mfa.so profile=work notify setenv\n")
        run = self.world.run("/run/mfa/application", "/etc/pam.d", "cron", "alice",
                             "--no-conversation", *calls)
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        return run.stdout

    def test_auth_without_a_conversation(self):
        out = self.application("auth")
        self.assertIn("auth = PAM_CONV_ERR\n", out)
        self.assertIn("result=no-answer answer=PAM_CONV_ERR", out)

    def test_like_cron(self):
        out = self.application("account", "setcred", "open", "close")
        self.assertIn("open = PAM_SUCCESS\n", out)
        self.assertIn("close = PAM_SUCCESS\n", out)
        self.assertIn("env AWS_PROFILE=work\n", out)
        self.assertNotIn("log ", out)


if __name__ == "__main__":
    unittest.main()
