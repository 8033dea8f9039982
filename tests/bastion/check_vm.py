#!/usr/bin/python3
"""`make check-vm` and `make check-keystore-vm`: all scenarios of this folder, in a virtual machine.

    check_vm.py TEST...     such as test_sshd or test_machine.Kernel

SUITE in the environment is the release of Debian; without it, trixie. Prints what run.py prints.
Nothing is skipped: the status is 1 when a test failed, was skipped, or none ran. And when all used
more than MOST_SECONDS of a processor, if that is set: how long they take depends on what else runs.
"""

import os
import signal
import sys
import time
import unittest
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[1])
sys.dont_write_bytecode = True
os.environ["BASTION"] = "machine"
from bastion import case, recipe    # noqa: E402
from run import Result, Tally       # noqa: E402

class Timed(Result):
    """Prints how long each test took, in seconds of the wall and of a processor."""

    def __init__(self, tally, bastion):
        super().__init__(tally)
        self.bastion = bastion

    def startTest(self, test):
        self.began = time.monotonic(), self.bastion.processor()
        super().startTest(test)

    def stopTest(self, test):
        wall, processor = self.began
        print(f"      {time.monotonic() - wall:.1f} s, "
              f"{self.bastion.processor() - processor:.1f} s of processor", flush=True)
        super().stopTest(test)


def timed(what, began):
    print(f"{time.monotonic() - began:6.1f} s  {what}", flush=True)


def main():
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    os.umask(0o022)
    began = time.monotonic()
    try:
        bastion, _ = case.boot()
    except (recipe.Missing, unittest.SkipTest) as missing:
        sys.exit(f"check-vm: {missing}")
    timed(f"until {bastion.suite} had booted", began)
    tally = Tally()
    for name in sys.argv[1:]:
        start = time.monotonic()
        unittest.defaultTestLoader.loadTestsFromName(f"bastion.{name}").run(Timed(tally, bastion))
        timed(name, start)
    used, most = bastion.processor(), os.environ.get("MOST_SECONDS")
    if most and used > int(most):
        tally.fail("all together", f"used {used:.0f} s of processor, more than {most}")
    print(f"in {time.monotonic() - began:.0f} s, {used:.0f} s of processor")
    print(f"{tally.passed} passed, {tally.failed} failed, {tally.skipped} skipped")
    return 1 if tally.failed or tally.skipped or not tally.passed else 0


if __name__ == "__main__":
    sys.exit(main())
