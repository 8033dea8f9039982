"""Another program pauses while it writes the credentials file: nothing is lost or misjudged."""

import fcntl
import os
import signal
import threading
import time
import unittest

from host import HostTest

REST = 2.5
ADDED = "\n[editor]\nregion = eu-west-1\n"


class Writer(threading.Thread):
    """Truncates the file, writes text up to cut, pauses, and writes the rest."""

    def __init__(self, path, text, cut, rest=REST):
        super().__init__()
        self.path, self.text, self.cut, self.rest = path, text, cut, rest
        self.resting = threading.Event()

    def run(self):
        with open(self.path, "w") as file:
            file.write(self.text[:self.cut])
            file.flush()
            self.resting.set()
            time.sleep(self.rest)
            file.write(self.text[self.cut:])


class WrittenMeanwhile(HostTest):
    def setUp(self):
        super().setUp()
        self.anew()

    def anew(self):
        """A new device for each code: with one device it would be "used before"."""
        type(self).users += 1
        self.user = self.box.add_user(f"user{self.users}")
        self.write_credentials()
        self.text = self.credentials.read_text() + ADDED

    def cuts(self):
        keys = len(self.text) - len(ADDED)
        return {"empty": 0, "in the section's name": 8, "half": keys // 2,
                "all but the last line": keys, "all but a byte": len(self.text) - 1}

    def write(self, cut, rest=REST):
        writer = Writer(self.credentials, self.text, cut, rest)
        writer.start()
        self.addCleanup(writer.join)
        writer.resting.wait()
        return writer

    def check(self, run, writer):
        writer.join()
        self.assertIn(run.returncode, (0, 10), run.stderr)
        data = self.credentials.read_text()
        self.assertTrue(data.startswith(self.text), data)
        self.assertEqual(run.returncode == 0, "aws_session_token" in self.section())
        self.assertEqual(sorted(os.listdir(self.credentials.parent)),
                         [".credentials.aws-mfa-lock", "config", "credentials"])

    def test_while_the_keys_are_read(self):
        for name, cut in self.cuts().items():
            with self.subTest(name):
                self.anew()
                writer = self.write(cut)
                self.check(self.aws_mfa("--token", self.user.code()), writer)

    def test_while_the_session_is_stored(self):
        for name, cut in self.cuts().items():
            with self.subTest(name):
                self.anew()
                run = self.terminal()
                run.expect("MFA code")
                writer = self.write(cut)
                run.send(self.user.code() + "\n")
                status, out, err = run.wait()
                writer.join()
                self.assertIn(status, (0, 10), err)
                if status == 10:
                    self.assertIn("another program has it open for writing", err)
                self.assertTrue(self.credentials.read_text().startswith(self.text))

    def test_one_that_does_not_end(self):
        writer = self.write(8, rest=12)
        run = self.terminal("--token", self.user.code(), env={"TERM": "dumb"}, all_on_it=True)
        self.assertEqual(run.wait()[0], 4, run.screen)
        self.assertIn(f"{self.credentials}: another program is still writing it; try again",
                      run.screen)
        self.assertEqual(run.screen.count("waiting for the program that writes credentials ...\r\n"), 1)
        self.assertEqual(self.box.codes_seen(self.user), [])
        writer.join()

    def test_a_file_that_is_open_for_writing_and_left_alone(self):
        """The content that was read is good. The content that is being written is not risked."""
        with open(self.credentials, "r+"):
            os.utime(self.credentials, (time.time() - 60,) * 2)
            run = self.aws_mfa("--token", self.user.code())
        self.assertEqual(run.returncode, 10, run.stderr)
        self.assertIn("another program has it open for writing", run.stderr)

    def lease(self, flags, kind, seconds):
        """Takes a lease, like a file server for its clients. Gives it back some seconds after the
        request."""
        fd = os.open(self.credentials, flags)

        def give_back(*_):
            signal.signal(signal.SIGIO, signal.SIG_IGN)
            timer = threading.Timer(seconds, os.close, [fd])
            timer.start()
            self.addCleanup(timer.join)
        before = signal.signal(signal.SIGIO, give_back)
        self.addCleanup(signal.signal, signal.SIGIO, before)
        fcntl.fcntl(fd, fcntl.F_SETLEASE, kind)

    def test_a_lease_that_is_given_back(self):
        self.lease(os.O_RDWR, fcntl.F_WRLCK, 0.3)
        run = self.aws_mfa("--token", self.user.code())
        self.assertEqual((run.returncode, run.stderr), (0, ""))

    def test_a_lease_that_is_not(self):
        self.lease(os.O_RDWR, fcntl.F_WRLCK, 10)
        self.refused(self.aws_mfa("--token", self.user.code()), 4, "holds a lease on it")


if __name__ == "__main__":
    unittest.main()
