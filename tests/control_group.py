"""A control group for a test: the test can freeze and starve the processes in it."""

import os
import time
from pathlib import Path


def _mounts():
    """{"cgroup2" or the name of a controller of version 1: the folder where it is mounted}"""
    found = {}
    for line in Path("/proc/self/mounts").read_text().splitlines():
        _, place, kind, options, *_ = line.split(" ")
        if kind == "cgroup2":
            found["cgroup2"] = Path(place)
        elif kind == "cgroup":
            found.update((name, Path(place)) for name in options.split(","))
    return found


class Group:
    """controller: "cpu", or None for the features of every group of version 2. threaded: a child
    group of version 2 that may hold single threads."""

    def __init__(self, name, controller=None):
        mounts = _mounts()
        two = mounts.get("cgroup2")
        has = two and (controller is None or
                       controller in (two / "cgroup.subtree_control").read_text().split())
        self.version, root = (2, two) if has else (1, mounts.get(controller))
        if not root:
            raise OSError(f"no control group with {controller or 'a freezer'} here")
        self.path = root / f"{name}-{os.getpid()}-{time.monotonic_ns()}"
        self.path.mkdir()
        self.inner = []

    def add(self, pid):
        (self.path / "cgroup.procs").write_text(str(pid))

    def freeze(self, frozen):
        (self.path / "cgroup.freeze").write_text(str(int(frozen)))

    def quota(self, part):
        """part: the limit, as a share of one processor. None: no limit."""
        period = 1000000
        quota = max(1000, int(part * period)) if part else None
        if self.version == 2:
            (self.path / "cpu.max").write_text(f"{quota or 'max'} {period}")
        else:
            if quota:
                (self.path / "cpu.cfs_period_us").write_text(str(period))
            (self.path / "cpu.cfs_quota_us").write_text(str(quota or -1))

    def freeze_thread(self, tid):
        """Freezes only this thread. The group must be of version 2 and hold the thread's
        process."""
        inner = self.path / "one"
        inner.mkdir()
        self.inner.append(inner)
        (inner / "cgroup.type").write_text("threaded")
        (inner / "cgroup.threads").write_text(str(tid))
        (inner / "cgroup.freeze").write_text("1")

    def thaw_threads(self):
        for inner in self.inner:
            (inner / "cgroup.freeze").write_text("0")

    def remove(self):
        """Call it after the group's processes have ended."""
        for path in [*self.inner, self.path]:
            end = time.monotonic() + 5
            while path.exists():
                try:
                    path.rmdir()
                except OSError:
                    if time.monotonic() > end:
                        raise
                    time.sleep(0.02)


def why_not(controller=None):
    """-> why this machine has no such group, or None"""
    try:
        Group("pam-aws-mfa-try", controller).remove()
    except OSError as error:
        return f"no control group of our own: {error}"
    return None
