"""Does what the man pages tell people to do, word for word, and checks the results they promise."""

import re
import unittest
from pathlib import Path

from live.case import LiveTest, example
from live.sshd import PROMPT, SshTest
from live.world import PASSWORD
from paths import AWS_MFA, REPO

PLUGIN = "/usr/lib/openvpn/openvpn-plugin-auth-pam.so"
NULLOK = "auth required pam_unix.so\nauth required pam_aws_mfa.so profile=work nullok\n"


def documented(page):
    """The text of a man page, as a terminal shows it, without its indents."""
    source = re.sub(r"\\\(dq", '"', (REPO / page).read_text().replace("\\e", "\\"))
    return re.sub(r"(?m)^\.(Dl|Ql) ", "", source)


class Documented(unittest.TestCase):
    """The tests find these commands in the man page and run them."""

    def test_pam_aws_mfa(self):
        page = documented("pam/pam_aws_mfa.8")
        for text in (Ssh.MASTER, Ssh.JUMP, *(" ".join(command) for command in (
                Ssh.EXIT, Stacks.MKHOMEDIR, OpenVpn.RESET)),
                f'plugin {PLUGIN} "{OpenVpn.ARGUMENTS}"'):
            self.assertIn("\n" + text if text[0] != "f" else text, page)


class Ssh(SshTest):
    MASTER = ("Host bastion\n    ControlMaster auto\n    ControlPath ~/.ssh/%C\n"
              "    ControlPersist 10m\n")
    JUMP = "Host inner\n    ProxyJump bastion\n"
    EXIT = ("ssh", "-O", "exit", "bastion")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        stack, config = example("pam.d/sshd-after-publickey"), example(
            "sshd_config.d/after-publickey.conf")
        cls.server = cls.sshd("sshd-mfa", stack, config)
        cls.stack_alone = cls.sshd("sshd-stack", stack, "UsePAM yes\n")
        cls.settings_alone = cls.sshd("sshd-settings", "@include common-auth\n"
                                      "@include common-account\n@include common-session\n", config)
        path = cls.world.path("/home/client/.ssh/config")
        host = f"Host bastion inner\nPort {cls.server.port}\n"
        path.write_text(cls.MASTER + cls.JUMP + host + path.read_text())

    def call(self, *args):
        return self.console("/usr/bin/ssh", *args, user="client")

    def end(self):
        run = self.world.run("/usr/bin/" + self.EXIT[0], *self.EXIT[1:], user="client")
        self.assertEqual(run.returncode, 0, run.stderr)

    def test_one_code_for_many_connections(self):
        ssh = self.call("bastion", "true")
        ssh.answer(PROMPT, self.user.code)
        self.logged_in(ssh)
        ssh = self.call("bastion", "echo again")
        self.logged_in(ssh)
        self.assertEqual(ssh.screen, "again\r\n")
        self.user = self.enroll("alice")        # a device with no used code
        ssh = self.call("inner", "echo inside")
        ssh.answer(PROMPT, self.user.code)
        self.logged_in(ssh)
        self.assertEqual(ssh.screen.count(PROMPT), 1)       # inner's own prompt
        self.end()
        ssh = self.call("bastion", "true")
        ssh.expect(PROMPT)

    def test_a_code_works_once(self):
        code = self.user.code()
        for works in (True, False):
            ssh = self.ssh(self.server, "true")
            ssh.answer(PROMPT, code)
            (self.logged_in if works else self.refused)(ssh)

    def test_the_stack_before_the_settings(self):
        ssh = self.ssh(self.stack_alone, "true", methods="publickey")
        self.assertEqual(ssh.wait(), 255, ssh.screen)
        self.assertNotIn(PROMPT, ssh.screen)
        self.assertRegex(ssh.screen, "Connection (closed|reset) by")

    def test_the_settings_before_the_stack(self):
        ssh = self.ssh(self.settings_alone, "echo in")
        ssh.answer("Password: ", PASSWORD)
        self.logged_in(ssh)


