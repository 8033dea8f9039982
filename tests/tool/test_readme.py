"""README.md: each command that it shows for daily use runs here as it stands. README.ja.md shows the same
commands."""

import re
import subprocess
import unittest

from home import long_term, section
from host import ROLE, HostTest
from paths import REPO, STAGE
from terminal import Terminal
from tool.rotating import RotateTest
from tool.test_setup import SetupTest

BY_HAND, DAILY = "## Use it by hand", "## Daily life"
# The workflow without this product, and the Python tool, which has many users in Japan.
ONLY_JAPANESE = "## こんな作業がなくなります", "## Python 版 aws-mfa を使っている方へ"


def text_of(page):
    return (REPO / page).read_text().replace("\\|", "|")


def part(text, heading):
    return text.partition(f"\n{heading}\n")[2].partition("\n## ")[0]


def blocks(text):
    """-> the lines of indented blocks, without what follows a #"""
    return {re.sub(r"\s+# .*", "", line).strip() for line in re.findall(r"(?m)^ {4,}(\S.*)$", text)}


def commands(text):
    """-> what stands in backquotes or in a block, and is a command with arguments"""
    names = blocks(text) | {" ".join(span.split()) for span in re.findall(r"`([^`]+)`", text)}
    return {name for name in names if " " in name and not name.startswith("$")}


README = text_of("README.md")
COMMANDS = {name for heading in (BY_HAND, DAILY) for name in commands(part(README, heading))
            if "COMMAND" not in name} - {"ssh -J", "aws-mfa exec"}
run_here = set()


def runs(command):
    run_here.add(command)

    def with_command(test):
        return lambda self: test(self, command)
    return with_command


class ReadmeTest(HostTest):
    def setUp(self):
        super().setUp()
        self.bin = self.home / "bin"
        self.bin.mkdir()
        self.env["PATH"] = f"{STAGE}/bin:{self.bin}:/usr/bin:/bin"

    def program(self, name, text):
        (self.bin / name).write_text(f"#!/bin/sh\n{text}\n")
        (self.bin / name).chmod(0o755)

    def shell(self, text, status=0, input=""):
        run = subprocess.run(["/bin/sh", "-ec", text], env=self.env, input=input, text=True,
                             capture_output=True, timeout=60, start_new_session=True)
        self.assertEqual(run.returncode, status, run.stdout + run.stderr)
        return run.stdout

    def asked(self, text, *codes):
        terminal = Terminal(["/bin/sh", "-c", text], self.env, all_on_it=True)
        for code in codes or (self.user.code(),):
            terminal.expect("MFA code of ")
            terminal.send(code + "\n")
        self.assertEqual(terminal.wait()[0], 0, terminal.screen)
        return terminal.screen

    def valid(self):
        self.shell("aws-mfa --profile work --token -", input=self.user.code() + "\n")
        return self.section()


class ByHand(ReadmeTest):
    def test_each_command_is_run(self):
        self.assertGreater(len(COMMANDS), 12)
        self.assertEqual(COMMANDS, run_here | {"aws-mfa rotate work --finish"})

    @runs("aws-mfa --profile work")
    def test_a_code(self, command):
        self.asked(command)
        self.assertIn("aws_session_token", self.section())

    @runs("aws --profile work sts get-caller-identity")
    def test_aws(self, command):
        self.valid()
        self.env |= {"AWS_ENDPOINT_URL": self.box.url, "AWS_CA_BUNDLE": str(self.box.ca_path),
                     "AWS_DEFAULT_REGION": "us-east-1"}
        # An awscli of before 2.13 does not know AWS_ENDPOINT_URL.
        told = command.replace("aws ", f"aws --endpoint-url {self.box.url} ", 1)
        self.assertIn(f"user/{self.user.name}", self.shell(told))

    @runs("aws-mfa status work")
    def test_until_when(self, command):
        self.valid()
        self.assertIn("valid", self.shell(command))

    @runs("aws-mfa status -q work || aws-mfa --profile work")
    def test_in_a_script(self, command):
        self.asked(command)
        self.assertEqual(self.shell(command), "")

    @runs("aws-mfa list")
    def test_all_profiles(self, command):
        self.valid()
        self.assertRegex(self.shell(command), r"(?m)^work +valid ")

    @runs("aws-mfa exec work -- terraform plan")
    def test_one_command(self, command):
        self.program("terraform", 'echo "$1 $AWS_SESSION_TOKEN"')
        self.assertEqual(self.shell(command, 125), "")
        session = self.valid()
        self.assertEqual(self.shell(command), f"plan {session['aws_session_token']}\n")

    @runs('eval "$(aws-mfa export work)"')
    def test_this_shell(self, command):
        session = self.valid()
        self.assertEqual(self.shell(command + '; echo "$AWS_SESSION_TOKEN"'),
                         session["aws_session_token"] + "\n")

    @runs("aws-mfa export work --format dotenv")
    def test_a_file_of_ci(self, command):
        session = self.valid()
        self.assertIn(f"AWS_ACCESS_KEY_ID={session['aws_access_key_id']}\n", self.shell(command))

    @runs("aws-mfa refresh work stage")
    def test_several_profiles(self, command):
        self.write_credentials(long_term(self.user) + long_term(self.user).replace("work", "stage"))
        self.config.write_text(self.config.read_text() +
                               self.config.read_text().replace("profile work", "profile stage"))
        self.asked(command)
        self.assertEqual(self.section(), self.section("stage"))

    @runs("aws-mfa --profile work --token-command 'ykman oath accounts code -s aws'")
    def test_no_typing(self, command):
        self.program("ykman", f'[ "$*" = "oath accounts code -s aws" ] && echo {self.user.code()}')
        self.shell(command)
        self.assertIn("aws_session_token", self.section())

    @runs("aws-mfa clear work")
    def test_no_session_any_more(self, command):
        self.valid()
        self.shell(command)
        self.assertNotIn("aws_session_token", self.section())

    @runs("aws-mfa doctor work")
    def test_what_is_wrong(self, command):
        self.valid()
        self.shell(command)


