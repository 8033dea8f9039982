"""The SDKs for Go, Ruby and JavaScript use a session in each of the four ways that it reaches them:
from the file, by exec, by export and by credential_process. `make check-sdks` runs this."""

import os
import subprocess
import unittest
from pathlib import Path

from paths import AWS_MFA, BUILD, TESTS
from tool.handing import HandingTest

# `make check-sdks` makes it.
FOLDER = Path(os.environ.get("SDKS", BUILD / "sdks"))
CALLERS = {"Go": [FOLDER / "caller-go"],
           "Ruby": ["/usr/bin/ruby", TESTS / "sdks/caller.rb"],
           "JavaScript": ["node", TESTS / "sdks/caller.mjs"]}


@unittest.skipUnless("SDKS" in os.environ, "takes its time: make deps-sdks check-sdks")
class Sdks(HandingTest):
    def setUp(self):
        super().setUp()
        run = self.aws_mfa("--token", self.user.code())
        self.assertEqual(run.returncode, 0, run.stderr)
        self.config.write_text(self.config.read_text() + (
            f"[profile auto]\ncredential_process = {AWS_MFA} export work --format process\n"))
        self.env |= {"AWS_CA_BUNDLE": str(self.box.ca_path), "NODE_EXTRA_CA_CERTS": str(self.box.ca_path),
                     "AWS_REGION": "us-east-1", "SDK_FOLDER": str(FOLDER),
                     "PATH": os.environ["PATH"], "AWS_EC2_METADATA_DISABLED": "true"}

    def caller_is_the_user(self, caller, profile=None, before=""):
        words = [*caller, self.box.url, *([profile] if profile else [])]
        run = subprocess.run(["sh", "-c", f'{before}exec "$@"', "sh", *words], env=self.env, text=True,
                             capture_output=True, timeout=120)
        self.assertEqual((run.returncode, run.stdout), (0, self.user.arn + "\n"), run.stderr)

    def test_each_in_each_way(self):
        for name, caller in CALLERS.items():
            with self.subTest(name, way="file"):
                self.caller_is_the_user(caller, "work")
            with self.subTest(name, way="exec"):
                self.caller_is_the_user([AWS_MFA, "exec", "work", "--", *caller])
            with self.subTest(name, way="export"):
                self.caller_is_the_user(caller, before=f'eval "$({AWS_MFA} export work)"; ')
            with self.subTest(name, way="credential_process"):
                self.caller_is_the_user(caller, "auto")

    def test_what_would_lead_elsewhere(self):
        """With AWS_PROFILE and the variables of containers set, exec's session is used all the same."""
        self.env |= {"AWS_PROFILE": "nosuch", "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/x",
                     "AWS_WEB_IDENTITY_TOKEN_FILE": "/nonexistent", "AWS_SECURITY_TOKEN": "other",
                     "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1/"}
        for name, caller in CALLERS.items():
            with self.subTest(name, way="exec"):
                self.caller_is_the_user([AWS_MFA, "exec", "work", "--", *caller])
            with self.subTest(name, way="export"):
                self.caller_is_the_user(caller, before=f'eval "$({AWS_MFA} export work)"; ')


if __name__ == "__main__":
    unittest.main()
