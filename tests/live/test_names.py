"""Real su, sudo and sshd for accounts with names like those of directories."""

import re
import unittest

from live.case import example
from live.sshd import FOLDER, PROMPT, SshTest
from live.world import PASSWORD

# the account, and how the log writes its name
NAMES = {"CORP\\frank": "CORP\\frank", "gina smith": "gina?smith", "svc$": "svc$", "géna": "géna"}


class Names(SshTest):
    NEEDS = (*SshTest.NEEDS, "su", "sudo")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        world = cls.world
        for name in NAMES:
            world.add_user(name)
        # The file is below no home: newer sshd takes patterns here, and '\' in a home is special
        # there.
        keys = f"{FOLDER}/authorized_keys"
        world.write(keys, world.path("/home/client/.ssh/id_ed25519.pub").read_text())
        world.write("/etc/sudoers", "ALL ALL=(ALL:ALL) ALL\n", mode=0o440)
        cls.after_publickey = cls.sshd("sshd-after-publickey",
                                       example("pam.d/sshd-after-publickey"),
                                       example("sshd_config.d/after-publickey.conf") +
                                       f"AuthorizedKeysFile {keys}\n")

    def setUp(self):
        super().setUp()
        self.stack("su", example("pam.d/su"))
        self.stack("sudo", example("pam.d/sudo"))

    def enroll(self, name, **options):
        """IAM's names differ from those of a directory."""
        type(self).enrolled += 1
        user = self.box.add_user(f"named{self.enrolled}")
        self.world.enroll(name, user, self.box, **options)
        return user

    def logged(self, service, name, result):
        self.syslog.wait(rf"pam_aws_mfa\({service}:auth\): user={re.escape(NAMES[name])} rhost=\S+ "
                         rf"tty=\S+ profile=work .*result={result} ")

    def test_ssh(self):
        for name in NAMES:
            with self.subTest(name):
                user = self.enroll(name)
                ssh = self.ssh(self.after_publickey, "echo let in", user=name)
                ssh.answer(PROMPT, user.code)
                self.logged_in(ssh)
                self.assertIn("let in", ssh.screen)
                self.logged("sshd-after-publickey", name, "accepted answer=PAM_SUCCESS")

    def test_su(self):
        for name in NAMES:
            with self.subTest(name):
                user = self.enroll(name)
                su = self.console("/usr/bin/su", "-c", "echo let in", name, user="bob")
                su.answer("Password: ", PASSWORD)
                su.answer(PROMPT, user.code)
                self.assertEqual(su.wait(), 0, su.screen)
                self.logged("su", name, "accepted answer=PAM_SUCCESS")

    def test_a_user_who_is_not_enrolled_is_not_asked_under_nullok(self):
        for name in NAMES:
            self.world.path(f"/home/{name}/.aws/credentials").unlink(missing_ok=True)
            for argv, prompt in ((["/usr/bin/sudo", "echo", "let in"], f"password for {name}: "),
                                 (["/usr/bin/su", "-c", "echo let in", name], "Password: ")):
                with self.subTest(name=name, program=argv[0]):
                    console = self.console(*argv, user=name)
                    console.answer(prompt, PASSWORD)
                    self.assertEqual(console.wait(), 0, console.screen)
                    self.assertNotIn(PROMPT, console.screen)
                    self.logged(argv[0].rpartition("/")[2], name, "not-set-up answer=PAM_IGNORE")


if __name__ == "__main__":
    unittest.main()
