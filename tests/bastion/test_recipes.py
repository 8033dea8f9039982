"""The recipes of README.md and of pam_aws_mfa(8), as they stand and in their order, by an administrator on
a bastion as Debian installs it."""

import re
import unittest

from bastion.case import EXAMPLES, PROMPT, STS, BastionTest, until_sshd_listens
from bastion.keystore import SITE
from live.world import CA, PASSWORD
from paths import REPO

SETTINGS = "/etc/ssh/sshd_config.d/00-aws-mfa.conf"
README = (REPO / "README.md").read_text()


def recipe(heading):
    """-> the commands of README.md below a heading"""
    text = README.partition(f"\n{heading}")[2].partition("\n**")[0]
    return "\n".join(re.findall(r"(?m)^ {4}(\S.*)$", text))


def example(first):
    """-> the example of pam_aws_mfa(8) that begins with these words"""
    page = (REPO / "pam/pam_aws_mfa.8").read_text().replace("\\e", "\\")
    block, = re.findall(rf"(?ms)^\.Bd -literal -offset indent\n({re.escape(first)}.*?)^\.Ed$", page)
    return block


class Recipes(BastionTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.addClassCleanup(cls.run_there, f"systemctl disable -q --now aws-mfa-keystore.socket; "
                            f"rm -rf /etc/aws-mfa /root/pam.d-sshd {SETTINGS}; cp /root/pam.d/sshd /etc/pam.d/sshd")

    def setUp(self):
        super().setUp()
        self.box.add_role("arn:aws:iam::123456789012:role/Bastion")

    def follow(self, text, *dialogue):
        return self.at_terminal(until_sshd_listens(f"cd {EXAMPLES}\n{text}"), *dialogue)

    def way_back(self, text):
        self.follow(text)
        self.assertEqual(self.run_there(f"diff /root/pam.d/sshd /etc/pam.d/sshd; ls {SETTINGS} 2>&1; true"),
                         f"ls: cannot access '{SETTINGS}': No such file or directory\n")
        ssh = self.ssh("true")
        self.logged_in(ssh)
        self.assertNotIn(PROMPT, ssh.screen)

    def log_in(self, *options, before=()):
        ssh = self.ssh(*options, "true")
        for question, answer in before:
            ssh.answer(question, answer)
        ssh.answer(PROMPT, self.user.code)
        self.logged_in(ssh)
        self.assertTrue(self.has_session())

    def test_convenience(self):
        self.follow(recipe("## Recipes"))
        self.assertIn("Nothing to mend", self.follow(recipe("**1. ")))
        self.log_in("-o", "PubkeyAuthentication=no", before=[("Password: ", PASSWORD)])
        self.way_back(recipe("**The way back**"))

    def test_key_and_code(self):
        command, = re.findall("`(runuser .*)`", README)
        for install, back in ((recipe("## Recipes") + "\n" + recipe("**2. "), recipe("**The way back**")),
                              (example("cd /usr/share"), example("cp -p /root"))):
            self.user = self.enroll("alice")
            self.assertIn("Nothing to mend", self.follow(command))
            self.follow(install, *([(PROMPT, self.user.code)] if "--try" in install else []))
            self.log_in()
            self.way_back(back)

    def test_keystore(self):
        self.run_there("rm -r /home/alice/.aws")
        self.bastion.write(SITE, f"[aws-mfa]\nendpoint_url = {STS}\nca_bundle = {CA}\n")
        self.follow(recipe("## Recipes"))
        said = self.follow(recipe("**3. "), ("Access key ID (hidden): ", self.user.access_key_id),
                           ("Secret access key (hidden): ", self.user.secret_access_key),
                           (PROMPT, self.user.code))
        self.assertIn("Nothing to mend", said)
        self.log_in()
        self.way_back(recipe("**The way back**"))


if __name__ == "__main__":
    unittest.main()
