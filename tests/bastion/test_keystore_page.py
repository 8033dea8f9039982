"""aws-mfa-keystore(8), followed by an administrator with Debian's AWS CLI, on a bastion as Debian installs
it: its examples as they stand, in its order. tests/tool/keystore/test_page.py tries the ones for fifty
users."""

import json
import subprocess
import unittest

from bastion.case import EXAMPLES, PROMPT, STS, BastionTest, until_sshd_listens
from bastion.keystore import ACCEPTED, SITE, SOCKET, Slow
from live.world import CA, PASSWORD
from paths import temporary
from tool.keystore.test_page import ACCOUNT, IAM, KEEP_SUDO, LOST, ROLE, examples

# IAM is played here, EventBridge is not: there the CLI checks its command by its own model.
AWS = """#!/bin/sh
case $1 in
events) exec /usr/bin/aws "$@" --generate-cli-skeleton output ;;
*) exec /usr/bin/aws --endpoint-url "$STS" "$@" ;;
esac
"""


class Page(Slow, BastionTest):
    """One test: each step needs the ones before it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.addClassCleanup(cls.run_there, f"""
            systemctl disable -q --now {SOCKET}
            pkill -KILL -u break-glass; userdel -r break-glass
            rm -rf /etc/aws-mfa /etc/sudoers.d/aws-mfa /etc/sudoers.d/alice /root/pam.d-* /root/break-glass.pub
            true""")

    def setUp(self):
        super().setUp()
        self.run_there("rm -r /home/alice/.aws")    # the keys are not for her
        self.page = examples()
        self.admin = self.box.add_user(f"admin{self.enrolled}")
        self.box.accounts.admins.add(self.admin.name)
        self.folder = temporary(self.addCleanup)
        aws = self.folder / "aws"
        aws.write_text(AWS)
        aws.chmod(0o755)

    def aws(self, text):
        """-> what the AWS CLI says to an example"""
        run = subprocess.run(["sh", "-ec", text], cwd=IAM, stdin=subprocess.DEVNULL, text=True, timeout=300,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={
            "PATH": f"{self.folder}:/usr/bin:/bin", "HOME": str(self.folder), "STS": STS,
            "AWS_CA_BUNDLE": str(self.box.ca_path), "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": self.admin.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.admin.secret_access_key})
        self.assertEqual(run.returncode, 0, run.stdout)
        return run.stdout

    def follow(self, *starts, folder="/root"):
        """-> what root's shell says to these examples"""
        text = "\n".join(self.page[start] for start in starts)
        return self.run_there(until_sshd_listens(f"set -e\ncd {folder}\n{text}"))

    def login(self):
        ssh = self.ssh("echo in")
        ssh.answer(PROMPT, self.code)
        self.logged_in(ssh)
        self.assertIn("in", ssh.screen.split())
        self.assertEqual(self.results("sshd")[-1], ACCEPTED)

    def test_from_nothing_and_back(self):
        before = self.run_there("cat /etc/pam.d/sshd /etc/pam.d/sudo")
        self.aws(self.page["aws iam create-policy --policy-name keystore-no-new-keys"])
        said = self.aws(self.page["aws iam create-user --user-name alice"])
        key = json.loads(said[said.rindex("{\n    \"AccessKey\""):])["AccessKey"]
        user, accounts = self.box.accounts.users["alice"], self.box.accounts
        group = accounts.groups["bastion"]
        self.assertEqual((group.members, set(group.policies)), ({"alice"}, {"keystore-user"}))
        self.assertEqual(group.attached, accounts.roles[ROLE].attached)
        self.assertEqual(group.attached, {f"{ACCOUNT}:policy/keystore-no-new-keys"})
        self.assertEqual((accounts.roles[ROLE].requires_mfa, accounts.roles[ROLE].max_session), (True, 43200))
        self.code = user.add_device("alice").code
        self.bastion.write(SITE, f"{self.page['[aws-mfa]']}endpoint_url = {STS}\nca_bundle = {CA}\n")
        said = self.at_terminal(
            self.page["aws-mfa keystore add alice"],
            ("Access key ID (hidden): ", key["AccessKeyId"]),
            ("Secret access key (hidden): ", key["SecretAccessKey"]))
        self.assertIn("Nothing to mend", said)
        self.follow("systemctl enable --now aws-mfa-keystore.socket")
        self.run_there("cp /root/.ssh/authorized_keys /root/break-glass.pub")
        self.follow("groupadd break-glass")
        self.follow(f"cd {EXAMPLES}")
        step, try_it = self.page["aws-mfa doctor --pam sshd --user alice"].splitlines()
        self.assertIn("Nothing to mend", self.run_there(step))
        self.at_terminal(try_it, (PROMPT, self.code))
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
        sudo.answer(PROMPT, self.code)
        self.logged_in(sudo)
        self.assertEqual(sudo.screen.split()[-1], "root")

        user.devices.clear()
        self.code = user.add_device("alice-2").code
        self.assertIn("Nothing to mend", self.follow(LOST))
        self.follow("systemctl restart aws-mfa-keystore.socket")
        self.at_terminal(self.page["aws-mfa doctor --try alice"], (PROMPT, self.code))
        gone, _, removed = self.page["aws iam update-access-key --user-name alice --status Inactive"].rpartition(
            "\naws-mfa ")
        self.aws(gone.replace("AKIAEXAMPLE000000001", key["AccessKeyId"]))
        self.assertEqual(user.keys[0].status, "Inactive")
        self.at_terminal("aws-mfa " + removed, ("? [y/N] ", "y"))
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