class Stacks(LiveTest):
    NEEDS = ("pamtester", "sudo", "mkhomedir_helper")
    MKHOMEDIR = ("mkhomedir_helper", "alice")

    def authenticate(self, name, status, asked):
        self.stack("mfa", NULLOK)
        tester = self.console("/usr/bin/pamtester", "mfa", name, "authenticate")
        tester.answer("Password: ", PASSWORD)
        if asked:
            tester.answer(PROMPT, "123456")
        self.assertEqual(tester.wait(), status, tester.screen)
        self.assertEqual(PROMPT in tester.screen, asked)

    def test_a_home_that_is_made_too_late(self):
        home = self.world.path("/home/alice")
        away = self.world.path("/home/away")
        home.rename(away)
        try:
            self.authenticate("alice", 1, asked=True)
            run = self.world.run("/usr/sbin/" + self.MKHOMEDIR[0], *self.MKHOMEDIR[1:])
            self.assertEqual(run.returncode, 0, run.stderr)
            home.chmod(0o700)
            self.authenticate("alice", 0, asked=False)
        finally:
            self.world.run("/bin/rm", "-rf", "/home/alice")
            away.rename(home)

    def test_a_home_that_is_not_mounted(self):
        """The folder below the mount point is an empty home that the user owns."""
        self.authenticate("bob", 0, asked=False)

    def test_a_session_before_a_program_that_types_the_password(self):
        self.write("/etc/sudoers", "alice ALL=(ALL:ALL) ALL\n", mode=0o440)
        self.stack("sudo", example("pam.d/sudo"))
        by_hand = self.console(AWS_MFA, "--profile", "work", user="alice")
        by_hand.expect("MFA code of")
        by_hand.send(self.user.code() + "\n")
        self.assertEqual(by_hand.wait(), 0, by_hand.screen)
        run = self.world.run("/usr/bin/sudo", "-S", "-p", "", "/usr/bin/id", "-un", user="alice",
                             input=PASSWORD + "\n")
        self.assertEqual((run.returncode, run.stdout, run.stderr), (0, "root\n", ""))

    def test_a_container_that_has_the_file(self):
        """A mount of the file keeps the old file; a mount of its folder shows the new file."""
        self.own |= {"/tmp/file", "/tmp/folder", "/run/mount"}
        self.world.write("/tmp/file", "")
        self.world.folder_at("/tmp/folder")
        script = ("mount --bind /home/alice/.aws/credentials /tmp/file && "
                  "mount --bind /home/alice/.aws /tmp/folder && "
                  f"runuser -u alice -- {AWS_MFA} --profile work --token - >&2 && "
                  "grep -c aws_session_token /tmp/file /tmp/folder/credentials")
        run = self.world.run("/usr/bin/unshare", "-m", "/bin/sh", "-c", script,
                             env={"HOME": "/home/alice"}, input=self.user.code() + "\n")
        self.assertEqual(run.stdout, "/tmp/file:0\n/tmp/folder/credentials:1\n", run.stderr)


class OpenVpn(LiveTest):
    ARGUMENTS = "openvpn login USERNAME password PASSWORD aws OTP"
    RESET = ("faillock", "--user", "alice", "--reset")
    NEEDS = ("openvpn",)

    def verify(self, password, code):
        script = (Path(__file__).parent / "openvpn_plugin.py").read_text()
        run = self.world.run("/usr/bin/python3", "-c", script, PLUGIN, self.ARGUMENTS, "alice",
                             input=f"{password}\n{code}\n")
        self.assertEqual(run.returncode, 0, run.stderr)
        return run.stdout

    def test_password_and_code(self):
        stack = example("pam.d/sshd-after-password")
        self.stack("openvpn", re.sub("(?m)^session.*\n", "", stack))
        self.assertEqual(self.verify("no", self.user.wrong_code()), "refused\n")
        self.assertEqual(self.verify(PASSWORD, self.user.wrong_code()), "refused\n")
        self.assertEqual(self.verify(PASSWORD, self.user.code()), "accepted\n")
        self.assertTrue(self.has_session())
        self.syslog.wait(r"user=alice rhost=127.0.0.1 .*result=accepted answer=PAM_SUCCESS")


if __name__ == "__main__":
    unittest.main()
