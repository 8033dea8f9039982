"""Commands that aws-mfa(1) shows, and that need the AWS CLI."""

import re
import subprocess
import unittest

from host import HostTest
from paths import REPO

PAGE = REPO / "tool/aws-mfa.1"


class Environment(HostTest):
    def test_a_session_for_a_program_that_reads_the_environment_only(self):
        command = re.search(r"(?m)^\.Dl (eval .*)$", PAGE.read_text())[1].replace(r"\(dq", '"')
        self.assertIn("aws configure export-credentials --profile work", command)
        run = self.aws_mfa("--token", "-", input=self.user.code() + "\n")
        self.assertEqual(run.returncode, 0, run.stderr)
        shell = subprocess.run(["/bin/sh", "-ec", command + "; env"], env=self.env, timeout=60,
                               capture_output=True, text=True, stdin=subprocess.DEVNULL)
        self.assertEqual(shell.returncode, 0, shell.stderr)
        if "Invalid choice" in shell.stderr:
            self.skipTest("this AWS CLI has no export-credentials")
        got = dict(line.split("=", 1) for line in shell.stdout.splitlines() if "=" in line)
        section = self.section()
        for key in ("aws_access_key_id", "aws_secret_access_key", "aws_session_token"):
            self.assertEqual(got[key.upper()], section[key])


if __name__ == "__main__":
    unittest.main()
