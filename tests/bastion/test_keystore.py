"""Keystore mode on a whole bastion: what systemd makes of the units, and one way through all of it."""

import re
import unittest

from bastion.bastion import STS_PORT
from bastion.case import PROMPT, BastionTest
from live.world import CA

KEYS = "/etc/aws-mfa/keys"
SOCKET = "/run/aws-mfa/keystore.sock"
UNITS = ("/usr/lib/systemd/system/aws-mfa-keystore@.service "
         "/usr/lib/systemd/system/aws-mfa-keystore.socket")
STACK = "".join(f"{phase} required pam_aws_mfa.so keystore\n" for phase in ("auth", "account")) + \
    "account required pam_permit.so\nsession required pam_permit.so\n"


class Keystore(BastionTest):
    """alice has an entry, and no file of her own. She runs su, as a caller that root trusts not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bastion.write("/etc/pam.d/su", STACK)
        cls.bastion.write("/etc/aws-mfa/aws-mfa.conf", "[aws-mfa]\n"
                          f"endpoint_url = https://127.0.0.1:{STS_PORT}\nca_bundle = {CA}\n")
        cls.run_there(f"install -d -m 700 {KEYS}; systemctl start aws-mfa-keystore.socket")
        cls.addClassCleanup(cls.run_there, "systemctl stop aws-mfa-keystore.socket; "
                            f"rm -rf {KEYS} /etc/aws-mfa/aws-mfa.conf /run/aws-mfa")

    def enroll(self, name, script=""):
        user = super().enroll(name, script)
        self.run_there(f"""set -e
            rm -rf /home/{name}/.aws
            install -m 600 /dev/stdin {KEYS}/{name} <<END
[aws-mfa]
user = {name}
uid = $(id -u {name})
aws_access_key_id = {user.access_key_id}
aws_secret_access_key = {user.secret_access_key}
aws_mfa_device = {user.serial}
account = 123456789012
END""")
        return user

    def su(self, code=None):
        su = self.ssh("su - alice -c 'echo now $(id -un)'")
        if code:
            su.answer(PROMPT, code)
        else:
            su.expect(PROMPT, 60)
        return su

    def journal(self):
        return self.run_there(f"journalctl --sync; journalctl -q -o cat --after-cursor='{self.cursor}'")

    def test_a_login(self):
        code = self.user.code()
        su = self.su(code)
        self.logged_in(su)
        self.assertIn("now alice", su.screen)
        self.assertTrue(self.has_session())
        said = self.journal()
        serve, store, module = (re.search(line, said) for line in (
            r"login=(\w{8}) user=alice account=123456789012 result=accepted\n",
            r"login=(\w{8}) profile=default result=stored\n",
            r"user=alice .*result=accepted answer=PAM_SUCCESS login=(\w{8}) "))
        self.assertTrue(serve and store and module, said)
        self.assertEqual(serve[1], store[1])
        self.assertEqual(serve[1], module[1])
        session = self.box.sessions[-1]
        for secret in (code, self.user.secret_access_key, self.user.access_key_id,
                       session.secret_access_key, session.session_token):
            self.assertNotIn(secret, said)

    def test_a_wrong_code(self):
        su = self.su(self.user.wrong_code())
        self.assertEqual(su.wait(), 1, su.screen)
        self.assertEqual(self.results("su-l"), ["wrong-code answer=PAM_AUTH_ERR"])

    def test_what_a_service_prints_is_no_verdict(self):
        drop = "/run/systemd/system/aws-mfa-keystore@.service.d/say.conf"
        says = "ask\\nresult 0\\n"
        self.bastion.write(drop, "[Service]\nExecStart=\nExecStart=/bin/sh -c "
                           f"\"printf '{says}'; printf '{says}' >&2; printf '{says}' >&0\"\n")
        self.run_there("systemctl daemon-reload")
        self.addCleanup(self.run_there, f"rm {drop}; systemctl daemon-reload")
        su = self.su(self.user.code())
        self.assertEqual(su.wait(), 1, su.screen)
        self.assertIn("result 0", self.journal())
        self.assertEqual(self.results("su-l"), ["system-error answer=PAM_SYSTEM_ERR"])

    def test_each_login_has_a_uid_of_its_own(self):
        """None of them is a user of this host, and each is in the slice."""
        held = [self.su(), self.su()]
        serves = "pgrep -f '^/usr/bin/aws-mfa serve$'"
        said = self.run_there(f"timeout 60 sh -c \"until [ \\$({serves} | wc -l) = 2 ]; do sleep 0.1; "
                              f"done\"; for p in $({serves}); do "
                              "echo $(stat -c %u /proc/$p) $(grep ^0: /proc/$p/cgroup); done")
        found = [line.split() for line in said.splitlines()]
        self.assertEqual(len({uid for uid, _ in found}), len(held), said)
        for uid, group in found:
            self.assertTrue(61184 <= int(uid) <= 65519, said)      # systemd's dynamic users
            self.assertIn("/aws-mfa-keystore.slice/aws-mfa-keystore@", group)
        for su in held:
            su.kill()

    def test_the_door_is_roots(self):
        said = self.run_there(f"stat -c '%a %U:%G' /run/aws-mfa {SOCKET}\n"
                              "for in_ns in '' 'unshare -Ur'; do setpriv --reuid=alice --regid=alice "
                              f"--clear-groups $in_ns curl -sS --unix-socket {SOCKET} http://x/; "
                              "echo curl: $?; done; systemctl show aws-mfa-keystore.socket "
                              "-p NConnections -p TriggerLimitIntervalUSec -p MaxConnections "
                              "-p Backlog")
        for line in ("755 root:root", "600 root:root", "TriggerLimitIntervalUSec=0",
                     "MaxConnections=4096", "Backlog=1024", "NConnections=0"):
            self.assertIn(line, said.splitlines())
        self.assertEqual(said.count("curl: 7\n"), 2, said)      # cannot connect

    def test_figures(self):
        """Of the systemd here; test_units has those of the systemd that builds."""
        said = self.run_there("systemd-analyze --version | head -1\n"
                              f"systemd-analyze verify --man=no {UNITS} && echo clean\n"
                              f"systemd-analyze security --no-pager --offline=yes {UNITS.split()[0]} "
                              "| tail -1")
        print(said)
        self.assertIn("\nclean\n", said)
        self.assertLessEqual(float(re.search(r"level for .*: (\S+)", said)[1]), 1.5)

    def test_packages_leave_the_socket_alone(self):
        show = ("systemctl show aws-mfa-keystore.socket -p UnitFileState -p ActiveState "
                "-p ActiveEnterTimestampMonotonic")
        before = self.run_there(show)
        self.assertIn("UnitFileState=disabled\n", before)
        held = self.su()
        self.run_there("dpkg -i --force-confold /root/libpam-aws-mfa_*.deb </dev/null")
        self.assertEqual(self.run_there(show), before)
        held.send(self.user.code() + "\n")
        self.logged_in(held)


if __name__ == "__main__":
    unittest.main()
