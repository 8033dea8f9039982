"""Other ways into a bastion in keystore mode, as the page has them: break-glass, and a rollout by group."""

import json
import unittest

from bastion.case import PROMPT
from bastion.keystore import ACCEPTED, CONFIG, KEYS, WRONG, SlowTest


class BreakGlass(SlowTest):
    def alerts(self):
        """As the page says how to look for them"""
        said = self.run_there("journalctl --sync; journalctl -q -o json -p alert -t break-glass")
        lines = [json.loads(line) for line in said.splitlines()]
        return [(line["SYSLOG_FACILITY"], line["PRIORITY"], line["MESSAGE"]) for line in lines]

    def test_a_member(self):
        """The key alone, also while AWS is down; root by sudo without a word; and each login is an alert."""
        self.run_there("""set -e
            groupadd break-glass
            useradd -m -s /bin/bash -g break-glass break-glass
            install -d -o break-glass -g break-glass -m 700 ~break-glass/.ssh
            install -o break-glass -g break-glass -m 600 ~alice/.ssh/authorized_keys ~break-glass/.ssh""")
        self.addCleanup(self.run_there, "pkill -KILL -u break-glass; userdel -r break-glass; true")
        others = len(self.alerts())     # other tests have this group, too
        for count in (1, 2):
            ssh = self.ssh("-l", "break-glass", "sudo id -un")
            self.logged_in(ssh)
            self.assertEqual(ssh.screen.split(), ["root"])
            alerts = self.alerts()
            self.assertEqual(len(alerts) - others, count, alerts)
            self.assertEqual(alerts[-1][:2], ("4", "1"))        # auth.alert
            self.assertRegex(alerts[-1][2], "^login of break-glass from [0-9a-f.:]+$")
            self.aws_down()
        self.refused(self.login(self.user.code))
        self.aws_up()
        self.ready()
        self.assertEqual(len(self.alerts()) - others, 2)


class Group(SlowTest):
    SSHD = ("sshd-keystore-group", "after-publickey")

    def test_member_and_others(self):
        """Members of the group are asked and nobody else, whoever has an entry."""
        self.run_there("groupadd aws-mfa && usermod -aG aws-mfa alice")
        self.addCleanup(self.run_there, "groupdel aws-mfa")
        self.refused(self.login(self.user.wrong_code()))
        self.logged_in(self.login(self.user.code))
        self.assertEqual(self.results("sshd"), [WRONG, ACCEPTED])
        self.assertTrue(self.has_session())
        self.aws_down()
        for name in ("bob", "alice"):
            ssh = self.ssh("-l", name, "true")
            if name == "alice":
                ssh.answer(PROMPT, self.user.code)
                self.refused(ssh)
            else:
                self.logged_in(ssh)
                self.assertNotIn(PROMPT, ssh.screen)
        self.aws_up()
        self.assertEqual(len(self.results("sshd")), 3)
        # A member without an entry is refused, after the same prompt.
        self.run_there(f"rm -f {KEYS}/bob; usermod -aG aws-mfa bob; gpasswd -d alice aws-mfa")
        ssh = self.ssh("-l", "bob", "true")
        ssh.answer(PROMPT, "123456")
        self.refused(ssh)
        self.assertEqual(self.results("sshd")[3:], [CONFIG])
        ssh = self.ssh("true")
        self.logged_in(ssh)
        self.assertNotIn(PROMPT, ssh.screen)
        self.assertEqual(len(self.results("sshd")), 4)


if __name__ == "__main__":
    unittest.main()
