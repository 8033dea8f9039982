"""Rows with their goals, as a table for people and as JSON."""

import os
import platform
import statistics
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from bench.measure import Figure


@dataclass
class AtMost:
    """ours / peer"""
    factor: float

    def text(self):
        return f"<= {self.factor:g} x"

    def value(self, ours, peer):
        return ours / peer

    def met(self, value):
        return value <= self.factor

    def show(self, value):
        return f"{value:.2f} x"


@dataclass
class AtLeast:
    """peer / ours: how much faster, or how much more is done in the same time"""
    factor: float
    what: str

    def text(self):
        return f">= {self.factor:g} x {self.what}"

    def value(self, ours, peer):
        return peer / ours

    def met(self, value):
        return value >= self.factor

    def show(self, value):
        return f"{value:.{0 if value >= 10 else 2}f} x {self.what}"


@dataclass
class Near:
    """ours / peer: about the same"""
    factor: float

    def text(self):
        return f"{1 / self.factor:g} to {self.factor:g} x"

    def value(self, ours, peer):
        return ours / peer

    def met(self, value):
        return 1 / self.factor <= value <= self.factor

    def show(self, value):
        return f"{value:.2f} x"


@dataclass
class AtMostMore:
    """ours - peer"""
    limit: float
    unit: str = "ms"

    def text(self):
        return f"<= {self.limit:g} {self.unit} more"

    def value(self, ours, peer):
        return ours - peer

    def met(self, value):
        return value <= self.limit

    def show(self, value):
        return f"{value:.2f} {self.unit} more"


@dataclass
class Under:
    """ours, whatever the peer; the ratio is shown all the same"""
    limit: float
    unit: str = "ms"

    def text(self):
        return f"<= {self.limit:g} {self.unit}"

    def value(self, ours, peer):
        return ours

    def met(self, value):
        return value <= self.limit


@dataclass
class Row:
    name: str
    goal: object
    ours: Figure = None
    peer: Figure = None
    peer_name: str = ""
    remark: str = ""
    skipped: str = ""
    failed: str = ""

    def __post_init__(self):
        # A difference may be lost in the noise; a ratio to it would be nonsense.
        if self.peer and self.peer.median <= 0 and not isinstance(self.goal, Under):
            self.skipped = f"{self.peer_name} is lost in the noise ({_show(self.peer)})"

    def by_round(self, of):
        """-> the median of of(ours, peer) over the rounds: the machine drifts, and both sides of a
        round have the same machine. Without the rounds in which a difference was lost in the noise.
        Of the medians, if the sides have no rounds in common."""
        pairs = [pair for pair in zip(self.ours.values, self.peer.values) if min(pair) > 0]
        if len(self.ours.values) != len(self.peer.values) or not pairs:
            pairs = [(self.ours.median, self.peer.median)]
        return statistics.median(of(ours, peer) for ours, peer in pairs)

    @property
    def value(self):
        return self.by_round(self.goal.value)

    @property
    def times(self):
        return self.by_round(lambda ours, peer: ours / peer)

    @property
    def met(self):
        return self.goal.met(self.value)

    @property
    def ratio(self):
        if isinstance(self.goal, Under):
            return AtMost(0).show(self.times)
        return self.goal.show(self.value)

    def as_json(self):
        for why in ("skipped", "failed"):
            if getattr(self, why):
                return {"row": self.name, "goal": self.goal.text(), why: getattr(self, why)}
        return {"row": self.name, "goal": self.goal.text(), "ours": _figure(self.ours),
                "peer": {"name": self.peer_name, **_figure(self.peer)},
                "ratio": self.times, "met": self.met,
                "remark": self.remark}


def _figure(figure):
    return {"median": figure.median, "spread": figure.spread, "unit": figure.unit,
            "n": len(figure.values)}


@dataclass
class Group:
    """Rows that are measured together. measure(bench) yields (key, Row's fields as a dict)."""
    name: str
    rows: dict                  # key: (name of the row, goal)
    measure: object = field(repr=False)


def _show(figure):
    digits = 0 if figure.median >= 100 else 1 if figure.median >= 10 else 2
    return f"{figure.median:.{digits}f} ±{figure.spread:.{digits}f} {figure.unit}"


HEADINGS = ("row", "ours", "peer", "ratio", "goal", "met")


def _cells(row):
    for why in ("skipped", "failed"):
        if getattr(row, why):
            return [row.name, f"{why}: {getattr(row, why)}", "", "", row.goal.text(), ""]
    return [row.name, _show(row.ours), f"{_show(row.peer)} {row.peer_name}", row.ratio,
            row.goal.text(), "yes" if row.met else "NO"]


def markdown(rows):
    """Also fit for reading as it is."""
    cells = [_cells(row) for row in rows]
    widths = [max(len(c[i]) for c in [*cells, HEADINGS] if not (i == 1 and c[2:4] == ["", ""]))
              for i in range(len(HEADINGS))]
    lines = [HEADINGS, ["-" * w for w in widths], *cells]
    table = ["| " + " | ".join(c.ljust(w) for c, w in zip(line, widths)) + " |" for line in lines]
    remarks = [f"{row.name}: {row.remark}" for row in rows if row.remark]
    return "\n".join(table + [""] * bool(remarks) + remarks)


def machine():
    """One line: processor, cores and their load, kernel, distribution, libraries."""
    cpu = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            cpu = line.partition(":")[2].strip()
            break
    system = platform.freedesktop_os_release().get("PRETTY_NAME", "Linux")
    try:
        curl = subprocess.run(["curl", "-q", "--version"], capture_output=True, text=True)
        curl = " ".join(word for word in curl.stdout.split("\n")[0].split()
                        if word.startswith(("libcurl/", "OpenSSL/")))
    except OSError:
        curl = "no curl"
    return (f"{cpu}, {len(os.sched_getaffinity(0))} cores (load {os.getloadavg()[2]:.1f}), "
            f"Linux {'.'.join(platform.release().split('.')[:2])}, {system}, {curl}")
