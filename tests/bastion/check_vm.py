#!/usr/bin/python3
"""`make check-vm`: all scenarios of this folder, in one virtual machine. `make check-keystore`: those
of keystore mode, in one container.

    check_vm.py [TEST...]       such as test_sshd or test_machine.Kernel

BASTION in the environment is machine (without it, too) or container.
SUITE in the environment is the release of Debian; without it, trixie. Prints what run.py prints.
Nothing is skipped: the status is 1 when a test failed, was skipped, or none ran.
"""

import os
import signal
import sys
import time
import unittest
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parents[1])
sys.dont_write_bytecode = True
KIND = os.environ.setdefault("BASTION", "machine")
from bastion import case, recipe    # noqa: E402
from run import Result, Tally       # noqa: E402

KEYSTORE = ("test_keystore", "test_keystore_units")
ALL = {"machine": ("test_package", "test_sshd", "test_local", *KEYSTORE, "test_machine"),
       "container": KEYSTORE}


def timed(what, began):
    print(f"{time.monotonic() - began:6.1f} s  {what}", flush=True)


def main():
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    os.umask(0o022)
    began = time.monotonic()
    try:
        bastion, _ = case.boot()
    except (recipe.Missing, unittest.SkipTest) as missing:
        sys.exit(f"{KIND}: {missing}")
    timed(f"until {bastion.suite} had booted", began)
    tally = Tally()
    for name in sys.argv[1:] or ALL[KIND]:
        start = time.monotonic()
        unittest.defaultTestLoader.loadTestsFromName(f"bastion.{name}").run(Result(tally))
        timed(name, start)
    print(f"in {time.monotonic() - began:.0f} s")
    print(f"{tally.passed} passed, {tally.failed} failed, {tally.skipped} skipped")
    return 1 if tally.failed or tally.skipped or not tally.passed else 0


if __name__ == "__main__":
    sys.exit(main())
