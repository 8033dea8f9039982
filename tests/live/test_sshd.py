"""Logins over ssh with the recipes of examples/, each in a real sshd."""

import unittest

from live.case import EXAMPLES, example
from live.sshd import PROMPT, SshTest
from live.world import PASSWORD

RECIPES = ("convenience", "after-publickey", "after-password")
WHO = "notice user=alice rhost=127.0.0.1 tty=ssh profile=work account=123456789012"
ACCEPTED = f"{WHO} result=accepted answer=PAM_SUCCESS request-id=ID key-id=KEY"
WRONG = (f"{WHO} result=wrong-code answer=PAM_AUTH_ERR reason=\"the code for %s is wrong or was "
         "used before; the next one comes in N s (RequestId ID)\"")
NOTICE = "There is no valid AWS session. Renew it with: aws-mfa --profile work"
REFUSED = "No AWS MFA code was accepted. The system log says why."


class Examples(unittest.TestCase):
    def test_each_says_what_becomes_of_people(self):
        for path in sorted((EXAMPLES / "pam.d").iterdir()):
            for question in ("# AWS down: ", "# Not enrolled: ", "# Way back in: "):
                self.assertIn(question, path.read_text(), path.name)

    def test_each_brake_says_what_a_stranger_can_do_with_it(self):
        brakes = {"pam.d/sshd-after-publickey": "pam_faillock", "pam.d/sshd-after-password":
                  "pam_faillock", "pam.d/sshd-rollout-until": "pam_faillock",
                  "pam.d/sshd-rollout-group": "pam_faillock", "pam.d/sshd-keystore": "pam_faillock",
                  "pam.d/sshd-keystore-group": "pam_faillock", "pam.d/sudo-keystore":
                  "pam_faillock", "pam.d/su-keystore": "pam_faillock",
                  **{f"sshd_config.d/{name}.conf": "PerSourceMaxStartups"
                     for name in (*RECIPES, "keystore")}}
        for path in (*(EXAMPLES / "pam.d").iterdir(), *(EXAMPLES / "sshd_config.d").iterdir()):
            text, name = path.read_text(), str(path.relative_to(EXAMPLES))
            if name in brakes:
                self.assertRegex(text, f"(?m)^(?!#).*{brakes[name]}", name)
                self.assertIn("What a stranger can do with", text, name)
            else:
                self.assertIn("No pam_faillock", text, name)

    def test_second_factors_cannot_be_softened(self):
        """tests/examples plays the auth lines through libpam."""
        for name, ours in (("sshd-after-publickey", ["pam_aws_mfa.so", "profile=work", "always"]),
                           ("sshd-after-password", ["pam_aws_mfa.so", "profile=work", "always"]),
                           ("sshd-keystore", ["pam_aws_mfa.so", "keystore"])):
            lines = [line.split() for line in (EXAMPLES / f"pam.d/{name}").read_text().splitlines()]
            if name == "sshd-keystore":     # who is exempt from the code, by the key of the safe
                lines.remove("account [success=1 default=ignore] pam_succeed_if.so quiet user ingroup "
                             "break-glass".split())
            for line in lines:
                if line and line[0] == "auth" and "pam_aws_mfa.so" in line:
                    self.assertEqual(line[-len(ours):], ours, name)
            account = [line for line in lines if line and line[0].startswith("account")
                       or line == ["@include", "common-account"]]
            self.assertEqual(account[0], ["account", "required", *ours], name)

    def test_an_outage_is_forgiven_nowhere(self):
        """This matters most in su and sudo: there the caller can cause an outage."""
        for path in sorted((EXAMPLES / "pam.d").iterdir()):
            for line in path.read_text().splitlines():
                if not line.startswith("#"):
                    self.assertNotIn("failmode", line, path.name)


