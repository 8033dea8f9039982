"""The units of keystore mode: their figures on this systemd, and what an upgrade does to them."""

import re
import unittest

from bastion.case import PROMPT
from bastion.keystore import SOCKET, SlowTest

UNITS = ("/usr/lib/systemd/system/aws-mfa-keystore@.service "
         "/usr/lib/systemd/system/aws-mfa-keystore.socket")


class Units(SlowTest):
    def test_figures(self):
        """test_units has those of the systemd that builds."""
        said = self.run_there("systemd-analyze --version | head -1\n"
                              f"systemd-analyze verify --man=no {UNITS} && echo clean\n"
                              f"systemd-analyze security --no-pager --offline=yes {UNITS.split()[0]} "
                              "| tail -1")
        print(said)
        self.assertIn("\nclean\n", said)
        self.assertLessEqual(float(re.search(r"level for .*: (\S+)", said)[1]), 1.5)

    def test_packages_leave_the_socket_alone(self):
        show = f"systemctl show {SOCKET} -p UnitFileState -p ActiveState -p ActiveEnterTimestampMonotonic"
        before = self.run_there(show)
        self.assertIn("UnitFileState=disabled\n", before)
        held = self.ssh("true")
        held.expect(PROMPT, 60)
        self.run_there("dpkg -i --force-confold /root/libpam-aws-mfa_*.deb </dev/null")
        self.assertEqual(self.run_there(show), before)
        held.send(self.user.code() + "\n")
        self.logged_in(held)


if __name__ == "__main__":
    unittest.main()
