"""Runs commands and says what they cost. Nothing here knows what is compared.

CPU is user and system time of a process and of all it has waited for, from wait4(2), which the
kernel counts in nanoseconds. ru_maxrss is not used: it begins with what the parent had.
"""

import os
import signal
import statistics
import tempfile
import time
from dataclasses import dataclass


@dataclass
class Cost:
    wall: float     # ms
    cpu: float      # ms


@dataclass
class Figure:
    """What was measured, a median and its spread: half the distance between the quartiles."""
    values: list
    unit: str = "ms"

    @property
    def median(self):
        return statistics.median(self.values)

    @property
    def spread(self):
        if len(self.values) < 2:
            return 0.0
        low, _, high = statistics.quantiles(self.values, n=4, method="inclusive")
        return (high - low) / 2


class Failed(Exception):
    """A command that must succeed did not; what it said."""


class Process:
    """Runs at once. posix_spawn, since a fork of a big Python would be part of the measurement."""

    def __init__(self, argv, env, input="", fds=None, session=True):
        self.argv = [str(a) for a in argv]
        # one for both: pamtester reports on stdout
        self.said = tempfile.TemporaryFile()
        if fds is None:
            # A file is all there at once, and no second process feeds it.
            with tempfile.TemporaryFile() as stdin:
                stdin.write(input.encode())
                stdin.seek(0)
                self._spawn(env, {0: stdin.fileno(), 1: self.said.fileno()}, session)
        else:
            self._spawn(env, fds, session)

    def _spawn(self, env, fds, session):
        actions = [(os.POSIX_SPAWN_DUP2, old, new) if isinstance(old, int)
                   else (os.POSIX_SPAWN_OPEN, new, old, os.O_RDWR, 0) for new, old in fds.items()]
        actions.append((os.POSIX_SPAWN_DUP2, self.said.fileno(), 2))
        self.start = time.monotonic()
        self.pid = os.posix_spawn(self.argv[0], self.argv, env, file_actions=actions,
                                  setsid=session)

    def wait(self, check=True):
        _, status, usage = os.wait4(self.pid, 0)
        wall = time.monotonic() - self.start
        self.pid = None
        if check and status:
            self.said.seek(0)
            raise Failed(f"{' '.join(self.argv)} ended with {os.waitstatus_to_exitcode(status)}: "
                         f"{self.said.read(2000).decode(errors='replace').strip()}")
        self.said.close()
        return Cost(1000 * wall, 1000 * (usage.ru_utime + usage.ru_stime))

    def kill(self):
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            self.pid = None


def run(argv, env, input=""):
    return Process(argv, env, input).wait()


def in_turn(rounds, **sides):
    """A B A B, since the machine drifts. sides: functions that return a Cost or a number.

    -> {name: list of what it returned}; the first round is warm-up, unless it is the only one.
    """
    results = {name: [] for name in sides}
    for n in range(rounds + (rounds > 2)):
        for name, side in sides.items():
            value = side()
            if n > 0 or rounds <= 2:
                results[name].append(value)
    return results


def figure(costs, what="cpu", over=None):
    """Of the wall or cpu of costs; over: less those of another side, round by round."""
    values = [getattr(c, what) for c in costs]
    if over is not None:
        values = [v - getattr(o, what) for v, o in zip(values, over)]
    return Figure(values)


def peak_kib(pid):
    """VmHWM, or None when the process is gone."""
    try:
        with open(f"/proc/{pid}/status") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1])
    except (FileNotFoundError, ProcessLookupError):
        pass
    return None


def last_peak_kib(pid, until=lambda: True):
    """Looks again and again until the process is a zombie or gone; -> the last peak seen, KiB."""
    peak, end = 0, time.monotonic() + 10
    while time.monotonic() < end:
        now = peak_kib(pid)
        if now is None:
            return peak
        peak = max(peak, now)
    raise Failed(f"process {pid} does not end")
