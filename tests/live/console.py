"""Runs a program of a world on a terminal of that world."""

import os
import signal
import subprocess
import time

from terminal import Terminal


class Console(Terminal):
    """pipes: standard output and error are pipes, in .out and .err after wait(). Then the screen
    holds what the program writes to /dev/tty, and input is its standard input."""

    def __init__(self, world, argv, user="root", env=None, pipes=False, input=None):
        pair = world.openpty()
        os.chown(world.path(pair[2]), world.users[user], -1)
        super().__init__(argv, world.environment(user, **(env or {})), all_on_it=not pipes,
                         stdin=None if input is None else subprocess.PIPE, pair=pair,
                         enter=world.entrance(user))
        self.pid = self.process.pid
        self.input = input

    def answer(self, prompt, text):
        self.expect(prompt)
        end = time.monotonic() + 5
        while self.echo() and time.monotonic() < end:       # ssh asks, then turns echo off
            time.sleep(0.005)
        self.send(text + "\n")

    def interrupt(self):
        """Types ^C when the program sleeps in its read(): sudo misses a ^C that comes just
        before."""
        end = time.monotonic() + 5
        while time.monotonic() < end:
            with open(f"/proc/{self.pid}/stat") as stat:
                if stat.read().rpartition(") ")[2][0] == "S":
                    break
            time.sleep(0.005)
        self.send("\x03")

    def wait(self, timeout=30):
        """-> status. Afterwards the screen is complete."""
        self.out, self.err = self.end(timeout, self.input)
        self.close()
        return self.process.returncode

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()
        self.close()
