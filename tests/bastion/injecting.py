"""Processes of a bastion that make calls as if somebody had taken them over (inject.c)."""

import os

from bastion.case import BastionTest
from paths import BUILD

OPENAT, MKDIRAT, AT_FDCWD = 257, 258, -100    # of x86-64


class Injecting(BastionTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.inject = cls.send(BUILD / "tests/bastion/inject")

    @classmethod
    def send(cls, path):
        with open(path, "rb") as file:
            cls.run_there(f"install -D /dev/stdin /root/tests/{path.name}", stdin=file)
        return f"/root/tests/{path.name}"

    def makes_call(self, pid, number, *arguments):
        """-> what is negative if the call failed: a number of errno"""
        said = self.run_there(f"{self.inject} {pid} {number} {' '.join(map(str, arguments))}")
        return min(int(said), 0)

    def opens(self, pid, path):
        return self.makes_call(pid, OPENAT, AT_FDCWD, path, os.O_RDONLY, 0)

    def tries(self, pid, file, made):
        """-> what it gets: a file to read that it does not need, a file of the system, a new folder"""
        return (self.opens(pid, file), self.opens(pid, "/etc/hosts"),
                self.makes_call(pid, MKDIRAT, AT_FDCWD, made, 0o700))
