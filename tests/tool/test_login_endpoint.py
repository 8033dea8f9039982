"""Which STS may judge a login. Never one over http: any program that has bound the port could
answer. The helper runs as the module runs it, but with a site file and an environment as well."""

import os
import socket
import subprocess
import unittest

from host import HostTest
from paths import BUILD
from sandbox.sts import Sandbox

SITE = BUILD / "tests/site"


class LoginEndpoint(HostTest):
    program = SITE / "aws-mfa"
    site = SITE / "etc/aws-mfa/aws-mfa.conf"

    def setUp(self):
        super().setUp()
        self.plain = Sandbox(self.tls, tls="off").start()
        self.addCleanup(self.plain.stop)
        self.config.write_text("")
        self.site.parent.mkdir(parents=True, exist_ok=True)
        self.addCleanup(self.site.unlink, missing_ok=True)

    def ask(self, env=None):
        """The helper's words up to the question or the end."""
        ours, theirs = socket.socketpair()

        def prepare():
            os.dup2(theirs.fileno(), 3)
            os.set_inheritable(3, True)

        with ours, ours.makefile("r") as words:
            process = subprocess.Popen(
                [self.program, "pam", "--profile", "work"], env={**self.env, **(env or {})},
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                pass_fds=(3,), preexec_fn=prepare)
            theirs.close()
            said = []
            for line in words:
                said.append(line)
                if line.startswith(("ask", "result")):
                    break
        process.wait(10)
        return "".join(said)

    def test_http_is_refused_wherever_it_stands(self):
        url = self.plain.url
        self.assertTrue(url.startswith("http://127.0.0.1:"))
        keys = self.credentials.read_text()
        for name, files in {
                "config": {self.config: f"[profile work]\nendpoint_url = {url}\n"},
                "services": {self.config: "[profile work]\nservices = s\n[services s]\nsts =\n"
                             f"  endpoint_url = {url}\n"},
                "keys' section": {self.credentials: f"{keys}endpoint_url = {url}\n"},
                "session's section": {self.credentials: f"{keys}[work]\nendpoint_url = {url}\n"},
                "site": {self.site: f"[aws-mfa]\nendpoint_url = {url}\n"},
                "environment": {}}.items():
            with self.subTest(name):
                self.write_credentials(keys)
                self.config.write_text("")
                self.site.write_text("[aws-mfa]\n")
                for path, text in files.items():
                    path.write_text(text)
                env = {} if files else {"AWS_ENDPOINT_URL_STS": url}
                self.assertRegex(self.ask(env), "result 13 .*over http.* expected https\n")
                # by hand it is the user's own affair
                device = self.user.add_device(name.replace("'", "").replace(" ", ""))
                run = self.aws_mfa("--device", device.serial, "--token", "000000", env=env)
                self.refused(run, 13, "RequestId")
        self.assertEqual(self.plain.codes_seen(self.user), [])

    def test_https_is_not(self):
        self.site.write_text(f"[aws-mfa]\nendpoint_url = {self.box.url}\n"
                             f"ca_bundle = {self.box.ca_path}\n")
        self.assertRegex(self.ask(), "ask\n")


if __name__ == "__main__":
    unittest.main()
