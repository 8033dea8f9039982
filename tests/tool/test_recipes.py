"""Commands of aws-mfa(1), as they stand: those of EXAMPLES, and some of its text."""

import re
import shutil
import subprocess
import unittest

from home import config, long_term
from host import ROLE, HostTest
from paths import STAGE
from terminal import Terminal
from test_pages import PAGES, lines

PAGE = PAGES[0]


def command(words):
    """-> the command of EXAMPLES that has these words, as a reader types it"""
    text = PAGE.read_text().partition(".Sh EXAMPLES")[2].partition("\n.Sh ")[0]
    text = re.sub(r"\\e\n *", "", text).replace(r"\(dq", '"').replace(r"\e", "\\")
    return next(line.removeprefix(".Dl ") for line in text.splitlines() if words in line)


class Examples(HostTest):
    def setUp(self):
        super().setUp()
        self.env["PATH"] = f"{STAGE}/bin:/usr/bin:/bin"

    def asked(self, words):
        terminal = Terminal(["/bin/sh", "-c", command(words)], self.env, all_on_it=True)
        terminal.expect("MFA code of ")
        terminal.send(self.user.code() + "\n")
        self.assertEqual(terminal.wait()[0], 0, terminal.screen)

    def test_a_script_that_has_the_code(self):
        script = f"code={self.user.code()}; {command('printf')}"
        run = subprocess.run(["/bin/sh", "-c", script], env=self.env, timeout=60, text=True,
                             capture_output=True, stdin=subprocess.DEVNULL)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("aws_session_token", self.section())

    def test_a_role_in_a_profile_of_its_own(self):
        self.asked("--assume-role")
        self.assertEqual(self.section("work-admin")["assumed_role_arn"], ROLE)

    def test_keys_where_aws_configure_writes_them(self):
        self.write_credentials(long_term(self.user).replace("[work-long-term]", "[default]"))
        self.config.write_text(config(self.box.url, self.box.ca_path).replace("profile work", "default"))
        self.asked("--long-term-suffix none")
        self.assertIn("aws_session_token", self.section("default-mfa"))


class Environment(HostTest):
    def test_a_session_for_a_program_that_reads_the_environment_only(self):
        export = command("aws configure export-credentials --profile work")
        run = self.aws_mfa("--token", "-", input=self.user.code() + "\n")
        self.assertEqual(run.returncode, 0, run.stderr)
        shell = subprocess.run(["/bin/sh", "-ec", export + "; env"], env=self.env, timeout=60,
                               capture_output=True, text=True, stdin=subprocess.DEVNULL)
        self.assertEqual(shell.returncode, 0, shell.stderr)
        if "Invalid choice" in shell.stderr:
            self.skipTest("this AWS CLI has no export-credentials")
        got = dict(line.split("=", 1) for line in shell.stdout.splitlines() if "=" in line)
        section = self.section()
        for key in ("aws_access_key_id", "aws_secret_access_key", "aws_session_token"):
            self.assertEqual(got[key.upper()], section[key])


class Elsewhere(HostTest):
    """Commands that stand in the text of the page."""

    def ran(self, line, shell="sh", more=""):
        self.assertIn(line, lines(PAGE))
        run = subprocess.run([shell, "-c", line + more], env={**self.env, "PATH": f"{STAGE}/bin:/usr/bin:/bin"},
                             capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        return run.stdout

    def test_which_program_it_is(self):
        """The Python tool does not know this option."""
        self.assertRegex(self.ran("aws-mfa --version"), r"\Aaws-mfa \(pam-aws-mfa\) \d")

    def test_the_session_in_fish(self):
        if not shutil.which("fish"):
            self.skipTest("no fish here")
        self.aws_mfa("--token", self.user.code())
        self.assertIn(f"AWS_SESSION_TOKEN={self.section()['aws_session_token']}\n",
                      self.ran("aws-mfa export work --format fish | source", "fish", "; env"))


if __name__ == "__main__":
    unittest.main()
