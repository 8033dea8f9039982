"""aws-mfa-keystore(8), followed by an administrator on a bastion as Debian installs it: its examples as
they stand, in its order. The world of tests/tool/keystore/test_page.py tries the ones for fifty users."""

import os
import unittest

from bastion.case import EXAMPLES, PROMPT, STS, BastionTest
from bastion.keystore import ACCEPTED, SITE, SOCKET
from live.world import CA, PASSWORD
from tool.keystore.test_page import KEEP_SUDO, LOST, ROLE, examples


class Page(BastionTest):
    """One test: each step needs the ones before it."""

    @classmethod
    def setUpClass(cls):
        if not os.environ.get("BASTION"):
            raise unittest.SkipTest("takes its time: `make check-keystore`")
        super().setUpClass()
        cls.addClassCleanup(cls.run_there, f"""
            systemctl disable -q --now {SOCKET}
            pkill -KILL -u break-glass; userdel -r break-glass
            rm -rf /etc/aws-mfa /etc/sudoers.d/aws-mfa /etc/sudoers.d/alice /root/pam.d-* /root/break-glass.pub
            true""")

    def setUp(self):
        super().setUp()
        self.box.add_role(ROLE)
        self.run_there("rm -r /home/alice/.aws")    # the keys are not for her
        self.page = examples()

    def follow(self, *starts, folder="/root"):
        """-> what root's shell says to these examples"""
        text = "\n".join(self.page[start] for start in starts)
        return self.run_there(f"set -e\ncd {folder}\n{text}")

    def follow_at_terminal(self, text, *dialogue):
        console = self.ssh(f"set -e\n{text}", host="control")
        for question, answer in dialogue:
            console.answer(question, answer)
        self.logged_in(console)
        return console.screen

    def login(self):
        ssh = self.ssh("echo in")
        ssh.answer(PROMPT, self.user.code)
        self.logged_in(ssh)
        self.assertIn("in", ssh.screen.split())
        self.assertEqual(self.results("sshd")[-1], ACCEPTED)

    def test_from_nothing_and_back(self):
        before = self.run_there("cat /etc/pam.d/sshd /etc/pam.d/sudo")
        self.bastion.write(SITE, f"{self.page['[aws-mfa]']}endpoint_url = {STS}\nca_bundle = {CA}\n")
        said = self.follow_at_terminal(
            self.page["aws-mfa keystore add alice"],
            ("Access key ID (hidden): ", self.user.access_key_id),
            ("Secret access key (hidden): ", self.user.secret_access_key))
        self.assertIn("Nothing to mend", said)
        self.follow("systemctl enable --now aws-mfa-keystore.socket")
        self.run_there("cp /root/.ssh/authorized_keys /root/break-glass.pub")
        self.follow("groupadd break-glass")
        self.follow(f"cd {EXAMPLES}")
        step, try_it = self.page["aws-mfa doctor --pam sshd --user alice"].splitlines()
        self.assertIn("Nothing to mend", self.run_there(step))
        self.follow_at_terminal(try_it, (PROMPT, self.user.code))
        self.login()
        self.assertIn("aws_session_token", self.run_there("cat /home/alice/.aws/credentials"))

        ssh = self.ssh("-l", "break-glass", "id -un")
        self.logged_in(ssh)
        self.assertEqual(ssh.screen.split(), ["break-glass"])
        self.run_there("journalctl --sync")
        self.assertIn("login of break-glass from ", self.follow("journalctl -p alert -t break-glass"))

        self.run_there("echo 'alice ALL=(ALL:ALL) ALL' | install -m 440 /dev/stdin /etc/sudoers.d/alice")
        self.assertIn("Nothing to mend", self.follow(KEEP_SUDO, folder=EXAMPLES))
        sudo = self.ssh("-p", "2222", "sudo id -un")
        sudo.answer("password for alice: ", PASSWORD)
        sudo.answer(PROMPT, self.user.code)
        self.logged_in(sudo)
        self.assertEqual(sudo.screen.split()[-1], "root")

        self.user.devices.clear()
        device = self.user.add_device("alice-2")
        self.assertIn("Nothing to mend", self.follow(LOST))
        self.follow("systemctl restart aws-mfa-keystore.socket")
        self.follow_at_terminal(self.page["aws-mfa doctor --try alice"], (PROMPT, device.code))
        gone = self.page["aws iam update-access-key --user-name alice --status Inactive"]
        self.follow_at_terminal(gone.splitlines()[-1], ("? [y/N] ", "y"))
        refused = self.ssh("true")
        refused.answer(PROMPT, "123456")
        self.refused(refused)

        self.follow("cp -p /root/pam.d-sudo /etc/pam.d/sudo", "cp -p /root/pam.d-sshd /etc/pam.d/sshd")
        self.assertEqual(self.run_there("cat /etc/pam.d/sshd /etc/pam.d/sudo"), before)
        ssh = self.ssh("true")
        self.logged_in(ssh)
        self.assertNotIn(PROMPT, ssh.screen)


if __name__ == "__main__":
    unittest.main()
