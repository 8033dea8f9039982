"""The rollouts of examples/: who needs a code, until which day, and in which group."""

import datetime
import re
import shutil
import time
import unittest

from bench.stacks import GOOGLE_SECRET, has
from live.case import LiveTest, example
from live.sshd import PROMPT, SshTest
from paths import REPO
from sandbox import totp

DATE = "2031-05-06"
CONFIG = "sshd_config.d/after-publickey.conf"
GOOGLE_PROMPT = "Verification code: "


def day(offset):
    return str(datetime.date.today() + datetime.timedelta(offset))


class Rollout(SshTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        stack = example("pam.d/sshd-rollout-until")
        assert stack.count(f"nullok={DATE}\n") == 3
        config = example(CONFIG)
        # Tomorrow and the day before yesterday: a test may run through midnight.
        cls.tomorrow = day(1)
        cls.until = cls.sshd("sshd-until", stack.replace(DATE, cls.tomorrow), config)
        cls.over = cls.sshd("sshd-over", stack.replace(DATE, day(-2)), config)
        cls.stack_alone = cls.sshd("sshd-alone", stack.replace(DATE, cls.tomorrow), "UsePAM yes\n")
        line = re.search(r"^\.Bd .*\n(auth .*pam_google_authenticator\.so\n)\.Ed",
                         (REPO / "pam/pam_aws_mfa.8").read_text(), re.M)[1]
        google = re.sub(r"(?m)^auth .*pam_exec.*\n", line, stack.replace(DATE, cls.tomorrow))
        cls.google = cls.sshd("sshd-google", google, config)
        cls.group = cls.sshd("sshd-group", example("pam.d/sshd-rollout-group"), config)
        public = cls.world.path("/home/bob/.ssh/authorized_keys").read_text()
        for name in ("carol", "dave", "erin"):
            cls.world.add_user(name)
            cls.world.folder_at(f"/home/{name}/.ssh", cls.world.users[name], 0o700)
            cls.world.write(f"/home/{name}/.ssh/authorized_keys", public, cls.world.users[name],
                            0o600)
        with cls.world.path("/etc/group").open("a") as file:
            file.write("aws-mfa:x:7000:carol,dave\n")

    REMINDER = "After {} this login needs an AWS MFA code. Set it up before: " \
        "aws-mfa setup --profile work"

    def refused_with(self, server, user, *, asked):
        ssh = self.ssh(server, "true", user=user)
        if asked:
            ssh.answer(PROMPT, "123456")
        self.refused(ssh)
        self.assertEqual(PROMPT in ssh.screen, asked)
        return ssh.screen

    # --- with a date

    @unittest.skipUnless(has("pam_google_authenticator"), "libpam-google-authenticator is not installed")
    def test_side_by_side_with_google(self):
        self.world.write("/home/erin/.google_authenticator", f'{GOOGLE_SECRET}\n" TOTP_AUTH\n',
                         self.world.users["erin"], 0o600)
        self.addCleanup(self.world.path("/home/erin/.google_authenticator").unlink)
        code = totp.code(totp.secret_from_base32(GOOGLE_SECRET), totp.step_at(time.time()))
        for user, prompt, answer, passes in (
                ("alice", PROMPT, self.user.wrong_code(), False), ("alice", PROMPT, self.user.code(), True),
                ("erin", GOOGLE_PROMPT, f"{(int(code) + 1) % 10**6:06}", False),
                ("erin", GOOGLE_PROMPT, code, True), ("bob", GOOGLE_PROMPT, code, False)):
            ssh = self.ssh(self.google, "true", user=user)
            ssh.answer(prompt, answer)
            (self.logged_in if passes else self.refused)(ssh)
            self.assertEqual({PROMPT in ssh.screen, GOOGLE_PROMPT in ssh.screen}, {True, False})

    def test_enrolled(self):
        ssh = self.ssh(self.until, "true")
        ssh.answer(PROMPT, self.user.code)
        self.logged_in(ssh)
        self.assertNotIn("needs an AWS MFA code", ssh.screen)

    def test_enrolled_with_a_wrong_code(self):
        ssh = self.ssh(self.until, "true")
        ssh.answer(PROMPT, self.user.wrong_code())
        self.refused(ssh)

    def test_not_enrolled(self):
        ssh = self.ssh(self.until, user="bob")
        ssh.expect(self.REMINDER.format(self.tomorrow))
        ssh.send("exit\n")
        self.logged_in(ssh)
        self.assertNotIn(PROMPT, ssh.screen)
        self.decisions("sshd-until", "notice user=bob rhost=127.0.0.1 tty=ssh profile=work "
                       "result=not-set-up answer=PAM_IGNORE reason=\"/home/bob/.aws/credentials: "
                       "there is no such file; run: aws-mfa setup work\"")

    def test_not_enrolled_without_the_key(self):
        ssh = self.ssh(self.until, "true", user="bob", methods="keyboard-interactive")
        self.refused(ssh, "publickey")

    def test_the_stack_alone_lets_nobody_in_without_a_key(self):
        """The line of pam_exec does: sshd asks here without a key before it."""
        ssh = self.ssh(self.stack_alone, "true", user="bob", methods="keyboard-interactive")
        self.assertEqual(ssh.wait(), 255, ssh.screen)

    def test_the_stack_alone_asks_for_no_code_after_a_key(self):
        """sshd skips auth here. The account line looks itself."""
        ssh = self.ssh(self.stack_alone, "true", user="bob", methods="publickey")
        self.logged_in(ssh)
        ssh = self.ssh(self.stack_alone, "true", user="alice", methods="publickey")
        self.assertEqual(ssh.wait(), 255, ssh.screen)

    def test_not_enrolled_after_the_date(self):
        self.refused_with(self.over, "bob", asked=True)

    def test_enrolled_after_the_date(self):
        ssh = self.ssh(self.over, "true")
        ssh.answer(PROMPT, self.user.code)
        self.logged_in(ssh)

    def test_a_damaged_file(self):
        """UTF-16, as PowerShell writes it."""
        self.enroll("carol")
        path = self.world.path("/home/carol/.aws/credentials")
        text = path.read_text()
        path.write_bytes(text.encode("utf-16"))
        screen = self.refused_with(self.until, "carol", asked=True)
        self.assertIn("AWS MFA is set up wrongly for this user: ", screen)

    def test_a_home_that_is_not_mounted(self):
        """The folder below the mount point is root's. Here it has keys for sshd, too."""
        home = self.world.path("/home/dave")
        for path in (home, *home.rglob("*")):
            self.addCleanup(path.chmod, path.stat().st_mode & 0o777)
            self.addCleanup(shutil.chown, path, *[self.world.users["dave"]] * 2)
            shutil.chown(path, 0, 0)
            path.chmod(0o755)
        self.refused_with(self.until, "dave", asked=True)

    # --- by group

    def test_who_is_not_in_the_group(self):
        for name in ("alice", "bob"):           # one is enrolled, which does not matter
            ssh = self.ssh(self.group, "true", user=name)
            self.logged_in(ssh)
            self.assertNotIn(PROMPT, ssh.screen)

    def test_who_is_in_the_group(self):
        user = self.enroll("carol")
        ssh = self.ssh(self.group, "true", user="carol")
        ssh.answer(PROMPT, user.code)
        self.logged_in(ssh)
        self.refused_with(self.group, "dave", asked=True)


class TimeZone(LiveTest):
    """Threat: the caller of su chooses TZ, and so which day it is."""

    NEEDS = ("su",)

    def test_the_day_is_not_the_caller_s(self):
        now = datetime.datetime.now(datetime.timezone.utc)
        yesterday = str(now.date() - datetime.timedelta(1))
        self.stack("su", f"auth required pam_aws_mfa.so profile=work nullok={yesterday}\n"
                   "auth required pam_permit.so\naccount required pam_permit.so\n"
                   "session required pam_permit.so\n")
        console = self.console("/bin/sh", "-c", "TZ=XXX24 exec su bob -c true", user="client")
        console.answer(PROMPT, "123456")
        self.assertNotEqual(console.wait(), 0, console.screen)


if __name__ == "__main__":
    unittest.main()
