"""aws-mfa as a person sees it: keys typed, and the screen of a real terminal."""

import contextlib
import os
import re
import shutil
import time
import unittest

from home import long_term
from host import HostTest
from open_clone import trust
from paths import BUILD, STAGE
from sandbox import faults
from tmux import Tmux

ID, SECRET = "Access key ID (hidden):", "Secret access key (hidden):"


@unittest.skipUnless(shutil.which("tmux"), "no tmux")
class TmuxTest(HostTest):
    columns = 80

    def setUp(self):
        super().setUp()
        self.env |= {"PATH": f"{self.program.parent}:/usr/bin:/bin", "AWS_PROFILE": "work"}
        self.window = Tmux(self.addCleanup, self.env, self.columns)

    def question(self, what="for"):
        return f"MFA code of {self.user.serial} ({what} work):"

    def start(self, command="aws-mfa", question=None):
        self.window.run(command)
        return self.window.wait(question or self.question())

    def answer(self, text):
        self.window.type(text)
        self.window.key("Enter")
        return self.window.wait("$")

    def shows(self, *expected):
        """Checks the last lines on the screen. The first of them is that of the command."""
        lines = self.window.screen()[-len(expected):]
        for line, pattern in zip(lines, expected):
            self.assertRegex(line, f"^{pattern}$", lines)
        self.assertEqual(len(lines), len(expected), lines)

    def modes(self):
        """What the shell says of the terminal and of the last status."""
        file = self.home / "modes"
        file.unlink(missing_ok=True)
        self.window.run(f"echo $? >{file}.new; stty -g >>{file}.new; mv {file}.new {file}")
        end = time.monotonic() + 10
        while not file.exists():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.01)
        return file.read_text().split()


