"""aws-mfa leaves no secrets in its memory when it ends, and no secrets in memory that it has
freed."""

import os
import socket
import subprocess
import unittest

from host import ROLE, HostTest
from paths import AWS_MFA, BUILD
from sandbox import faults

PROXY_PASSWORD = "geheim-wie-sonst-nichts"
PROXY = f"http://someone:{PROXY_PASSWORD}@127.0.0.1:1"
# A password may stand in this URL, too; it is wrong, and is dropped again.
ENDPOINT = "https://someone:verschwiegen@127.0.0.1:1"


class Remains(HostTest):
    def setUp(self):
        super().setUp()
        if b"__asan_init" in AWS_MFA.read_bytes():
            self.skipTest("a sanitizer has free() for itself")
        self.remains = self.home / "remains"
        self.env = {**self.env, "REMAINS": str(self.remains), "https_proxy": PROXY,
                    "no_proxy": "127.0.0.1,localhost",
                    "LD_PRELOAD": str(BUILD / "tests/tool/remains.so")}

    def section(self, name="work"):
        return super().section(name) if f"[{name}]" in self.credentials.read_text() else {}

    def assert_forgotten(self, *secrets):
        remains = self.remains.read_bytes()
        # The search works: it finds text that is no secret.
        self.assertGreater(remains.count(str(self.home).encode()), 0)
        secrets = [*secrets, self.user.secret_access_key, PROXY_PASSWORD]
        section = self.section()
        if section:
            secrets += [section["aws_secret_access_key"], section["aws_session_token"]]
        for number, secret in enumerate(secrets):
            # Looks for parts of secrets: freed memory is soon overwritten in part.
            for part in {secret, secret[:16], secret[-16:]}:
                self.assertEqual(remains.count(part.encode()), 0, f"secret {number} is left")
        self.remains.unlink()

    def test_token(self):
        code = self.user.code()
        self.assertEqual(self.aws_mfa("--token", code, "--token", code).returncode, 0)
        self.assert_forgotten(code)
        self.assertEqual(self.aws_mfa("--token", "passwort", "--force").returncode, 11)
        self.assert_forgotten("passwort")
        self.assertEqual(self.aws_mfa("--token", "passwort", "--no-such").returncode, 2)
        self.assertEqual(self.remains.read_bytes().count(b"passwort"), 0)

    def test_standard_input(self):
        code = self.user.code()
        self.assertEqual(self.aws_mfa("--token", "-", input=f" {code} \n").returncode, 0)
        self.assert_forgotten(code)
        self.assertEqual(self.aws_mfa().returncode, 0)      # still valid
        self.assert_forgotten(code)
        code = self.user.code()
        self.assertEqual(self.aws_mfa("--token", "-", "--force", input=code).returncode, 0)
        self.assert_forgotten(code)

    def test_terminal(self):
        code = self.user.code()
        term = self.terminal()
        term.expect("(for work): ")
        term.send(code + "\n")
        self.assertEqual(term.wait()[0], 0)
        self.assert_forgotten(code)

    def test_refused(self):
        code = self.user.wrong_code()
        self.assertEqual(self.aws_mfa("--token", "-", input=code).returncode, 11)
        self.assert_forgotten(code)
        self.box.fault("GetSessionToken", faults.error(
            "ValidationError", f"1 validation error: Value '{code}' at 'tokenCode' failed", 400))
        self.aws_mfa("--token", "-", input=code)
        self.assert_forgotten(code)
        self.assertEqual(self.aws_mfa("--token", "-", input=PROXY_PASSWORD).returncode, 11)
        self.assert_forgotten()

    def test_roles(self):
        """The keys of a source profile, beside them a line that can be read in part only."""
        self.config.write_text(self.config.read_text() + (
            f"role_arn = {ROLE}\nsource_profile = base\nmfa_serial = {self.user.serial}\n"))
        keys = self.credentials.read_text().replace("[work-long-term]", "[base]")
        self.write_credentials(f"{keys}aws_session_token =\nnot a line\n")
        code = self.user.code()
        run = self.aws_mfa("--short-term-suffix", "mfa", "--token", "-", input=code)
        self.assertEqual(run.returncode, 0, run.stderr)
        stored = dict(line.split(" = ") for line in self.credentials.read_text().splitlines()[-7:])
        self.assert_forgotten(code, stored["aws_secret_access_key"], stored["aws_session_token"])

    def test_handed_over(self):
        """A new and an old session, printed and given to a command that cannot be run."""
        code = self.user.code()
        for args in [("export", "--token", "-"), ("export", "--format", "fish"), ("export", "--format", "json"),
                     ("exec", "--", "/nonexistent")]:
            run = self.aws_mfa(*args, input=code)
            self.assertEqual(run.returncode, 127 if "exec" in args else 0, run.stderr)
            self.assert_forgotten(code)

    def test_explain(self):
        run = self.aws_mfa("--explain")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assert_forgotten()
        self.config.write_text(
            f"[profile work]\nservices = all\nignore_configured_endpoint_urls = true\n[services all]\n"
            f"sts =\n  endpoint_url = {ENDPOINT}\n  endpoint_url = {ENDPOINT}2\n")
        run = self.aws_mfa("--explain")
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        self.assert_forgotten("verschwiegen")

    def test_setup(self):
        """A secret at the wrong question, one that AWS refuses, the right one, and a code."""
        term = self.terminal("setup", "other", profile=None, env={
            "AWS_ENDPOINT_URL": self.box.url, "AWS_CA_BUNDLE": str(self.box.ca_path)})
        secret, code = "Ab+/" * 10, self.user.code()
        key_id, key = "ID (hidden): ", "access key (hidden): "
        for question, answer in ((key_id, self.user.secret_access_key), (key_id, self.user.access_key_id),
                                 (key, "not one of\tthem"), (key, secret),
                                 (key_id, self.user.access_key_id), (key, self.user.secret_access_key),
                                 ("none): ", ""), ("[Y/n] ", ""), ("later): ", code)):
            term.expect(question)
            term.send(answer + "\n")
        self.assertEqual(term.wait()[0], 0, term.screen)
        other = self.section("other")
        self.assert_forgotten(secret, "not one of\tthem", code, other["aws_secret_access_key"],
                              other["aws_session_token"])

    def test_login(self):
        """The PAM module's helper: a wrong code, then a good one."""
        ours, theirs = socket.socketpair()
        with ours, theirs, ours.makefile("rw") as records:
            helper = subprocess.Popen([AWS_MFA, "pam", "--profile", "work"], env=self.env,
                                      stdin=subprocess.DEVNULL, pass_fds=[3],
                                      preexec_fn=lambda: os.dup2(theirs.fileno(), 3))
            theirs.close()
            codes = self.user.wrong_code(), self.user.code()
            for code, status in zip(codes, ("11", "0")):
                records.write(f"code {code}\n")
                records.flush()
                while not (line := records.readline()).startswith("result "):
                    self.assertTrue(line)
                self.assertEqual(line.split()[1], status, line)
            self.assertEqual(helper.wait(20), 0)
        self.assert_forgotten(*codes)


if __name__ == "__main__":
    unittest.main()
