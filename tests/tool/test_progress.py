"""Waits of more than a second are shown on the terminal, and leave nothing there."""

import fcntl
import struct
import termios
import unittest

from host import HostTest
from sandbox import faults

ERASE = "\r\x1b[K"
ANSWER, CONNECTION = "waiting for AWS's answer", "waiting for the connection to AWS"


class Progress(HostTest):
    def start(self, *args, term="xterm", all_on_it=True, **env):
        device = self.user.add_device(f"d{len(self.user.devices)}")     # a code is taken once
        return self.terminal("--force", "--device", device.serial, "--token", device.code(), *args, env={"TERM": term, **env},
                             all_on_it=all_on_it)

    def test_where_it_is_shown(self):
        """Several at once: a second passes for all of them."""
        self.box.fault("GetSessionToken", faults.delay(2.3))
        moving, colorless, dumb = self.start(), self.start(NO_COLOR="1"), self.start(term="dumb")
        pipe, quiet = self.start(all_on_it=False), self.start("--log-level", "WARNING")
        for term in (moving, colorless):
            self.assertEqual(term.wait()[0], 0, term.screen)
            self.assertRegex(term.screen, "^\\r\x1b\\[Kaws-mfa: waiting for AWS's answer, 1 s"
                                          "\\r\x1b\\[Kaws-mfa: waiting for AWS's answer, 2 s"
                                          "\\r\x1b\\[Kaws-mfa: .work. is valid until [^\\r]*\\r\\n$")
        self.assertEqual(dumb.wait()[0], 0)
        self.assertRegex(dumb.screen, "^aws-mfa: waiting for AWS's answer \\.\\.\\.\\r\\naws-mfa: .work. is valid")
        self.assertNotIn("\x1b", dumb.screen)
        status, out, err = pipe.wait()
        self.assertEqual((status, err, pipe.screen), (0, "", ""))
        self.assertEqual(out.count("\n"), 1, out)
        self.assertEqual((quiet.wait()[0], quiet.screen), (0, ""))

    def test_the_connection_and_a_debug_line(self):
        self.box.fault("GetCallerIdentity", faults.delay(1.2))
        term = self.start("--log-level", "DEBUG")
        term.expect(CONNECTION + ", 1 s")
        self.assertEqual(term.wait()[0], 0, term.screen)
        self.assertRegex(term.screen, f"{CONNECTION}, 1 s\\r\x1b\\[Kaws-mfa: (\x1b\\[\\d*m)?debug: ")

    def test_interrupted(self):
        for key, status in (("\x03", -2), ("\x1c", -3)):
            with self.subTest(key):
                self.box.fault("GetSessionToken", faults.hang())
                term = self.start("--timeout", "10")
                before = termios.tcgetattr(term.fd)
                term.expect(ANSWER + ", 1 s")
                term.send(key)
                term.process.wait(10)
                self.assertEqual(termios.tcgetattr(term.fd), before)
                self.assertEqual(term.wait()[0], status)
                self.assertTrue(term.screen.endswith(ERASE), term.screen)
                self.assertNotIn("\n", term.screen)

    def test_a_lock_and_a_narrow_window(self):
        self.hold_lock(2, 0)
        term = self.terminal("--token", self.user.code(), "--timeout", "5", env={"TERM": "xterm"}, all_on_it=True)
        narrow = self.terminal("--token", self.user.code(), "--timeout", "5", env={"TERM": "xterm"}, all_on_it=True)
        fcntl.ioctl(narrow.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 40, 0, 0))
        term.expect("aws-mfa: waiting for another aws-mfa that renews [work], 1 s" + ERASE)
        narrow.expect(f"{ERASE}aws-mfa: waiting for another aws-m, 1 s{ERASE}")
        for terminal in (term, narrow):
            terminal.expect("goes on without its lock")
            self.assertEqual(terminal.wait()[0], 0, terminal.screen)


if __name__ == "__main__":
    unittest.main()