class Prompts(TmuxTest):
    @classmethod
    def setUpClass(cls):
        if os.geteuid() == 0:
            with contextlib.suppress(unittest.SkipTest):    # the clone may be fit as it is
                trust(STAGE / "etc")
        super().setUpClass()

    def dialogues(self):
        """-> commands, with their questions and the answers that lead to the next one"""
        key = self.user.add_key()
        yield "aws-mfa", [(self.question(), None)]
        yield "aws-mfa rotate", [(self.question("to rotate"), None)]
        yield "aws-mfa setup", [("[y/N]", None)]
        yield "aws-mfa setup new", [(ID, key.access_key_id), (SECRET, key.secret_access_key),
                                    ("(Enter: none):", ""), ("? [Y/n]", ""), ("(Enter: later):", None)]
        other = self.box.add_user(f"{self.user.name}-other")
        for name in ("b", "c"):
            other.add_device(f"{other.name}-{name}")
        self.write_credentials(f"{self.credentials.read_text()}[old]\naws_access_key_id = {other.access_key_id}\n"
                               f"aws_secret_access_key = {other.secret_access_key}\n")
        yield "aws-mfa setup old", [("Move it to [old-long-term]? [Y/n]", ""), ("device [1-3]:", None)]
        self.box.fault("ListMFADevices", faults.close())
        yield "aws-mfa setup old", [("[Y/n]", ""), ("MFA device (hidden):", None)]
        self.box.clear_faults()
        second = self.box.add_user(f"{self.user.name}-second")
        self.write_credentials(self.credentials.read_text() + long_term(second, "second"))
        yield "aws-mfa refresh --force work second", [("(for work):", self.user.code()), ("(for second):", None)]
        if os.geteuid() == 0:
            yield "aws-mfa keystore add root", [(ID, key.access_key_id), (SECRET, None)]

    def test_stopped_and_interrupted_at_every_prompt(self):
        """Then the terminal is as before, and the shell does not read the half of an answer."""
        keys = STAGE / "etc/aws-mfa/keys"
        if not keys.exists():       # `keystore add` makes it, and doctor would find a keystore here
            self.addCleanup(lambda: keys.exists() and keys.rmdir())
        window = self.window
        _, before = self.modes()
        for command, steps in self.dialogues():
            for n in range(1, len(steps) + 1):
                self.interrupts(command, steps[:n], n == len(steps), before)
        self.assertEqual(self.section("new"), {})
        self.assertEqual(self.section("old-long-term"), {})

    def interrupts(self, command, steps, stops, before):
        """Types ^C at the last of the steps, and ^Z at each before."""
        window = self.window
        window.run(f"AWS_ENDPOINT_URL={self.box.url} AWS_CA_BUNDLE={self.box.ca_path} {command}")
        for question, answer in steps:
            with self.subTest(command=command, question=question):
                window.wait(question)
                if stops:
                    window.type("half")
                    window.key("C-z")
                    self.assertRegex("\n".join(window.wait("$")), r"(?s)Stopped.*\n[$]$")
                    self.assertEqual(self.modes()[1], before)
                    window.run("fg")
                    window.wait(question)
                if (question, answer) != steps[-1]:
                    window.type(answer)
                    window.key("Enter")
                    continue
                window.type("half")
                window.key("C-c")
                window.wait("$")
                self.assertEqual(self.modes(), ["130", before])

    def test_a_window_that_is_resized(self):
        self.start()
        self.window.type(self.user.code()[:3])
        for columns in (40, 100, 60):
            self.window.resize(columns)
        self.window.key("C-u")
        self.answer(self.user.code())
        self.shows(re.escape(self.question()) + r" \d{6}", r"aws-mfa: \[work\] is valid until .*", r"[$]")

    def test_pasted_with_the_end_of_the_line(self):
        self.start()
        self.window.paste(self.user.code() + "\n")
        self.window.wait("$")
        self.assertIn("aws_session_token", self.section())
        # the two lines of a console's page, at the first question
        key = self.user.add_key()
        self.start(f"AWS_ENDPOINT_URL={self.box.url} AWS_CA_BUNDLE={self.box.ca_path} aws-mfa setup new", ID)
        self.window.paste(f"{key.access_key_id}\n{key.secret_access_key}\n")
        self.window.wait(SECRET)        # what came before the question is no answer to it
        self.window.paste(key.secret_access_key + "\n")
        self.window.wait("(Enter: none):")
        shown = "".join(self.window.screen())
        self.assertIn("40 characters read", shown)
        self.assertNotIn(key.secret_access_key[:12], shown)
        self.window.key("C-c")
        self.window.wait("$")

    def test_one_that_nobody_answers_for_long(self):
        """The programs here keep the connection for one second instead of five minutes, and the server
        for half a second. Then it is made anew."""
        before, self.box.idle_timeout = self.box.idle_timeout, 0.5
        self.addCleanup(setattr, self.box, "idle_timeout", before)
        self.start(str(BUILD / "tests/idle/aws-mfa"))
        time.sleep(2)           # what is tested is the time itself
        connections = self.box.connections
        time.sleep(1.3)
        self.assertEqual(self.box.connections, connections, "it is still kept warm")
        self.answer(self.user.code())
        self.shows(r"[$] .*aws-mfa", re.escape(self.question()) + r" \d{6}", r"aws-mfa: \[work\] is valid .*", r"[$]")
        self.assertEqual(self.box.connections, connections + 1)

    def test_one_that_is_stopped_for_long(self):
        """Longer than --timeout, and than the connection lives. The time asleep counts for neither."""
        before, self.box.idle_timeout = self.box.idle_timeout, 0.5
        self.addCleanup(setattr, self.box, "idle_timeout", before)
        known = len(self.box.requests)
        self.start(f"{BUILD / 'tests/idle/aws-mfa'} --timeout 1")
        end = time.monotonic() + 10
        while len(self.box.requests) == known:      # the warm-up
            self.assertLess(time.monotonic(), end)
            time.sleep(0.01)
        self.window.key("C-z")
        self.window.wait("$")
        connections = self.box.connections
        time.sleep(1.7)         # what is tested is the time itself
        self.window.run("fg")
        self.window.wait(self.question())
        self.answer(self.user.code())
        self.shows(r"[$] fg", ".*/aws-mfa --timeout 1", re.escape(self.question()) + r" \d{6}",
                   r"aws-mfa: \[work\] is valid .*", r"[$]")
        self.assertGreater(self.box.connections, connections)


