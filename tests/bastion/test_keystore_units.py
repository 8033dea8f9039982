"""The units of keystore mode: their figures on this systemd, and what an upgrade does to them."""

import re
import unittest

from bastion.case import KEPT, PROMPT
from bastion.keystore import DOOR, KEYS, SOCKET, SlowTest

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

    def test_purge_with_the_socket_enabled(self):
        """Nothing of the units is left, and the next installation begins anew. Root's entries stay."""
        self.addCleanup(self.choose_stacks)
        self.run_there(f"systemctl enable -q --now {SOCKET}")
        ssh, _ = self.waiting()
        said = self.run_there(f"cp {KEPT}/* /etc/pam.d; dpkg --purge libpam-aws-mfa </dev/null 2>&1")
        self.assertIn(f"the users' AWS keys are still in {KEYS}.", said)
        ssh.kill()
        self.serving(0)
        said = self.run_there("systemctl list-units --state=active,failed --plain --no-legend "
                              "'aws-mfa*.socket' 'aws-mfa*.service'; "
                              "systemctl list-unit-files --plain --no-legend 'aws-mfa*'; "
                              "systemctl --failed --plain --no-legend; "
                              "find /etc/systemd /run/systemd /usr/lib/systemd -name '*aws*mfa*'; "
                              f"ls {KEYS}")
        self.assertEqual(said, "alice\n")
        self.choose_stacks()
        said = self.run_there(f"systemctl is-enabled {SOCKET}; systemctl start {SOCKET}; "
                              f"systemctl is-active {SOCKET}; stat -c '%a %U' {DOOR}")
        self.assertEqual(said, "disabled\nactive\n600 root\n")
        self.ready()


if __name__ == "__main__":
    unittest.main()
