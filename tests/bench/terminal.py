"""A person at a terminal: when the prompt stands, and when the file is written after Enter."""

import ctypes
import os
import select
import struct
import time

from bench.measure import Failed, Process
from bench.scene import CODE, LONG_TERM
from paths import AWS_MFA
from terminal import Screen

IN_MOVED_TO = 0x80
PATIENCE = 30   # seconds

_libc = ctypes.CDLL(None, use_errno=True)


class Prompt:
    """aws-mfa on a terminal, its prompt standing. prompt_ms: from the start to the prompt."""

    def __init__(self, home):
        home.write(LONG_TERM)
        self.home = home
        self.screen = Screen()
        # The leader of a session gets the first terminal it opens as its controlling one.
        self.process = Process([AWS_MFA, "--profile", "work"], home.env,
                               terminal=self.screen.name).begin()
        self.screen.expect("): ", PATIENCE)
        self.prompt_ms = 1000 * (time.monotonic() - self.process.start)

    def type_code(self):
        """-> when Enter was pressed"""
        self.screen.send(CODE)
        start = time.monotonic()
        self.screen.send("\n")
        return start

    def enter(self):
        """Types the code; -> ms from Enter until the credentials file is the new one."""
        watch = _libc.inotify_init1(os.O_CLOEXEC)
        _libc.inotify_add_watch(watch, os.fsencode(self.home.path / ".aws"), IN_MOVED_TO)
        start = self.type_code()
        names = []
        while b"credentials" not in names:
            if not select.select([watch], [], [], PATIENCE)[0]:
                self.screen.read(0)
                raise Failed(f"no credentials file within {PATIENCE} s of Enter: "
                             f"{self.screen.screen.strip()}")
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
        self.screen.close()