class Narrow(TmuxTest):
    columns = 40

    def test_waits(self):
        """Each line fits, and nothing of it is left: at the end, and after ^C and ^Z."""
        question = re.escape(self.question())
        self.box.fault("GetSessionToken", faults.delay(2.2), times=1)
        self.start()
        self.window.type(self.user.code())
        self.window.key("Enter")
        self.window.wait("aws-mfa: waiting for AWS's answer, 1 s")
        self.window.wait("aws-mfa: waiting for AWS's answer, 2 s")
        self.window.wait("$")
        self.shows(r"[$] aws-mfa", question + r" \d{6}", r"aws-mfa: \[work\] is valid until .*", r"[$]")
        self.box.fault("GetSessionToken", faults.delay(2.2), times=1)
        self.start("aws-mfa --force")
        self.window.type(self.user.code())
        self.window.key("Enter")
        self.window.wait("waiting for AWS's answer, 1 s")
        self.window.key("C-z")
        self.window.wait("$")
        self.shows(r"[$] aws-mfa --force", question + r" \d{6}", "", r"\[1\]\+  Stopped +aws-mfa --force", r"[$]")
        self.window.run("fg")
        self.window.wait("is valid until", last=False)
        self.box.fault("GetSessionToken", faults.hang(), times=1)
        self.start("aws-mfa --force")
        self.window.type(self.user.code())
        self.window.key("Enter")
        self.window.wait("waiting for AWS's answer, 1 s")
        self.window.key("C-c")
        self.window.wait("$")
        self.shows(r"[$] aws-mfa --force", question + r" \d{6}", "", r"[$]")

    def test_doctor(self):
        """Lines break between words."""
        self.window.run("AWS_ACCESS_KEY_ID=x aws-mfa doctor --offline")
        self.window.wait("run doctor again.", last=False)
        self.window.wait("$")
        shown = self.window.screen()
        self.assertIn("FAULT  AWS_ACCESS_KEY_ID is set in this", shown)
        self.assertIn("       unset AWS_ACCESS_KEY_ID \\", shown)
        self.assertLessEqual(max(len(line) for line in shown[1:]), self.columns, shown)

    def test_setup_and_two_profiles(self):
        """What is asked and told may wrap, a wait and the table of the profiles may not."""
        key = self.user.add_key()
        self.box.fault("GetCallerIdentity", faults.delay(1.3), times=1)
        self.start(f"AWS_ENDPOINT_URL={self.box.url} AWS_CA_BUNDLE={self.box.ca_path} aws-mfa setup new", ID)
        for answer, question in ((key.access_key_id, SECRET), (key.secret_access_key, "AWS's answer, 1 s"),
                                 (None, "(Enter: none):"), ("", "? [Y/n]"), ("", "(Enter: later):"), ("", "$")):
            if answer is not None:
                self.window.type(answer)
                self.window.key("Enter")
            self.window.wait(question)
        self.assertNotIn("waiting", "".join(self.window.screen()))
        text = self.config.read_text()
        self.config.write_text(text + text.replace("[profile work]", "[profile twin]"))
        self.write_credentials(long_term(self.user) + long_term(self.user, "twin"))
        self.box.fault("GetSessionToken", faults.delay(1.3), times=1)
        self.start("aws-mfa refresh work twin", "(for work, twin):")
        self.window.type(self.user.code())
        self.window.key("Enter")
        self.window.wait("AWS's answer, 1 s")
        self.window.wait("$")
        self.shows(r"[$] aws-mfa refresh work twin", r"MFA code of .* \(for work, twin\): \d{6}",
                   r"work  valid    1[12] h.*", r"twin  valid    1[12] h.*", r"[$]")

    def test_rotate(self):
        self.box.fault("CreateAccessKey", faults.delay(1.3), times=1)
        self.start("aws-mfa rotate", self.question("to rotate"))
        self.window.type(self.user.code())
        self.window.key("Enter")
        self.window.wait("AWS's answer, 1 s")
        self.window.wait("--finish", last=False)
        self.window.wait("$")
        self.shows(r"[$] aws-mfa rotate", re.escape(self.question("to rotate")) + r" \d{6}",
                   r"ok     created AKIA\w{16}", "ok     AWS accepts it", r"ok     \[work-long-term\] switched to it",
                   r"ok     AKIA\w{16} deactivated, not yet deleted.  Undo or finish:",
                   r"       aws-mfa rotate work --undo   \|   aws-mfa rotate work --finish", r"[$]")

    def test_a_screen_reader_gets_plain_lines(self):
        """TERM=dumb: no colors, and nothing that moves."""
        self.box.fault("GetSessionToken", faults.delay(1.3), times=1)
        self.start("TERM=dumb aws-mfa")
        self.answer(self.user.code())
        self.window.type("TERM=dumb aws-mfa --nonsense; TERM=dumb aws-mfa doctor --offline; TERM=dumb aws-mfa list")
        self.window.key("Enter")
        self.window.wait("work-long-term", last=False)
        self.window.wait("$")
        shown = self.window.screen("-e", "-S", "-")
        self.assertNotIn("\x1b", "".join(shown))
        self.assertIn("aws-mfa: waiting for AWS's answer ...", shown)


if __name__ == "__main__":
    unittest.main()
