"""The packages on a whole bastion: installed, upgraded, removed, and installed again."""

import re
import unittest

from bastion.case import KEPT, PROMPT, STACKS, BastionTest
from home import long_term
from live.world import PASSWORD
from packages.debs import NEW_TEXT, PACKAGES, built, newer, version
from paths import temporary

NAMES = " ".join(PACKAGES)
CONF = "/etc/aws-mfa/aws-mfa.conf"
# The packages wait in /root for their next installation.
FIND = ("find / \\( -path /proc -o -path /sys -o -path /root -o -path '/home/*/.aws' \\) -prune -o "
        "-name '*aws*mfa*' -print")
SOCKET = "aws-mfa-keystore.socket"
LINE = ("auth       [success=1 auth_err=bad maxtries=bad default=die] "
        "pam_aws_mfa.so profile=work always")


class Packages(BastionTest):
    SSHD = ("sshd-after-publickey", "after-publickey")

    def setUp(self):
        super().setUp()
        self.addCleanup(self.choose_stacks)

    def logs_in(self):
        user = self.enroll("alice")     # before aws-mfa reads the keys
        ssh = self.ssh("true")
        ssh.answer(PROMPT, user.code)
        return ssh.wait() == 0

    def leave_the_stacks(self):
        """Restores the stacks of Debian. sshd then asks only for the key."""
        self.run_there("".join(f"cp {KEPT}/{name} /etc/pam.d/{name}\n" for name in STACKS) +
                       "rm -f /etc/ssh/sshd_config.d/00-aws-mfa.conf\nsystemctl restart ssh")

    def test_they_are_installed(self):
        said = self.run_there(f"dpkg-query -Wf '${{Version}} ${{db:Status-Status}}\\n' {NAMES}\n"
                              "stat -c '%a %U %n' /usr/bin/aws-mfa /usr/libexec/aws-mfa-sts\n"
                              f"dpkg --verify {NAMES}\naws-mfa --version")
        self.assertEqual(said.splitlines()[:-1], [
            f"{version()} installed", f"{version()} installed", "711 root /usr/bin/aws-mfa",
            "711 root /usr/libexec/aws-mfa-sts"])
        self.assertIn(version(), said.splitlines()[-1])

    def test_installing_changes_no_stack(self):
        self.leave_the_stacks()
        said = self.run_there(f"""dpkg --purge {NAMES}
            test ! -e /etc/aws-mfa
            dpkg -i /root/*.deb
            diff -r {KEPT} /etc/pam.d && echo the same""")
        self.assertEqual(said.splitlines()[-1], "the same")
        self.assertIn("root shell kept open", said)
        self.logged_in(self.ssh("true"))

    def test_enabled_by_pam_auth_update(self):
        """su then asks for a code. Removing the package disables it."""
        self.leave_the_stacks()
        said = self.run_there("pam-auth-update --enable aws-mfa\ncat /etc/pam.d/common-auth")
        self.assertRegex(said, r"(?m)^auth\s+optional\s+pam_aws_mfa.so nullok ignore_root$")
        bob = self.enroll("bob")
        self.addCleanup(self.run_there, "rm -r /home/bob/.aws")
        self.run_there("sed -i 's/profile work/default/' /home/bob/.aws/config\n"
                       "cat >/home/bob/.aws/credentials", input=long_term(bob, "default"))
        su = self.ssh("-p", "2222", "su bob -c 'id -un'")
        su.answer("Password: ", PASSWORD)
        su.answer(PROMPT, bob.code)
        self.logged_in(su)
        self.assertEqual(su.screen.splitlines()[-1], "bob")
        self.assertEqual(self.results("su"), ["accepted answer=PAM_SUCCESS"])
        self.assertTrue(self.has_session("bob"))
        self.run_there(f"dpkg --purge {NAMES} && diff -r {KEPT} /etc/pam.d")

    def test_an_upgrade_while_somebody_is_asked(self):
        """The settings stay. A user who is asked during the upgrade gets in."""
        own = "[aws-mfa]\nregion = eu-west-1\n"
        self.bastion.write(CONF, own)
        folder = temporary(self.addCleanup)
        self.run_there("mkdir -p /root/newer")
        for deb in built():
            with open(newer(deb, folder), "rb") as file:
                self.run_there(f"cat >/root/newer/{deb.name}", stdin=file)
        asked = self.ssh("true")
        asked.expect(PROMPT, 60)
        said = self.run_there("echo | dpkg -i /root/newer/*.deb")    # the answer that dpkg proposes
        self.assertIn(f"Configuration file '{CONF}'", said)
        self.assertNotIn("Next,", said)
        asked.send(self.user.code() + "\n")
        self.logged_in(asked)
        self.assertTrue(self.logs_in())
        said = self.run_there(f"dpkg-query -Wf '${{Version}}\\n' {NAMES}\n"
                              f"cat {CONF}; tail -n 1 {CONF}.dpkg-dist")
        self.assertEqual(said, f"{version()}+1\n" * 2 + own + NEW_TEXT)
        self.run_there("dpkg -i --force-confold /root/*.deb")

    def test_removing_is_refused_while_a_stack_names_the_module(self):
        run = self.bastion.run(f"dpkg --remove {NAMES}", check=False)
        self.assertNotEqual(run.returncode, 0)
        self.assertRegex(run.stdout, r"/etc/pam\.d/sshd:\d+:" + re.escape(LINE))
        self.assertTrue(self.logs_in())

    def test_removed_by_force_root_still_gets_in(self):
        """Then sshd refuses everybody. Only the sshd without the module lets root in."""
        self.run_there(f"AWS_MFA_FORCE=1 dpkg --remove {NAMES}")
        ssh = self.ssh("true")
        self.refused(ssh)
        self.logged_in(self.ssh("-o", "ControlPath=none", "true", host="control"))
        self.install()
        self.assertTrue(self.logs_in())

    def test_purged_nothing_is_left(self):
        """Not even of a key store that was in use."""
        self.leave_the_stacks()
        said = self.run_there(f"systemctl enable -q --now {SOCKET}; {FIND}")
        for name in (f"/etc/systemd/system/sockets.target.wants/{SOCKET}", "/run/aws-mfa"):
            self.assertIn(name, said.splitlines())
        said = self.run_there(f"dpkg --purge {NAMES} >/root/purged 2>&1 || cat /root/purged; {FIND}; "
                              "systemctl list-units --all --plain --no-legend '*aws*mfa*'")
        self.assertEqual(said, "")
        self.logged_in(self.ssh("true"))


if __name__ == "__main__":
    unittest.main()
