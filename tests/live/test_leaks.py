"""Places where a code, a secret key or a session token must not be visible during a login."""

import unittest

from live.case import example
from live.sshd import PROMPT, SshTest
from live.world import PASSWORD
from pam.watch import Watch
from sandbox import faults


class Leaks(SshTest):
    NEEDS = (*SshTest.NEEDS, "sudo")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        stack = example("pam.d/sshd-after-password").replace("always", "always debug")
        cls.server = cls.sshd("sshd-mfa", stack, example("sshd_config.d/after-password.conf"))

    def hunt(self, console, *answers):
        """-> what anybody could see of the processes while the console's program asked and
        worked."""
        self.box.fault("GetSessionToken", faults.delay(0.5))
        watch = Watch(self.world.holds)
        try:
            for prompt, answer in answers:
                console.answer(prompt, answer)
            watch.wait_for(b"aws-mfa\0pam\0", b"aws-mfa-sts\0")
            self.assertEqual(console.wait(), 0, console.screen)
        finally:
            seen = watch.stop()
        self.assertTrue([data for data, where in seen.items()
                         if where.endswith("environ") and b"HOME=/home/alice" in data])
        return seen

    def secrets(self, *more):
        section = self.section()
        return [*more, PASSWORD, self.user.secret_access_key, section["aws_secret_access_key"],
                section["aws_session_token"]]

    def check(self, seen, secrets, *texts):
        for number, secret in enumerate(secrets):
            for data, where in seen.items():
                self.assertFalse(secret.encode() in data, (number, where))
            for text in texts:
                self.assertNotIn(secret, text, number)
            for name in self.before.keys() | self.world.files().keys():
                path = self.world.path(name)
                if path.is_file() and not path.is_symlink() and name.startswith(
                        ("/run/", "/tmp/", "/var/log/", "/root/", "/dev/shm/")):
                    self.assertNotIn(secret.encode(), path.read_bytes(), (number, name))

    def test_ssh(self):
        code = self.user.code()
        ssh = self.ssh(self.server, "env; sleep 0.2")
        seen = self.hunt(ssh, ("Password: ", PASSWORD), (PROMPT, code))
        syslog = "\n".join(self.syslog.lines)
        self.assertIn("helper: key-id", syslog)     # debug was on
        self.assertIn("debug3: PAM: sshpam_query entering", self.server.said())
        self.check(seen, self.secrets(code), syslog, self.server.said(), ssh.screen)

    def test_a_refused_code(self):
        code = self.user.wrong_code()
        ssh = self.ssh(self.server, "true")
        ssh.answer("Password: ", PASSWORD)
        ssh.answer(PROMPT, code)
        self.refused(ssh)
        self.check({}, [code, PASSWORD, self.user.secret_access_key],
                   "\n".join(self.syslog.lines), self.server.said(), ssh.screen)

    def test_sudo(self):
        self.stack("sudo", example("pam.d/sudo").replace("nullok", "nullok debug"))
        self.write("/etc/sudoers", "alice ALL=(ALL:ALL) ALL\n", mode=0o440)
        code = self.user.code()
        sudo = self.console("/usr/bin/sudo", "/bin/sh", "-c", "env; sleep 0.2", user="alice")
        seen = self.hunt(sudo, ("password for alice: ", PASSWORD), (PROMPT, code))
        self.check(seen, self.secrets(code), "\n".join(self.syslog.lines), sudo.screen)


if __name__ == "__main__":
    unittest.main()
