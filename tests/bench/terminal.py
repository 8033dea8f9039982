"""A person at a terminal: when the prompt stands, and when the file is written after Enter."""

import ctypes
import os
import pty
import select
import struct
import time

from bench.measure import Failed, Process
from bench.scene import CODE, LONG_TERM
from paths import AWS_MFA

IN_MOVED_TO = 0x80
PATIENCE = 30   # seconds

_libc = ctypes.CDLL(None, use_errno=True)


def _readable(fd, what):
    if not select.select([fd], [], [], PATIENCE)[0]:
        raise Failed(f"no {what} within {PATIENCE} s")


class Prompt:
    """aws-mfa on a terminal, its prompt standing. prompt_ms: from the start to the prompt."""

    def __init__(self, home):
        home.write(LONG_TERM)
        self.home = home
        self.fd, child = pty.openpty()
        # The leader of a session gets the first terminal it opens as its controlling one.
        name = os.ttyname(child)
        self.process = Process([AWS_MFA, "--profile", "work"], home.env, terminal=name).begin()
        os.close(child)
        screen = b""
        while not screen.endswith(b"): "):
            _readable(self.fd, f"prompt, only {screen!r}")
            screen += os.read(self.fd, 4096)
        self.prompt_ms = 1000 * (time.monotonic() - self.process.start)

    def type_code(self):
        """-> when Enter was pressed"""
        os.write(self.fd, CODE.encode())
        start = time.monotonic()
        os.write(self.fd, b"\n")
        return start

    def enter(self):
        """Types the code; -> ms from Enter until the credentials file is the new one."""
        watch = _libc.inotify_init1(os.O_CLOEXEC)
        _libc.inotify_add_watch(watch, os.fsencode(self.home.path / ".aws"), IN_MOVED_TO)
        start = self.type_code()
        names = []
        while b"credentials" not in names:
            if not select.select([watch], [], [], PATIENCE)[0]:
                os.set_blocking(self.fd, False)
                raise Failed(f"no credentials file within {PATIENCE} s of Enter: "
                             f"{os.read(self.fd, 4096).decode(errors='replace').strip()}")
            events = os.read(watch, 4096)
            while events:
                length, = struct.unpack_from("I", events, 12)
                names.append(events[16:16 + length].rstrip(b"\0"))
                events = events[16 + length:]
        took = 1000 * (time.monotonic() - start)
        os.close(watch)
        self.end()
        return took

    def end(self):
        self.process.wait()
        os.close(self.fd)
