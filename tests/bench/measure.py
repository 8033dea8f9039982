"""Runs commands and measures their cost. It does not know what is compared.

CPU is user and system time of a process and of all it started, from wait4(2). The kernel counts it
in nanoseconds. ru_maxrss is not used: it starts with the parent's value.
"""

import ctypes
import os
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36

_libc = ctypes.CDLL(None)


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
    """Runs from begin() on. The work that can be done before is not measured.

    posix_spawn: a fork of a big Python would be part of the measurement. terminal: the name of the
    terminal to run on. Without one, the command reads input.
    """

    def __init__(self, argv, env, input="", terminal=None):
        self.argv, self.env = [str(a) for a in argv], env
        # one for both: pamtester reports on stdout
        self.said = tempfile.TemporaryFile()
        # A file is all there at once, and no second process feeds it.
        self.input = tempfile.TemporaryFile()
        self.input.write(input.encode())
        self.input.seek(0)
        if terminal:
            self.files = [(os.POSIX_SPAWN_OPEN, fd, terminal, os.O_RDWR, 0) for fd in (0, 1)]
        else:
            self.files = [(os.POSIX_SPAWN_DUP2, self.input.fileno(), 0),
                          (os.POSIX_SPAWN_DUP2, self.said.fileno(), 1)]
        self.files.append((os.POSIX_SPAWN_DUP2, self.said.fileno(), 2))

    def begin(self):
        self.start = time.monotonic()
        self.pid = os.posix_spawn(self.argv[0], self.argv, self.env, file_actions=self.files,
                                  setsid=True)
        return self

    def wait(self, check=True):
        _, status, usage = os.wait4(self.pid, 0)
        wall = time.monotonic() - self.start
        self.input.close()
        if check and status:
            self.said.seek(0)
            raise Failed(f"{' '.join(self.argv)} ended with {os.waitstatus_to_exitcode(status)}: "
                         f"{self.said.read(2000).decode(errors='replace').strip()}")
        self.said.close()
        return Cost(1000 * wall, 1000 * (usage.ru_utime + usage.ru_stime))


def _children():
    pid = os.getpid()
    return set(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))


def adopt_orphans():
    """Those whose parent was killed before it had waited for them become ours."""
    _libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def run(argv, env, input=""):
    """-> its Cost, with the CPU of orphans: their parent was killed before it had waited for
    them. The module ends aws-mfa as soon as it knows the result, and this process inherits
    aws-mfa-sts."""
    adopt_orphans()
    process, others = Process(argv, env, input), _children()
    cost = process.begin().wait()
    while orphans := _children() - others:      # an orphan may leave an orphan
        for orphan in orphans:
            usage = os.wait4(orphan, 0)[2]
            cost.cpu += 1000 * (usage.ru_utime + usage.ru_stime)
    return cost


def in_turn(rounds, **sides):
    """A B A B, since the machine drifts. sides: functions that return a Cost or a number.

    -> {name: list of what it returned}; a round before is warm-up, unless one is all there is.
    """
    results = {name: [] for name in sides}
    warm_up = rounds > 1
    for n in range(warm_up + rounds):
        for name, side in sides.items():
            value = side()
            if n >= warm_up:
                results[name].append(value)
    return results


def figure(costs, what="cpu", over=None):
    """Of the wall or cpu of costs; over: less those of another side, round by round."""
    values = [getattr(c, what) for c in costs]
    if over is not None:
        values = [v - getattr(o, what) for v, o in zip(values, over)]
    return Figure(values)


def peak_kib(pid):
    """VmHWM, or None if the process is gone."""
    try:
        with open(f"/proc/{pid}/status") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1])
    except (FileNotFoundError, ProcessLookupError):
        pass
    return None


def last_peak_kib(pid, *others):
    """Looks again and again until the first process is a zombie or gone; -> the highest of the last
    peaks seen, KiB."""
    peak, end = 0, time.monotonic() + 10
    while time.monotonic() < end:
        now = peak_kib(pid)
        if now is None:
            return peak
        peak = max(peak, now, *(peak_kib(other) or 0 for other in others))
    raise Failed(f"process {pid} does not end")
