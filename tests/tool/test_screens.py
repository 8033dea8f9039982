"""The screens of aws-mfa(1), compared with what the program prints, and its other blocks of commands.
Those of EXAMPLES run in test_recipes.py, the table of PAM STACKS in live/test_doctor_stack.py."""

import os
import re
import unittest
import unittest.mock

import botocore.session

from home import long_term, write
from host import ROLE, HostTest
from paths import STAGE
from terminal import Terminal
from test_pages import PAGES, blocks
from tool import test_status
from tool.looking import keys, noon, session, static
from tool.rotating import RotateTest

# What differs from run to run.
VARIES = [(r"\b\d{6}\b(?! *d)", "CODE"), (r"\bAKIA[A-Z0-9]{16}\b", "KEY"), (r"code in \d+ s", "code in N s"),
          (r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?", "WHEN"), (r"\(\d\d:\d\d\)", "(hh:mm)"),
          (r"\b11 h 59 min", "12 h"), (r"\b59 min", "1 h"), (r"(?m)^aws-mfa: waiting for AWS.*\n", "")]


def block(beginning):
    """-> the block of the page that begins so"""
    found, = [text for text in blocks(PAGES[0]) if text.startswith(beginning)]
    return found


def same(text, wrapped=False):
    """-> text without what varies, and also without line ends if the page wraps a long line"""
    for varies, word in VARIES:
        text = re.sub(varies, word, text)
    if wrapped:
        text = " ".join(text.split())
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


class ScreenTest(HostTest):
    def setUp(self):
        super().setUp()
        (self.home / "bin").mkdir()
        self.env |= {"PATH": f"{STAGE}/bin:{self.home}/bin:/usr/bin:/bin", "TERM": "dumb", "TZ": "JST-9"}

    def make_program(self, name, text):
        write(self.home / "bin" / name, f"#!/bin/sh\n{text}\n", 0o755)

    def profiles(self):
        """Profiles admin and stage, with the settings of work."""
        text = self.config.read_text()
        self.config.write_text("".join(text.replace("profile work", f"profile {name}")
                                       for name in ("work", "admin", "stage")))

    def screen(self, command, *answers, columns=80):
        """Types command, and each answer at a question. -> what a person sees then, with the command"""
        term = Terminal(["/bin/sh", "-c", command], self.env, all_on_it=True,
                        pair=test_status.AtTheTerminal.pair(columns))
        for answer in answers:
            term.expect("MFA code")
            term.expect(": ")
            term.send(answer)
        term.wait()
        text = term.screen.replace("\r\n", "\n").partition("^C")[0]
        return f"$ {command}\n" + text

    def shows(self, beginning, *answers, serials=(), columns=80, wrapped=False):
        """The block with this beginning, up to its next command, is the screen of its first line.
        serials: (of the test, of the page)"""
        expected = block(beginning).partition("\n$ ")[0]
        command = expected.partition("\n")[0].removeprefix("$ ")
        found = self.screen(command, *answers, columns=columns)
        for ours, its in [(self.user.serial, "arn:aws:iam::123456789012:mfa/alice"), *serials]:
            found = found.replace(ours, its)
        self.assertEqual(same(found, wrapped), same(expected, wrapped))


class Asking(ScreenTest):
    def test_a_wrong_code(self):
        wrong = self.user.wrong_code() + "\n"
        found = self.screen("aws-mfa --profile work", wrong, wrong, "\x03").partition("\n")[2]
        found = found.replace(self.user.serial, "arn:aws:iam::123456789012:mfa/alice")
        self.assertEqual(same(found), same(block("MFA code of")))

    def test_the_code_of_a_program(self):
        self.make_program("ykman", f"echo 'Touch your YubiKey...' >&2; echo {self.user.code()}")
        self.shows("$ aws-mfa --profile work --token-command", wrapped=True)

    def test_several_profiles(self):
        other = self.box.add_user(f"{self.user.name}-b", account="222222222222")
        self.write_credentials(long_term(self.user) + long_term(self.user, "admin")
                               + f"assume_role = {ROLE}\n" + long_term(other, "stage"))
        self.profiles()
        self.shows("$ aws-mfa refresh work admin stage", self.user.code() + "\n", other.code() + "\n",
                   serials=[("mfa/alice (for work, admin)", "mfa/phone (for work, admin)"),
                            (other.serial, "arn:aws:iam::222222222222:mfa/token")])

    def test_several_profiles_by_also(self):
        """The block with `also` says of one command that it does the same as the other."""
        self.write_credentials(long_term(self.user) + block("[work-long-term]").partition("\n")[2]
                               + long_term(self.user, "admin") + long_term(self.user, "stage"))
        self.profiles()
        found = self.screen("aws-mfa --profile work", self.user.code() + "\n")
        self.assertRegex(found, r"\nwork   valid    (12 h|11 h 59 min)\nadmin  valid    \1\nstage  valid    \1\n$")

    def test_one_command(self):
        self.make_program("terraform", "[ $# = 1 ] && [ -n \"$AWS_SESSION_TOKEN\" ] || echo none")
        self.shows("$ aws-mfa exec work", self.user.code() + "\n")

    def test_the_first_steps(self):
        """setup has tests of its own."""
        first, *rest = block("$ aws-mfa setup work").splitlines()
        self.assertEqual(first, "$ aws-mfa setup work")
        refresh, use = (line.removeprefix("$ ") for line in rest)
        self.make_program("aws", 'echo "$*"')
        self.env["PATH"] = f"{STAGE}/bin:{self.home}/bin:/usr/bin:/bin"
        self.assertIn("[work] is valid", self.screen(refresh, self.user.code() + "\n"))
        self.assertEqual(self.screen(use).partition("\n")[2], "--profile work s3 ls\n")


class Looking(ScreenTest):
    def test_status(self):
        write(self.credentials, keys(device="arn:aws:iam::123456789012:mfa/alice") + session(left=-7800 - 5))
        self.shows("$ aws-mfa status work", columns=76)

    def test_list(self):
        self.env["TZ"] = noon()
        role = "role_arn = arn:aws:iam::{}:role/{}\nsource_profile = {}\n".format
        write(self.credentials, keys() + session(left=3 * 3600 + 12 * 60 + 30) + session(
            "admin", 9 * 60 + 30, ROLE) + keys("stage", device="arn:aws:iam::222222222222:mfa/token")
            + session("stage", -7200 - 30) + static("legacy", "aws_account_id = 444444444444\n"))
        write(self.config, f"[profile admin]\n{role(123456789012, 'Admin', 'work')}"
              f"[profile prod]\n{role(333333333333, 'Ops', 'stage')}[profile corp]\n"
              "sso_session = c\nsso_account_id = 555555555555\nsso_role_name = Dev\n")
        found = self.screen("aws-mfa list").splitlines()
        expected = block("$ aws-mfa list").splitlines()
        # The order is that of the files; the page has the usual one.
        self.assertEqual(same("\n".join(found[:2] + sorted(found[2:]))),
                         same("\n".join(expected[:2] + sorted(expected[2:]))))

    def test_clear(self):
        write(self.credentials, keys() + session())
        self.shows("$ aws-mfa clear work", wrapped=True)


class Others(ScreenTest):
    def test_credential_process(self):
        text = block("[profile work-auto]")
        write(self.credentials, keys() + session())
        write(self.config, text)
        with unittest.mock.patch.dict(os.environ, self.env, clear=True):
            found = botocore.session.Session(profile="work-auto").get_credentials()
            self.assertEqual((found.method, found.access_key),
                             ("custom-process", self.section()["aws_access_key_id"]))


class Rotating(RotateTest, ScreenTest):
    def test_rotate(self):
        self.shows("$ aws-mfa rotate work\nMFA", self.user.code() + "\n")


if __name__ == "__main__":
    unittest.main()
