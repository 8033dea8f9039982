"""Ways around the recipes of examples/, and people who must not get in with any answer."""

import re
import unittest

from live.case import example
from live.sshd import PROMPT, SshTest
from live.world import PASSWORD
from sandbox import faults

WHO = "notice user=%s rhost=127.0.0.1 tty=ssh profile=work %s answer=%s"


def without_methods(name):
    text = example(f"sshd_config.d/{name}.conf")
    shorter = re.sub(r"(?m)^AuthenticationMethods .*\n", "", text)
    assert shorter != text
    return shorter


class LastPrompt(SshTest):
    """With `prompts` above 1, the last wrong code is PAM_MAXTRIES. After that sshd does not ask PAM
    again. OpenSSH's client then offers a password by itself, but sshd refuses it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name in ("after-publickey", "after-password"):
            stack = example(f"pam.d/sshd-{name}").replace("always", "always prompts=2")
            server = cls.sshd(f"sshd-{name}", stack, example(f"sshd_config.d/{name}.conf"))
            setattr(cls, name.replace("-", "_"), server)

    def test_sshd_asks_no_more(self):
        wrong = self.user.wrong_code()
        ssh = self.ssh(self.after_publickey, "true")
        ssh.answer(f"(alice@mfa) {PROMPT}", wrong)
        ssh.answer(f"(alice@mfa) Wrong code. {PROMPT}", wrong)
        ssh.answer("\ralice@mfa's password: ", PASSWORD)
        self.assertEqual(ssh.wait(), 255)
        self.assertEqual(ssh.screen.count("(alice@mfa)"), 2)

    def test_that_tells_a_right_password(self):
        """This is why the recipe for after the password does not set `prompts`."""
        wrong = self.user.wrong_code()
        for password, then in [(PASSWORD, "\ralice@mfa's password: "),
                               ("no", "\r(alice@mfa) Password: ")]:
            with self.subTest(password):
                ssh = self.ssh(self.after_password, "-oNumberOfPasswordPrompts=2", "true")
                ssh.answer("Password: ", password)
                ssh.answer(PROMPT, wrong)
                ssh.answer(PROMPT, wrong)
                ssh.expect(then)


class WithoutAuthenticationMethods(SshTest):
    """An editor may lose the line. Even then the stack lets nobody in without a code."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.code = cls.sshd("sshd-mfa", example("pam.d/sshd-after-publickey"),
                            without_methods("after-publickey") +
                            "PermitRootLogin no\n")
        cls.reversed = cls.sshd("sshd-reversed", example("pam.d/sshd-after-publickey"),
                                without_methods("after-publickey") +
                                "AuthenticationMethods keyboard-interactive,publickey\n")
        cls.hurry = cls.sshd("sshd-hurry", example("pam.d/sshd-after-publickey"),
                             without_methods("after-publickey") + "LoginGraceTime 1\n")
        cls.both = cls.sshd("sshd-both", example("pam.d/sshd-after-password"),
                            without_methods("after-password"))

    def test_no_code_no_login(self):
        ssh = self.ssh(self.code, "echo in", methods="keyboard-interactive")
        ssh.answer(PROMPT, self.user.code)
        self.logged_in(ssh)
        self.assertTrue(self.has_session())
        consoles = [(self.ssh(self.code, "true", methods="keyboard-interactive"), [answer])
                    for answer in ("", self.user.wrong_code(), PASSWORD)]
        consoles += [(self.ssh(self.both, "true", methods="keyboard-interactive"), answers)
                     for answers in ([PASSWORD, ""], [PASSWORD, PASSWORD], ["", self.user.code()])]
        for ssh, answers in consoles:
            for answer in answers:
                ssh.answer(": ", answer)
        for ssh, answers in consoles:
            with self.subTest(answers):
                self.refused(ssh, "publickey,keyboard-interactive" if len(answers) == 1 else
                             "keyboard-interactive")

    def test_the_key_instead_of_password_and_code(self):
        ssh = self.ssh(self.both, "true", methods="publickey,hostbased")
        self.refused(ssh)
        self.decisions("sshd-both")

    def test_no_key_without_a_code(self):
        """A public key skips auth, and the account phase refuses the login. A session does not
        count as a code."""
        self.key_alone_is_refused()
        ssh = self.ssh(self.reversed, "true", methods="keyboard-interactive,publickey")
        ssh.answer(PROMPT, self.user.code)
        self.logged_in(ssh)
        self.assertTrue(self.has_session())
        self.key_alone_is_refused()

    def key_alone_is_refused(self):
        self.syslog.lines.clear()
        ssh = self.ssh(self.code, "echo let in", methods="publickey")
        self.assertEqual(ssh.wait(), 255, ssh.screen)
        self.assertNotIn("let in", ssh.screen)
        self.assertNotIn(PROMPT, ssh.screen)
        self.assertIn("No AWS MFA code was accepted.", ssh.screen)
        self.syslog.wait(re.escape("(sshd-mfa:account): user=alice rhost=127.0.0.1 tty=ssh "
                                   "profile=work result=no-code answer=PAM_PERM_DENIED"))

    def test_a_user_who_is_not_there(self):
        """sshd runs the whole stack for an unknown user, and would abort if the stack succeeded."""
        code, password = self.user.code(), "anything"
        one = self.ssh(self.code, "true", user="nobody-here", methods="keyboard-interactive")
        two = self.ssh(self.both, "true", user="nobody-here", methods="keyboard-interactive")
        one.answer(f"(nobody-here@mfa) {PROMPT}", code)
        two.answer("(nobody-here@mfa) Password: ", password)
        two.answer(f"(nobody-here@mfa) {PROMPT}", code)
        self.refused(one, "publickey,keyboard-interactive")
        self.refused(two)
        for name in ("sshd-mfa", "sshd-both"):
            self.decisions(name, WHO % ("(unknown)", "result=unknown-user", "PAM_USER_UNKNOWN") +
                           ' reason="no such account"')
        self.assertEqual(self.box.codes_seen(self.user), [])

    def test_root_who_is_forbidden(self):
        """Root is enrolled and types a right code. sshd hands PAM a fake code in its place."""
        user = self.enroll("root", home="/root")
        self.own |= {"/root/.aws", "/root/.aws/config", "/root/.aws/credentials"}
        ssh = self.ssh(self.code, "true", user="root", methods="keyboard-interactive")
        ssh.answer(f"(root@mfa) {PROMPT}", user.code())
        self.refused(ssh, "publickey,keyboard-interactive")
        self.decisions("sshd-mfa", WHO % ("root", "account=123456789012 result=not-six-digits",
                                          "PAM_AUTH_ERR"))
        self.assertEqual(self.box.codes_seen(user), [])

    def test_the_client_goes_while_the_prompt_is_up(self):
        ssh = self.ssh(self.both, "true", methods="keyboard-interactive")
        ssh.answer("Password: ", PASSWORD)
        ssh.expect(PROMPT)
        self.assertTrue(self.helpers())
        ssh.kill()
        self.assertEqual(self.world.wait_for_processes([d.pid for d in self.daemons]), {})
        self.assertFalse(self.has_session())

    def test_login_grace_time(self):
        ssh = self.ssh(self.hurry, "true", methods="keyboard-interactive")
        ssh.expect(PROMPT)
        self.assertTrue(self.helpers())
        # sshd's alarm ends sshd, and the helper ends with it
        left = [*[d.pid for d in self.daemons], ssh.process.pid]
        self.assertEqual(self.world.wait_for_processes(left), {})
        ssh.send("123456\n")
        self.assertEqual(ssh.wait(), 255)

    def test_login_grace_time_while_aws_is_slow(self):
        self.box.fault("GetSessionToken", faults.hang())
        ssh = self.ssh(self.hurry, "true", methods="keyboard-interactive")
        ssh.answer(PROMPT, self.user.code)
        self.assertEqual(ssh.wait(), 255)
        self.assertEqual(self.world.wait_for_processes([d.pid for d in self.daemons]), {})
        self.assertEqual(len(self.box.codes_seen(self.user)), 1)

    def helpers(self):
        return [argv for argv in self.world.processes().values() if argv.startswith("aws-mfa")]


if __name__ == "__main__":
    unittest.main()
