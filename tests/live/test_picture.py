"""examples/login.svg, the picture of README.md, shows this login. `make picture` draws it anew."""

import os
import re
import unittest

from live.case import example
from live.picture import PICTURE, draw
from live.sshd import PROMPT, SshTest
from live.world import CA

LAPTOP, BASTION = "alice@laptop:~$ ", "alice@bastion:~$ "
SSH, CALL = "ssh bastion", "aws sts get-caller-identity"
CODE = "123456"
# What differs from login to login, and what the picture has in its place.
FIXED = {r"(?<=MFA code: )\d{6}": CODE, r"(?<=valid until ).*(?=\.)": "2026-11-28 22:02 CET",
         r'(?<="UserId": ")\w+': "AIDAEXAMPLE000000001"}


class Picture(SshTest):
    NEEDS = (*SshTest.NEEDS, "aws")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The code shows while it is typed.
        stack = example("pam.d/sshd-after-publickey").replace(" always\nauth", " always echo\nauth")
        server = cls.sshd("sshd-picture", stack, example("sshd_config.d/after-publickey.conf"))
        ssh = cls.world.path("/home/client/.ssh")
        config = (ssh / "config").read_text().replace("HostKeyAlias mfa", "HostKeyAlias bastion")
        (ssh / "config").write_text(f"Host bastion\nPort {server.port}\n{config}")
        (ssh / "known_hosts").write_text("bastion" + (ssh / "known_hosts").read_text()[3:])

    def login(self):
        """-> the screen of the user's terminal, until the last prompt"""
        user = self.box.add_user("alice")
        self.world.enroll("alice", user, self.box)
        alice = self.world.users["alice"]
        self.world.write("/home/alice/.profile", f"PS1='{BASTION}'\nexport AWS_PAGER= AWS_REGION=us-east-1 "
                         f"AWS_CA_BUNDLE={CA}\nalias aws='aws --endpoint-url {self.box.url}'\n", alice)
        # sshd prints what modules say a second time before the shell.
        self.world.write("/home/alice/.hushlogin", "", alice)
        shell = self.console("/bin/bash", "--norc", user="client", env={"PS1": LAPTOP})
        for prompt, text in ((LAPTOP, SSH), (PROMPT, user.code()), (BASTION, CALL)):
            shell.expect(prompt, 30)
            shell.send(f"{text}\n")
        shell.expect("}\r\n" + BASTION, 30)
        screen = shell.screen
        shell.send("exit\n")
        shell.expect(LAPTOP)
        shell.send("exit\n")
        self.assertEqual(shell.wait(), 0)
        return screen.replace("\r", "")

    def test_it_shows_this_login(self):
        screen = self.login()
        for pattern, shown in FIXED.items():
            screen, found = re.subn(pattern, shown, screen)
            self.assertEqual(found, 1, screen)
        drawn = draw("ssh asks for the MFA code of AWS; after it, aws works", screen.splitlines(),
                     [SSH, CODE, CALL])
        if os.environ.get("PICTURE") == "write":
            PICTURE.write_text(drawn)
        self.assertEqual(PICTURE.read_text(), drawn)


if __name__ == "__main__":
    unittest.main()
