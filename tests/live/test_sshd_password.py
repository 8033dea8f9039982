"""PasswordAuthentication: sshd answers the questions of a stack, and not the person."""

import re
import unittest

from live.case import example
from live.sshd import SshTest
from live.world import PASSWORD

PIN = "271828"      # a login password that looks like a code
PIN_HASH = ("$6$rounds=1000$live$mkD78iWblGw/SmIudvC30zbkf1hEo/DN3gJH5Zb4zw5MaTe9FE"
            "RHOrlnj.Ie35ZTKkKxZfMfFavahPdb2Olog.")
WHO = "user=%s rhost=127.0.0.1 tty=ssh profile=work account=123456789012 result=%s answer=%s"


class PasswordAuthentication(SshTest):
    """sshd answers every hidden prompt with the password. AWS must not get such an answer."""

    CONFIG = ("UsePAM yes\nPubkeyAuthentication no\nKbdInteractiveAuthentication no\n"
              "PasswordAuthentication yes\n")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.world.add_user("pin", PIN_HASH)
        stack = example("pam.d/sshd-after-password")
        cls.hidden = cls.sshd("sshd-mfa", stack, cls.CONFIG)
        cls.visible = cls.sshd("sshd-echo", stack.replace("always", "always echo"), cls.CONFIG)

    def test_no_answer_of_sshd_s_goes_to_aws(self):
        """AWS gets no password, even if it looks like a code. A visible prompt gets no answer."""
        logins = [(self.hidden, "alice", PASSWORD, self.user, "not-six-digits", "PAM_AUTH_ERR"),
                  (self.hidden, "pin", PIN, self.enroll("pin"), "not-six-digits", "PAM_AUTH_ERR"),
                  (self.visible, "alice", PASSWORD, self.user, "no-answer", "PAM_CONV_ERR")]
        consoles = []
        for server, name, password, *_ in logins:
            consoles.append(self.ssh(server, "true", user=name))
            consoles[-1].answer(f"{name}@mfa's password: ", password)
        for ssh, (server, name, _, user, result, answer) in zip(consoles, logins):
            with self.subTest(name=name, server=server.name):
                self.refused(ssh, "password")
                self.assertEqual(self.box.codes_seen(user), [])
                line = f"({server.name}:auth): " + WHO % (name, result, answer)
                self.syslog.wait(re.escape(line) + "$")


if __name__ == "__main__":
    unittest.main()
