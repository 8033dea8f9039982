"""aws-mfa as a job of a shell: ^Z, fg and bg at its prompts, and signals there."""

import fcntl
import os
import shutil
import signal
import struct
import termios
import time
import unittest
from pathlib import Path

from host import HostTest
from paths import AWS_MFA
from terminal import Terminal

HIDDEN = "Secret access key (hidden): "
CODE = "(for work): "


class Shell:
    """A shell on a terminal."""

    SHELL = ()

    def setUp(self):
        super().setUp()
        if not shutil.which(self.SHELL[0]):
            self.skipTest(f"no {self.SHELL[0]} here")
        self.shell = Terminal(self.SHELL, {**self.env, "PS1": "$ ", "TERM": "dumb", "HISTFILE": ""},
                              all_on_it=True)
        self.addCleanup(self.shell.wait)
        self.addCleanup(self.shell.process.kill)
        self.expect("$ ")
        self.before = self.modes()

    def tell(self, command):
        self.shell.seen = len(self.shell.screen)
        self.shell.send(command + "\n")

    def expect(self, text):
        return self.shell.expect(text, timeout=10)

    def modes(self):
        """The modes that a program finds if the shell starts it now."""
        self.tell("echo mod''es=$(stty -g)=")
        self.expect("modes=")
        found = self.expect("=")
        self.assertRegex(found, r"^[0-9a-f:]{20,}$")
        return found

    def stopped(self):
        """Waits for the shell's message and its next prompt."""
        self.expect("Stopped")
        self.expect("$ ")

    def pid(self, name="aws-mfa"):
        """The one job, from the kernel and not from the shell."""
        end = time.monotonic() + 10
        while time.monotonic() < end:
            for child in Path(f"/proc/{self.shell.process.pid}/task/{self.shell.process.pid}/children"
                              ).read_text().split():
                if Path(f"/proc/{child}/comm").read_text() == name + "\n":
                    return int(child)
            time.sleep(0.01)
        raise AssertionError(f"no {name} runs")


class Jobs(Shell):
    def start(self, *args, behind=""):
        self.tell(f"{AWS_MFA} --profile work {' '.join(args)} {behind}")

    def setup_until_secret(self):
        self.start("--setup")
        self.expect("Replace its keys? [y/N] ")
        self.shell.send("y\n")
        self.expect("Access key ID (hidden): ")
        self.key = self.user.add_key()
        self.shell.send(f"{self.key.access_key_id}\n")
        self.expect(HIDDEN)
        self.assertFalse(self.shell.echo())

    def finish_setup(self):
        self.assertFalse(self.shell.echo())
        secret = self.key.secret_access_key
        self.shell.send(secret + "\n")
        seen = self.expect("(Enter: none): ")
        self.assertTrue(self.shell.echo())
        for question in ("? [Y/n] ", "(Enter: later): ", "Next: "):
            self.shell.send("\n")
            seen += self.expect(question)
        self.assertNotIn(secret[:12], seen)
        self.assertEqual(self.section("work-long-term")["aws_secret_access_key"], secret)

    def state(self, expected):
        pid, end = self.pid(), time.monotonic() + 10
        while (now := Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]) != expected:
            self.assertLess(time.monotonic(), end, f"{now}, not {expected}")
            time.sleep(0.01)

    def test_stopped_at_a_hidden_prompt(self):
        self.setup_until_secret()
        self.shell.send("half\x1a")
        self.stopped()
        self.assertEqual(self.modes(), self.before)
        self.tell("fg")
        self.expect(HIDDEN)
        self.finish_setup()
        self.assertEqual(self.modes(), self.before)

    def test_twice_and_in_the_background_between(self):
        self.setup_until_secret()
        for _ in range(2):
            self.shell.send("\x1a")
            self.stopped()
            self.tell("bg")
            self.expect("$ ")
            self.state("T")
            self.assertEqual(self.modes(), self.before)
            self.tell("fg")
            self.expect(HIDDEN)
        self.finish_setup()
        self.assertEqual(self.modes(), self.before)

    def test_stopped_by_signals(self):
        """SIGSTOP stops it, too, and no program can catch that. Then bash repairs the modes; dash
        does not."""
        self.setup_until_secret()
        for number in (signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU, signal.SIGSTOP):
            with self.subTest(by=number.name):
                os.kill(self.pid(), number)
                self.stopped()
                if number != signal.SIGSTOP or self.MENDS_MODES:
                    self.assertEqual(self.modes(), self.before)
                self.tell("fg")
                self.expect(HIDDEN)
                self.assertFalse(self.shell.echo())
        self.finish_setup()
        self.assertEqual(self.modes(), self.before)

    def test_stopped_at_the_code(self):
        self.start("--force")
        self.expect(CODE)
        self.shell.send("123\x1a")
        self.stopped()
        self.assertEqual(self.modes(), self.before)
        self.tell("fg")
        self.expect(CODE)
        self.shell.send(self.user.code() + "\n")
        self.expect("is valid until")

    def test_stopped_after_a_wrong_code(self):
        self.start("--force")
        self.expect(CODE)
        self.shell.send(self.user.wrong_code() + "\n")
        self.expect("MFA code: ")
        self.shell.send("123\x1a")
        self.stopped()
        self.assertEqual(self.modes(), self.before)
        self.tell("fg")
        self.expect("MFA code: ")
        self.shell.send(self.user.code() + "\n")
        self.expect("is valid until")

    def test_started_in_the_background(self):
        """It does not ask, and does not read the text that is typed for the shell."""
        self.start("--setup", behind="&")
        self.state("T")
        self.assertEqual(self.modes(), self.before)
        self.tell("echo wha''t is typed")
        self.assertNotIn("[y/N]", self.expect("what is typed"))
        self.tell("fg")
        self.expect("[y/N] ")
        self.shell.send("\n")
        self.expect("is kept")

    def test_ended_while_it_is_stopped(self):
        self.setup_until_secret()
        self.shell.send("\x1a")
        self.stopped()
        pid = self.pid()
        os.kill(pid, signal.SIGTERM)
        os.kill(pid, signal.SIGCONT)
        end = time.monotonic() + 10
        while Path(f"/proc/{pid}/stat").exists():
            self.assertLess(time.monotonic(), end)
            self.tell("")           # a shell reaps its jobs between commands
            time.sleep(0.05)
        self.assertEqual(self.modes(), self.before)