class Recipes(SshTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.world.add_user("carol")
        for name in RECIPES:
            setattr(cls, name.replace("-", "_"),
                    cls.sshd(f"sshd-{name}", example(f"pam.d/sshd-{name}"),
                             example(f"sshd_config.d/{name}.conf")))
        cls.root_with_code = cls.sshd("sshd-root", example("pam.d/sshd-after-publickey"),
                                      example("sshd_config.d/after-publickey.conf") +
                                      "PermitRootLogin yes\n")

    # --- after the public key

    def test_public_key_then_code(self):
        ssh = self.ssh(self.after_publickey, "echo profile=$AWS_PROFILE")
        ssh.answer(PROMPT, self.user.code)
        self.logged_in(ssh)
        self.assertRegex(ssh.screen, r"^\r\(alice@mfa\) AWS MFA code: \r\n"
                         r"AWS session valid until .*\.\r\nprofile=work\r\n$")
        self.assertTrue(self.has_session())
        self.decisions("sshd-after-publickey", ACCEPTED)

    def test_a_shell_is_told_until_when(self):
        ssh = self.ssh(self.after_publickey)
        ssh.answer(PROMPT, self.user.code)
        ssh.expect("AWS session valid until ")
        ssh.send("exit\n")
        self.logged_in(ssh)
        self.assertRegex(ssh.screen, r"valid until 20\d\d-\d\d-\d\d \d\d:\d\d \w+\.\r\n")

    def test_a_typo_may_be_mended_on_the_same_connection(self):
        ssh = self.ssh(self.after_publickey, "-oNumberOfPasswordPrompts=2", "true")
        ssh.answer(PROMPT, self.user.wrong_code())
        ssh.expect(f"The AWS MFA code was wrong or already used: the code for {self.user.serial} is ")
        ssh.answer(PROMPT, self.user.code)
        self.logged_in(ssh)
        self.decisions("sshd-after-publickey", WRONG % self.user.serial, ACCEPTED)

    def test_without_the_key_nothing_is_asked(self):
        ssh = self.ssh(self.after_publickey, "true", methods="keyboard-interactive")
        self.refused(ssh, "publickey")
        self.assertNotIn(PROMPT, ssh.screen)
        self.decisions("sshd-after-publickey")

    def test_a_session_is_no_code(self):
        ssh = self.ssh(self.after_publickey, "true")
        ssh.answer(PROMPT, self.user.code)
        self.logged_in(ssh)
        ssh = self.ssh(self.after_publickey, "true")
        ssh.answer(PROMPT, "")
        self.refused(ssh)
        self.decisions("sshd-after-publickey", ACCEPTED,
                       f"{WHO} result=not-six-digits answer=PAM_AUTH_ERR")

    def test_not_enrolled(self):
        ssh = self.ssh(self.after_publickey, "true", user="bob")
        ssh.answer(PROMPT, "123456")
        self.refused(ssh)
        self.assertIn("AWS MFA is not set up for this user: /home/bob/.aws/credentials: ", ssh.screen)
        self.decisions("sshd-after-publickey",
                       "notice user=bob rhost=127.0.0.1 tty=ssh profile=work result=not-set-up "
                       "answer=PAM_CRED_INSUFFICIENT reason=\"/home/bob/.aws/credentials: there "
                       "is no such file; run: aws-mfa setup work\"")

    def test_aws_down(self):
        self.aws_down()
        ssh = self.ssh(self.after_publickey, "true")
        ssh.answer(PROMPT, self.user.code)
        self.refused(ssh)
        self.assertIn("AWS cannot be reached; the code was not sent and is still good: ", ssh.screen)
        line = self.syslog.wait(r"\(sshd-after-publickey:auth\): (.*)")[0][1]
        self.assertIn("result=unavailable answer=PAM_AUTHINFO_UNAVAIL reason=", line)

    def test_root_is_let_in_with_permit_root_login_yes_only(self):
        """By default sshd accepts only a key of root's. It gives PAM a false answer for root."""
        user = self.enroll("root", home="/root")
        self.own |= {"/root/.aws", "/root/.aws/config", "/root/.aws/credentials",
                     "/root/.aws/.credentials.aws-mfa-lock"}
        code = user.code()
        ssh = self.ssh(self.after_publickey, "id -un", user="root")
        ssh.answer(PROMPT, code)
        self.refused(ssh)
        self.assertEqual(self.box.codes_seen(user), [])
        self.decisions("sshd-after-publickey", f"{WHO.replace('alice', 'root')} "
                       "result=not-six-digits answer=PAM_AUTH_ERR")
        ssh = self.ssh(self.root_with_code, "id -un", user="root")
        ssh.answer(PROMPT, code)
        self.logged_in(ssh)
        self.assertEqual(ssh.screen.splitlines()[-1], "root")
        ssh = self.ssh(self.root_with_code, "true", user="root", methods="keyboard-interactive")
        self.refused(ssh, "publickey")

    # --- after the password

    def test_password_then_code(self):
        ssh = self.ssh(self.after_password, "echo profile=$AWS_PROFILE")
        ssh.answer("Password: ", PASSWORD)
        ssh.answer(PROMPT, self.user.code)
        self.logged_in(ssh)
        self.assertIn("profile=work", ssh.screen)
        self.decisions("sshd-after-password", ACCEPTED)

    def test_a_wrong_code_hides_whether_the_password_was_right(self):
        consoles = []
        wrong = self.user.wrong_code()
        for password, code in ((PASSWORD, wrong), ("wrong", wrong), ("wrong", self.user.code())):
            ssh = self.ssh(self.after_password, "true")
            ssh.answer("Password: ", password)
            ssh.answer(PROMPT, code)
            consoles.append(ssh)
        for ssh in consoles:
            self.refused(ssh)
        self.assertEqual(consoles[0].screen, consoles[1].screen)

    def test_password_and_aws_down(self):
        self.aws_down()
        ssh = self.ssh(self.after_password, "true")
        ssh.answer("Password: ", PASSWORD)
        ssh.answer(PROMPT, self.user.code)
        self.refused(ssh)
        self.assertIn(f"{REFUSED}\r\n", ssh.screen)
        self.syslog.wait("result=unavailable answer=PAM_AUTHINFO_UNAVAIL reason=")

    def test_after_a_wrong_password_nobody_learns_who_is_enrolled(self):
        """Nobody learns which names exist, or that AWS is down."""
        down = self.enroll("carol")
        self.aws_down("carol")
        screens = set()
        for name, code in [("alice", self.user.wrong_code()), ("bob", "123456"),
                           ("carol", down.code()), ("nobody-here", "123456")]:
            ssh = self.ssh(self.after_password, "true", user=name)
            ssh.answer("Password: ", "wrong")
            ssh.answer(PROMPT, code)
            self.refused(ssh)
            screens.add(ssh.screen.replace(name, "NAME"))
        self.assertEqual(len(screens), 1, screens)
        self.assertIn(REFUSED, screens.pop())

    def test_password_and_not_enrolled(self):
        ssh = self.ssh(self.after_password, "true", user="bob")
        ssh.answer("Password: ", PASSWORD)
        ssh.answer(PROMPT, "123456")
        self.refused(ssh)
        self.assertIn(f"{REFUSED}\r\n", ssh.screen)
        self.syslog.wait("user=bob .*result=not-set-up answer=PAM_CRED_INSUFFICIENT")

    # --- convenience

    def test_convenience(self):
        ssh = self.ssh(self.convenience, "echo in", methods="keyboard-interactive")
        ssh.answer("Password: ", PASSWORD)
        ssh.answer(PROMPT, self.user.code)
        self.logged_in(ssh)
        self.assertTrue(self.has_session())
        ssh = self.ssh(self.convenience, "echo in", methods="keyboard-interactive")
        ssh.answer("Password: ", PASSWORD)
        self.logged_in(ssh)
        self.assertNotIn(PROMPT, ssh.screen)
        self.decisions("sshd-convenience", ACCEPTED, f"{WHO} result=valid answer=PAM_IGNORE")

    def test_convenience_refuses_nobody_who_has_the_password(self):
        ssh = self.ssh(self.convenience, "echo in", methods="keyboard-interactive", user="bob")
        ssh.answer("Password: ", PASSWORD)
        self.logged_in(ssh)
        self.assertNotIn(PROMPT, ssh.screen)
        self.aws_down()
        ssh = self.ssh(self.convenience, methods="keyboard-interactive")
        ssh.answer("Password: ", PASSWORD)
        ssh.answer(PROMPT, self.user.code)
        ssh.expect(REFUSED)
        ssh.send("exit\n")
        self.logged_in(ssh)

    def test_convenience_without_the_password(self):
        ssh = self.ssh(self.convenience, "true", methods="keyboard-interactive")
        ssh.answer("Password: ", "wrong")
        self.refused(ssh, "publickey,keyboard-interactive")
        self.assertNotIn(PROMPT, ssh.screen)

    def test_public_key_alone_is_told(self):
        """sshd skips auth, so open_session tells the person."""
        ssh = self.ssh(self.convenience)
        ssh.expect(NOTICE)
        ssh.send("exit\n")
        self.logged_in(ssh)
        self.assertNotIn(PROMPT, ssh.screen)
        ssh = self.ssh(self.convenience, "echo in")
        self.logged_in(ssh)
        self.assertEqual(ssh.screen, "in\r\n")
        ssh = self.ssh(self.convenience, "-tt", user="bob")
        ssh.send("exit\n")
        self.logged_in(ssh)
        self.assertNotIn("AWS", ssh.screen)
        self.assertEqual(self.syslog.module(), [])


if __name__ == "__main__":
    unittest.main()
