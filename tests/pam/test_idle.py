"""A person is away from the prompt for longer than the helper waits. The module and aws-mfa here
are built to wait one second instead of five minutes. The rest is real."""

import os
import subprocess
import time
import unittest
from pathlib import Path

from pam.logintest import LoginTest, OtherUser
from paths import BUILD

IDLE = BUILD / "tests/idle"


def processes(pid):
    """The descendants of a process: [(name, state)]"""
    found = []
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        try:
            name, _, rest = Path(f"/proc/{child}/stat").read_text().partition("(")[2].rpartition(")")
            found += [(name, rest.split()[0]), *processes(child)]
        except (FileNotFoundError, ProcessLookupError):
            pass    # ended in the meantime
    return found


class Idle(LoginTest):
    def setUp(self):
        super().setUp()
        (self.home / "pam.d/bastion").write_text(
            f"auth required {IDLE}/pam_aws_mfa.so profile=work always\n")
        self.came_back = self.home / "came-back"

    def go_away(self, *answers, options=()):
        """Starts a login of a person who first goes away."""
        argv = [BUILD / "tests/pam/login", self.home / "pam.d", "bastion", "alice", *options,
                "--answer", f"@until={self.came_back}"]
        for answer in answers:
            argv += ["--answer", answer]
        login = subprocess.Popen([*argv, "auth"], env=self.nss, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.addCleanup(login.stdout.close)
        self.addCleanup(login.wait)
        self.addCleanup(login.kill)
        return login

    def come_back(self, login):
        self.came_back.touch()
        out = login.communicate(timeout=30)[0]
        self.assertNotIn("LEFT BEHIND", out)
        return out

    def wait_until(self, login, holds, what):
        end = time.monotonic() + 15
        while not holds(processes(login.pid)):
            if time.monotonic() > end:
                raise AssertionError(f"not {what}: {processes(login.pid)}")
            time.sleep(0.02)

    def wait_for_both(self, login):
        self.wait_until(login, lambda found: {name for name, _ in found} ==
                        {"aws-mfa", "aws-mfa-sts"}, "both at work")

    def wait_for_none(self, login):
        """If the application is not root, an ended process stays a zombie until the answer
        comes."""
        self.wait_until(login, lambda found: all(
            state == "Z" and os.geteuid() != 0 for _, state in found), "both gone")

    def test_both_end_and_come_back_with_the_answer(self):
        login = self.go_away(self.user.code())
        self.wait_for_both(login)
        self.wait_for_none(login)
        out = self.come_back(login)
        self.assertRegex(out, "result=accepted answer=PAM_SUCCESS ")
        self.assertIn("auth = PAM_SUCCESS\n", out)
        self.assertEqual(out.count("prompt"), 1)
        self.assertEqual(len(self.box.codes_seen(self.user)), 1)
        self.assertTrue(self.section()["aws_session_token"])

    def test_an_answer_in_time_is_the_first_helper_s(self):
        self.came_back.touch()
        out = self.come_back(self.go_away(self.user.code()))
        self.assertIn("auth = PAM_SUCCESS\n", out)

    def test_a_wrong_code_is_judged_too(self):
        login = self.go_away(self.user.wrong_code())
        self.wait_for_both(login)
        self.wait_for_none(login)
        out = self.come_back(login)
        self.assertIn("result=wrong-code answer=PAM_AUTH_ERR", out)
        self.assertEqual(len(self.box.codes_seen(self.user)), 1)

    def test_aws_down_by_then(self):
        login = self.go_away(self.user.code())
        self.wait_for_both(login)
        self.config.write_text("[profile work]\nendpoint_url = https://localhost:1\n")
        self.wait_for_none(login)
        self.assertIn("result=unavailable answer=PAM_AUTHINFO_UNAVAIL", self.come_back(login))

    def test_keys_gone_by_then(self):
        """nullok does not let the person in now: the module has already asked."""
        (self.home / "pam.d/bastion").write_text(
            f"auth required {IDLE}/pam_aws_mfa.so profile=work nullok\n")
        login = self.go_away(self.user.code())
        self.wait_for_both(login)
        self.wait_for_none(login)
        self.credentials.unlink()
        self.assertIn("result=not-set-up answer=PAM_CRED_INSUFFICIENT", self.come_back(login))

    def test_at_the_second_prompt(self):
        (self.home / "pam.d/bastion").write_text(
            f"auth required {IDLE}/pam_aws_mfa.so profile=work always prompts=2\n")
        argv_first = ("--answer", self.user.wrong_code())
        login = self.go_away(self.user.code(), options=argv_first)
        self.wait_for_both(login)
        self.wait_for_none(login)
        out = self.come_back(login)
        self.assertIn("auth = PAM_SUCCESS\n", out)
        self.assertEqual(len(self.box.codes_seen(self.user)), 2)


class AsRoot(OtherUser, Idle):
    """The same with a user other than the one who runs the application."""


if __name__ == "__main__":
    unittest.main()