class InBash(Jobs, HostTest):
    """bash has separate modes for editing, and keeps a job's modes for the job."""

    SHELL = ("bash", "--norc", "--noprofile", "-i")
    MENDS_MODES = True


class InDash(Jobs, HostTest):
    """dash does not change the modes."""

    SHELL = ("dash", "-im")
    MENDS_MODES = False


class Signals(HostTest):
    def test_a_window_that_changes_its_size(self):
        for args, question in [((), CODE), (("--setup",), "[y/N] ")]:
            term = self.terminal(*args)
            term.expect(question)
            for rows in range(20, 25):
                fcntl.ioctl(term.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, 80, 0, 0))
                os.kill(term.process.pid, signal.SIGWINCH)
            term.send("\x04")
            self.assertEqual(term.wait()[0], 2)
            self.assertEqual(term.screen.count(question), 1, term.screen)

    def test_ended_at_a_prompt(self):
        """The terminal has its old modes, and the shell does not get the half of an answer."""
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP):
            for hidden in (False, True):
                with self.subTest(by=number.name, hidden=hidden):
                    term = self.terminal(*(["--setup"] if hidden else []))
                    before = termios.tcgetattr(term.fd)
                    for question, answer in [("[y/N] ", "y\n"), ("ID (hidden): ", "AKIA" + "A" * 16 + "\n"),
                                             ("key (hidden): ", "half")] if hidden else [(CODE, "123")]:
                        term.expect(question)
                        term.send(answer)
                    os.kill(term.process.pid, number)
                    term.process.wait(10)
                    self.assertEqual(termios.tcgetattr(term.fd), before)
                    self.assertEqual(term.wait()[0], -number)
                    self.assertEqual(term.left, 0)

    def test_what_is_ignored_stays_ignored(self):
        term = Terminal(["sh", "-c", "trap '' INT HUP TSTP; exec \"$@\"", "sh", AWS_MFA, "--profile",
                         "work"], self.env)
        term.expect(CODE)
        for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTSTP):
            os.kill(term.process.pid, number)
        term.send(self.user.code() + "\n")
        self.assertEqual(term.wait()[0], 0)


if __name__ == "__main__":
    unittest.main()
