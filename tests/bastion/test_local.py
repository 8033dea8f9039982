"""On a whole bastion: sudo, su and the serial console, as in the examples."""

import unittest

from bastion.case import PROMPT, BastionTest
from live.world import PASSWORD

ACCEPTED = ["accepted answer=PAM_SUCCESS"]
WRONG = ["wrong-code answer=PAM_AUTH_ERR"]
NO_CODE = ["not-six-digits answer=PAM_AUTH_ERR"]
DOWN = ["unavailable answer=PAM_AUTHINFO_UNAVAIL"]


class LocalTest(BastionTest):
    """Starts at a shell of alice, which needs only a key."""

    def shell(self, command):
        return self.ssh("-p", "2222", command)

    def at_once(self, command, password, code, service):
        """-> what the command has said, when all answers are given"""
        console = self.shell(command)
        console.answer(password, PASSWORD)
        console.answer(PROMPT, code)
        self.logged_in(console)
        return console.screen.splitlines()[-1], self.results(service)


class Sudo(LocalTest):
    STACK = {"sudo": "sudo"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.run_there(f"install -m 440 {cls.EXAMPLES}/sudoers.d/aws-mfa /etc/sudoers.d/aws-mfa && "
                      "echo 'alice ALL=(ALL:ALL) ALL' | "
                      "install -m 440 /dev/stdin /etc/sudoers.d/alice && visudo -cq")

    def sudo(self, code):
        return self.at_once("sudo id -un", "password for alice: ", code, "sudo")

    def test_a_code_starts_a_session(self):
        self.assertEqual(self.sudo(self.user.code), ("root", ACCEPTED))
        self.assertTrue(self.has_session())

    def test_a_wrong_code_refuses_nobody(self):
        self.assertEqual(self.sudo(self.user.wrong_code()), ("root", WRONG))
        self.assertFalse(self.has_session())

    def test_aws_down_and_back(self):
        self.aws_down()
        self.assertEqual(self.sudo(self.user.code), ("root", DOWN))
        self.run_there("rm -rf /run/sudo/ts")
        self.aws_up()
        self.assertEqual(self.sudo(self.user.code), ("root", DOWN + ACCEPTED))


class Su(LocalTest):
    STACK = {"su": "su"}

    def setUp(self):
        super().setUp()
        self.bob = self.enroll("bob")
        self.addCleanup(self.run_there, "rm -rf /home/bob/.aws")

    def su(self, code):
        return self.at_once("su bob -c 'id -un'", "Password: ", code, "su")

    def test_a_code_starts_a_session(self):
        """The session belongs to the target of su."""
        self.assertEqual(self.su(self.bob.code), ("bob", ACCEPTED))
        self.assertTrue(self.has_session("bob"))
        self.assertFalse(self.has_session("alice"))

    def test_a_wrong_code_and_no_code_refuse_nobody(self):
        self.assertEqual(self.su(self.bob.wrong_code()), ("bob", WRONG))
        self.assertEqual(self.su(""), ("bob", WRONG + NO_CODE))
        self.assertFalse(self.has_session("bob"))

    def test_aws_down_and_back(self):
        self.aws_down()
        self.assertEqual(self.su(self.bob.code), ("bob", DOWN))
        self.aws_up()
        self.assertEqual(self.su(self.bob.code), ("bob", DOWN + ACCEPTED))

    def test_not_enrolled(self):
        self.run_there("rm -r /home/bob/.aws")
        console = self.shell("su bob -c 'id -un'")
        console.answer("Password: ", PASSWORD)
        self.logged_in(console)
        self.assertNotIn(PROMPT, console.screen)


class SerialConsole(BastionTest):
    """The way back in if ssh fails: no code or a wrong one does not stop this login."""

    STACK = {"login": "login"}

    def setUp(self):
        super().setUp()
        self.screen = self.bastion.screen
        self.screen.screen, self.screen.seen = "", 0
        self.run_there("systemctl restart $(systemctl list-units --plain --no-legend '*getty@*' "
                       "console-getty.service | cut -d ' ' -f 1)")
        self.screen.expect("bastion login: ", 60)

    def login(self, name, code=None, password=PASSWORD):
        self.screen.send(f"{name}\n")
        self.screen.expect("Password: ", 60)
        self.screen.send(f"{password}\n")
        if code is not None:
            self.screen.expect(PROMPT, 60)
            self.screen.send(f"{code}\n")

    def in_the_shell(self, name):
        """Runs a command in the shell, and leaves. -> (the screen before it, AWS_PROFILE in it)"""
        before = self.screen.expect(f"{name}@bastion:~", 60)
        self.screen.expect(" ", 60)
        self.screen.send("echo user=[$(id -un)] profile=[$AWS_PROFILE] tty=[$(tty)]\n")
        self.screen.expect(f"user=[{name}] profile=[", 60)
        profile = self.screen.expect("] tty=[", 60)
        self.tty = self.screen.expect("]", 60)
        self.screen.expect(" ", 60)
        self.screen.send("exit\n")
        self.screen.expect("bastion login: ", 60)
        return before, profile

    def test_a_code_starts_a_session(self):
        self.login("alice", self.user.code())
        before, profile = self.in_the_shell("alice")
        self.assertIn("AWS session valid until ", before)
        self.assertEqual(profile, "work")
        self.assertEqual(self.results("login"), ACCEPTED)
        self.assertIn(f"tty={self.tty} ", self.decisions("login")[0])

    def test_a_wrong_code_and_no_code_refuse_nobody(self):
        for code, result in ((self.user.wrong_code(), WRONG[0]),
                             ("", NO_CODE[0])):
            self.login("alice", code)
            self.in_the_shell("alice")
            self.assertEqual(self.results("login")[-1], result)
        self.assertFalse(self.has_session())

    def test_root_and_who_is_not_enrolled_are_not_asked(self):
        for name in ("root", "bob"):
            self.login(name)
            self.assertNotIn(PROMPT, self.in_the_shell(name)[0])

    def test_aws_down_and_back(self):
        self.aws_down()
        self.login("alice", self.user.code())
        self.in_the_shell("alice")
        self.aws_up()
        self.login("alice", self.user.code())
        self.in_the_shell("alice")
        self.assertEqual(self.results("login"), DOWN + ACCEPTED)

    def test_the_password_is_needed(self):
        self.login("alice", password="wrong")
        self.assertNotIn(PROMPT, self.screen.expect("Login incorrect", 60))


if __name__ == "__main__":
    unittest.main()
