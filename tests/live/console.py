"""A program of a world with a terminal of that world's."""

import errno
import os
import select
import signal
import subprocess
import termios
import time


class Console:
    """pipes: standard output and error apart, in .out and .err after wait(); what the program
    writes to /dev/tty is on the screen. With it, input is what standard input holds."""

    def __init__(self, world, argv, user="root", env=None, pipes=False, input=None):
        self.screen = ""
        self.seen = 0
        self.world = world
        self.fd, child, tty = world.openpty()
        os.chown(world.path(tty), world.users[user], -1)
        enter = world.entrance(user)

        def attach():
            enter()
            os.setsid()
            os.close(os.open(tty, os.O_RDWR))       # becomes the controlling one
        pipe = subprocess.PIPE if pipes else child
        self.process = subprocess.Popen(
            [str(a) for a in argv], env=world.environment(user, **(env or {})), stdout=pipe,
            stderr=pipe, stdin=subprocess.PIPE if input is not None else child, preexec_fn=attach)
        self.pid = self.process.pid
        self.input = input
        self._child = child

    def hidden(self):
        return not termios.tcgetattr(self.fd)[3] & termios.ECHO

    def expect(self, text, timeout=15):
        """Reads until text appears behind what was expected before; returns what came up to it."""
        end = time.monotonic() + timeout
        while text not in self.screen[self.seen:]:
            if not self._read(max(0, end - time.monotonic())) and time.monotonic() >= end:
                raise AssertionError(f"no {text!r} on the terminal within {timeout} s, only "
                                     f"{self.screen!r}; {self.process.poll()}")
            if self.process.poll() is not None and not self._read(0.2) and \
                    text not in self.screen[self.seen:]:
                raise AssertionError(f"ended with {self.process.poll()} and no {text!r}: "
                                     f"{self.screen!r}")
        start, self.seen = self.seen, self.screen.index(text, self.seen) + len(text)
        return self.screen[start:self.seen]

    def _read(self, timeout):
        if not select.select([self.fd], [], [], timeout)[0]:
            return False
        try:
            self.screen += os.read(self.fd, 4096).decode(errors="replace")
        except OSError as error:
            if error.errno != errno.EIO:    # nobody has the other end open: login is about to
                raise
            time.sleep(0.01)
            return False
        return True

    def send(self, text):
        os.write(self.fd, text.encode())

    def answer(self, prompt, text):
        self.expect(prompt)
        end = time.monotonic() + 5
        while not self.hidden() and time.monotonic() < end:     # ssh writes, then turns echo off
            time.sleep(0.005)
        self.send(text + "\n")

    def interrupt(self):
        """^C, once the program sleeps in its read(): sudo misses one that comes just before."""
        end = time.monotonic() + 5
        while time.monotonic() < end:
            with open(f"/proc/{self.pid}/stat") as stat:
                if stat.read().rpartition(") ")[2][0] == "S":
                    break
            time.sleep(0.005)
        self.send("\x03")

    def wait(self, timeout=30):
        """-> status; the screen is complete then."""
        end = time.monotonic() + timeout
        self.out = self.err = None
        if self.process.stdout:
            out, err = self.process.communicate(self.input, timeout)
            self.out, self.err = out.decode(errors="replace"), err.decode(errors="replace")
        while self.process.poll() is None and time.monotonic() < end:
            self._read(0.02)
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            raise AssertionError(f"not ended within {timeout} s: {self.screen!r}")
        while self._read(0):
            pass
        self.close()
        return self.process.returncode

    def close(self):
        for fd in (self.fd, self._child):
            if fd >= 0:
                os.close(fd)
        self.fd = self._child = -1

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()
        self.close()
