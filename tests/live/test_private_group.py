"""Files that the user's own group may write, as umask 002 makes them."""

import unittest

from live.case import LiveTest
from live.sshd import PROMPT


class PrivateGroup(LiveTest):
    NEEDS = ("pamtester", "setfacl")

    def setUp(self):
        super().setUp()
        self.stack("mfa", "auth required pam_aws_mfa.so profile=work always\n")
        home = self.world.path("/home/alice")
        self.own |= {"/etc/group", "/etc/passwd"}
        self.addCleanup(home.chmod, 0o700)
        for path in (home, home / ".aws"):
            path.chmod(0o775)
        for path in (home / ".aws").iterdir():
            path.chmod(0o664)

    def login(self, status):
        tester = self.console("/usr/bin/pamtester", "mfa", "alice", "authenticate")
        tester.answer(PROMPT, self.user.code)
        self.assertEqual(tester.wait(), status, tester.screen)

    def refused(self):
        self.login(1)
        line = self.syslog.wait(r"pam_aws_mfa\(mfa:auth\): (.*)")[-1][1]
        self.assertIn("result=configuration", line)
        self.assertIn("others may write it", line)

    def edit(self, name, change):
        """Changes a file of /etc in place, until the test ends."""
        path = self.world.path(f"/etc/{name}")
        text = path.read_text()
        self.addCleanup(path.write_text, text)
        path.write_text(change(text))

    def test_only_the_user_is_in_it(self):
        self.login(0)
        self.assertTrue(self.has_session())

    def test_somebody_else_is_in_it(self):
        line = f"\nalice:x:{self.world.users['alice']}:"
        self.edit("group", lambda text: text.replace(line, f"{line}bob"))
        self.refused()

    def test_somebody_else_is_in_another_group_with_its_number(self):
        uid = self.world.users["alice"]
        self.edit("group", lambda text: text + f"team:x:{uid}:bob\n")
        self.refused()

    def test_it_is_somebody_else_s_first_group(self):
        uid = self.world.users["alice"]
        self.edit("passwd", lambda text: text + f"eve:x:4242:{uid}::/nonexistent:/bin/sh\n")
        self.refused()

    def test_it_has_another_name(self):
        self.edit("group", lambda text: text.replace("\nalice:", "\nstaff-of-alice:"))
        self.refused()

    def test_an_acl(self):
        run = self.world.run("/usr/bin/setfacl", "-m", "u:bob:rwx", "/home/alice/.aws")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.refused()

    def test_everybody(self):
        self.world.path("/home/alice/.aws").chmod(0o777)
        self.refused()


if __name__ == "__main__":
    unittest.main()
