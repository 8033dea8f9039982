#!/usr/bin/python3
"""Runs every test: cmocka programs (TAP) and unittest files. Arguments choose by part of a name.

The last line is "N passed, N failed, N skipped"; the status is 1 when one failed or none ran.
"""

import os
import subprocess
import sys
import time
import unittest
from pathlib import Path

TESTS = Path(__file__).resolve().parent
BUILD = Path(os.environ.setdefault("BUILD", "build"))
os.environ.setdefault("STAGE", str(BUILD.resolve() / "tests/stage"))
sys.path.insert(0, str(TESTS))
sys.dont_write_bytecode = True


class Tally:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def ok(self, name):
        self.passed += 1
        print(f"ok    {name}", flush=True)

    def fail(self, name, why):
        self.failed += 1
        print(f"FAIL  {name}", *(f"      {line}" for line in why.splitlines()), sep="\n", flush=True)

    def skip(self, name, why):
        self.skipped += 1
        print(f"skip  {name}: {why}", flush=True)


def run_cmocka(program, tally):
    name = str(program.relative_to(BUILD / "tests"))
    env = dict(os.environ, CMOCKA_MESSAGE_OUTPUT="TAP")
    run = subprocess.run([program.resolve()], env=env, stdin=subprocess.DEVNULL,
                         capture_output=True, text=True, timeout=120)
    ran = failed = 0
    remark = ""     # a test that skips itself says why in a line before
    for line in run.stdout.splitlines():
        if line.startswith("# "):
            remark = line[2:]
        if not line.startswith(("ok ", "not ok ")):
            continue
        ran += 1
        if " # SKIP " in line and remark:
            tally.skip(f"{name} {line.partition(' # SKIP ')[2]}", remark)
        elif line.startswith("ok "):
            tally.ok(f"{name} {line.partition(' - ')[2]}")
        else:
            failed += 1
            tally.fail(f"{name} {line.partition(' - ')[2]}", run.stderr + run.stdout)
        remark = ""
    if ran == 0 or run.returncode != failed:
        tally.fail(name, f"ended with {run.returncode} after {ran} tests\n{run.stdout}{run.stderr}")


class Result(unittest.TestResult):
    def __init__(self, tally):
        super().__init__()
        self.tally = tally

    def addSuccess(self, test):
        self.tally.ok(test.id())

    def addError(self, test, err):
        self.tally.fail(test.id(), self._exc_info_to_string(err, test))

    addFailure = addError

    def addSubTest(self, test, subtest, err):
        if err is not None:
            self.tally.fail(subtest.id(), self._exc_info_to_string(err, test))

    def addSkip(self, test, reason):
        self.tally.skip(test.id(), reason)

    def addUnexpectedSuccess(self, test):
        self.tally.fail(test.id(), "unexpected success")


def main():
    wanted = sys.argv[1:]
    tally = Tally()
    start = time.monotonic()
    suite = unittest.TestSuite()
    for program in sorted(BUILD.glob("tests/**/*_test")):
        if not wanted or any(part in str(program) for part in wanted):
            run_cmocka(program, tally)
    for path in sorted(TESTS.rglob("test_*.py")):
        module = ".".join(path.relative_to(TESTS).with_suffix("").parts)
        if not wanted or any(part in str(path) for part in wanted):
            suite.addTests(unittest.defaultTestLoader.loadTestsFromName(module))
    suite.run(Result(tally))
    print(f"in {time.monotonic() - start:.0f} s")
    print(f"{tally.passed} passed, {tally.failed} failed, {tally.skipped} skipped")
    return 1 if tally.failed or not tally.passed else 0


if __name__ == "__main__":
    sys.exit(main())