class Daily(ReadmeTest):
    def setUp(self):
        super().setUp()
        self.env["AWS_PROFILE"] = "work"

    @runs("aws-mfa status -q || aws-mfa")
    def test_before_a_program_that_cannot_ask(self, command):
        self.asked(command)
        self.assertEqual(self.shell(command), "")

    @runs("credential_process = aws-mfa export work --format process")
    def test_a_program_that_asks_the_file(self, line):
        self.valid()
        self.config.write_text(f"{self.config.read_text()}[profile other]\n{line}\n")
        self.assertIn(f"user/{self.user.name}", self.aws("sts", "get-caller-identity", profile="other").stdout)

    @runs("aws-mfa status -q work")
    def test_cron(self, command):
        self.shell(command, 1)
        self.valid()
        self.shell(command)

    @runs("aws-mfa --assume-role ARN")
    def test_a_role(self, command):
        self.asked(command.replace("ARN", ROLE))
        self.assertEqual(self.section()["assumed_role_arn"], ROLE)

    @runs("aws-mfa exec admin -- aws s3 ls")
    def test_a_profile_with_a_role(self, command):
        self.config.write_text(f"{self.config.read_text()}[profile admin]\nrole_arn = {ROLE}\n"
                               f"source_profile = work\nendpoint_url = {self.box.url}\n"
                               f"ca_bundle = {self.box.ca_path}\n")
        self.program("aws", 'echo "ran $* with $AWS_ACCESS_KEY_ID"')
        key = re.search(r"ran s3 ls with (\w+)", self.asked(command))[1]
        self.assertIn("assumed-role/Admin/", self.box.accounts.sessions[key].arn)


class Setup(SetupTest):
    @runs("aws-mfa setup work")
    def test_setup(self, command):
        status, screen, _ = self.answers(
            *self.keys(), ("(Enter: none): ", "eu-west-1"), ("? [Y/n] ", ""),
            ("(Enter: later): ", self.user.code()), args=command.split()[1:])
        self.assertEqual(status, 0, screen)
        self.assertEqual(section(self.config, "profile work"), {"region": "eu-west-1"})


class Rotate(RotateTest):
    @runs("aws-mfa rotate work")
    def test_a_new_key(self, command):
        finish = command + " --finish"
        for line in (command, finish):
            self.rotate(*line.split()[3:])
        second, = self.user.keys
        self.assertNotEqual(second, self.first)
        self.assertEqual(self.keys()["aws_access_key_id"], second.access_key_id)


class PythonTool(HostTest):
    """What README.ja.md tells its users."""

    def test_options(self):
        shown = commands(part(text_of("README.ja.md"), ONLY_JAPANESE[1]))
        arn = "arn:aws:iam::123456789012:role/Admin"
        self.assertEqual(arn, ROLE)
        for option in (f"--assume-role {arn}", "--duration 12h"):
            self.assertIn(option, shown)
            run = self.aws_mfa("--force", "--token", self.user.code(), *option.split())
            self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual([r.params["DurationSeconds"] for r in self.box.requests
                          if r.action in ("AssumeRole", "GetSessionToken")][-1], "43200")


class Length(unittest.TestCase):
    def test_at_most_three_screens(self):
        """Of 50 lines each."""
        self.assertLessEqual(README.count("\n"), 150)


class Japanese(unittest.TestCase):
    def test_the_commands_are_the_same(self):
        page = text_of("README.ja.md")
        for heading in ONLY_JAPANESE:
            self.assertIn(f"\n{heading}\n", page)
            page = page.replace(part(page, heading), "")
        self.assertEqual(commands(page), commands(README))

    def test_the_links_are_the_same(self):
        found = [set(re.findall(r"\]\(([^)]+)\)", text_of(page))) - {"README.md", "README.ja.md"}
                 for page in ("README.md", "README.ja.md")]
        self.assertEqual(*found)


if __name__ == "__main__":
    unittest.main()
