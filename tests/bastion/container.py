"""A bastion in a container: systemd-nspawn starts a real systemd, on the kernel of this machine.

It has no controllers of control groups and no kernel of its own: a Machine has.
"""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

from bastion.bastion import Bastion
from bastion.recipe import MNT_DETACH, Missing
from live import mounts
from terminal import Terminal

CGROUPS = Path("/sys/fs/cgroup")

# When its standard input closes, it ends all processes of the group and removes the group. That
# happens even if its parent is killed.
SWEEPER = """
import os, sys, time
group = sys.argv[1]
sys.stdin.read()
end = time.monotonic() + 20
while os.path.exists(group) and time.monotonic() < end:
    with open(group + "/cgroup.kill", "w") as file:
        file.write("1")
    try:
        for folder, _, _ in os.walk(group, topdown=False):
            os.rmdir(folder)
    except OSError:
        time.sleep(0.02)
"""


class Container(Bastion):
    KERNEL = False
    NEEDS = ("systemd-nspawn",)
    DEPS = "deps"

    def start(self):
        try:
            self._own_group()
        except OSError as error:
            raise Missing(f"no control group of our own: {error}") from None
        self.nspawn = self.screen = Terminal(
            ["systemd-nspawn", "--boot", "--register=no", "--keep-unit", "--console=interactive",
             "--machine=bastion", "--directory", self.root.path],
            {**self.env, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"}, all_on_it=True,
            enter=lambda: (self.group / "cgroup.procs").write_text("0"))
        try:
            self.screen.expect("Welcome to ", 30)
        except AssertionError:
            said = self.screen.screen.strip()
            raise Missing(f"systemd-nspawn starts nothing here: {said}") from None

    def _own_group(self):
        """Makes a group of version 2. If version 1 is mounted, too, our mounts hide it."""
        mounts.call("umount2", CGROUPS, MNT_DETACH)
        mounts.mount("cgroup2", CGROUPS, "cgroup2")
        mounts.mount("tmpfs", "/run", "tmpfs", data="mode=755")
        self.group = CGROUPS / f"pam-aws-mfa-bastion-{os.getpid()}-{time.monotonic_ns()}"
        self.group.mkdir()
        self.sweeper = subprocess.Popen([sys.executable, "-c", SWEEPER, self.group],
                                        stdin=subprocess.PIPE, start_new_session=True)
        if not (self.group / "cgroup.kill").exists():
            raise OSError("the kernel cannot end a group")

    def processor(self):
        """-> seconds that all in the container have used so far"""
        return int(re.search(r"usage_usec (\d+)", (self.group / "cpu.stat").read_text())[1]) / 1e6

    def halt(self):
        if hasattr(self, "sweeper"):
            self.sweeper.communicate()
        if hasattr(self, "nspawn"):
            self.nspawn.process.wait()
            self.nspawn.close()
        if hasattr(self, "group") and self.group.exists():
            raise AssertionError(f"{self.group} is left")
