"""Programs that run on a new terminal."""

import errno
import os
import pty
import select
import signal
import subprocess
import termios
import time


class Screen:
    """What a person sees and types on a terminal. pair: its two descriptors and its name.
    Time-outs are seconds of clock()."""

    clock = staticmethod(time.monotonic)

    def __init__(self, pair=None):
        if not pair:
            parent, child = pty.openpty()
            pair = parent, child, os.ttyname(child)
        self.fd, self._child, self.name = pair
        self.screen = ""
        self.seen = 0       # the length that was expected and found

    def ended(self):
        """-> the exit status of the program that writes here, None while it runs"""
        return None

    def read(self, timeout):
        """-> whether there was something to read within the time-out"""
        if not select.select([self.fd], [], [], timeout)[0]:
            return False
        try:
            self.screen += os.read(self.fd, 4096).decode(errors="replace")
        except OSError as error:
            if error.errno != errno.EIO:    # nobody has the other end open: login will soon
                raise
            time.sleep(0.01)
            return False
        return True

    def expect(self, text, timeout=15):
        """Reads until text appears after the text found before; -> the output before text"""
        end = self.clock() + timeout
        while text not in self.screen[self.seen:]:
            status = self.ended()
            if not self.read(0.2 if status is not None else max(0, end - self.clock())) and (
                    status is not None or self.clock() >= end):
                raise AssertionError(f"no {text!r} on the terminal within {timeout} s, only "
                                     f"{self.screen!r}; {self.ended()}")
        start, at = self.seen, self.screen.index(text, self.seen)
        self.seen = at + len(text)
        return self.screen[start:at]

    def send(self, text):
        os.write(self.fd, text.encode())

    def echo(self):
        return bool(termios.tcgetattr(self.fd)[3] & termios.ECHO)

    def close(self):
        for fd in (self.fd, self._child):
            if fd >= 0:
                os.close(fd)
        self.fd = self._child = -1


class Terminal(Screen):
    """A program with a controlling terminal. Standard output and error are pipes, or with all on
    the terminal, as from a shell. The program's process calls enter first."""

    def __init__(self, argv, env, stdin=None, all_on_it=False, pair=None, enter=None):
        super().__init__(pair)

        def attach():
            if enter:
                enter()
            os.setsid()
            os.close(os.open(self.name, os.O_RDWR))     # becomes the controlling terminal
        out = self._child if all_on_it else subprocess.PIPE
        self.process = subprocess.Popen(
            [str(a) for a in argv], env=env, stdin=self._child if stdin is None else stdin,
            stdout=out, stderr=out, preexec_fn=attach)

    def ended(self):
        return self.process.poll()

    def end(self, timeout=30, input=None):
        """Waits for the program. -> its standard output and error, each None if it is no pipe.
        Afterwards the screen is complete."""
        end = self.clock() + timeout
        said = [None, None]
        try:
            if self.process.stdout:
                said = [text.decode(errors="replace")
                        for text in self.process.communicate(input, timeout)]
            while self.process.poll() is None and self.clock() < end:
                self.read(0.02)
        finally:
            if self.process.poll() is None:
                self.process.send_signal(signal.SIGKILL)
                self.process.wait()
                raise AssertionError(f"not ended within {timeout} s: {self.screen!r}")
        while self.read(0):
            pass
        return said

    def wait(self, timeout=30):
        """-> (status, standard output, standard error)"""
        said = self.end(timeout)
        # in characters: what a shell on this terminal would read after the next Enter
        os.write(self.fd, b"\n")
        self.left = len(os.read(self._child, 100)) - 1
        self.close()
        return self.process.returncode, *said


class Session(Terminal):
    """A program of a live test or a bastion, such as ssh or sudo. patience: the seconds that each
    wait may take. input: what wait() writes to the program's standard input, if that is a pipe."""

    patience = 30
    input = None

    def asked(self, prompt):
        """Waits until the program asks, and what is typed does not show. -> the output before"""
        before = self.expect(prompt, self.patience)
        end = time.monotonic() + 5
        while self.echo():      # ssh asks, then turns echo off
            if time.monotonic() > end:
                raise AssertionError(f"asks {prompt!r} and shows what is typed")
            time.sleep(0.005)
        return before

    def answer(self, prompt, text):
        """text: or what returns it at the prompt, as a code that is good then. -> the output before prompt"""
        before = self.asked(prompt)
        self.send((text() if callable(text) else text) + "\n")
        return before

    def interrupt(self):
        """Types ^C when the program sleeps in its read(): sudo misses a ^C that comes just
        before."""
        end = time.monotonic() + 5
        while time.monotonic() < end:
            with open(f"/proc/{self.process.pid}/stat") as stat:
                if stat.read().rpartition(") ")[2][0] == "S":
                    break
            time.sleep(0.005)
        self.send("\x03")

    def wait(self, timeout=None):
        """-> status. Afterwards the screen is complete, and .out and .err hold what came through
        pipes."""
        self.out, self.err = self.end(timeout or self.patience, self.input)
        self.close()
        return self.process.returncode

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()
        self.close()
