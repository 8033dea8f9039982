#!/usr/bin/python3
"""Runs every test: cmocka programs (TAP) and unittest files. Arguments choose some of them:

    word                                    all files with "word" in their path
    tests.tool.keystore                     the test_*.py below a folder (tool/keystore: all)
    tests.tool.test_refresh                 one file
    tests.tool.test_refresh.Refresh.test_x  one test (or a class), also without "tests."

Each file runs in a separate process, a fork of this one. Most tests wait most of the time, so three
files run at once for each processor. After the tests comes a table: how long each file took, and how
much processor time its processes used. The last line is "N passed, N failed, N skipped". The status
is 1 if a test failed, if a test left something outside BUILD, or if no test ran.
"""

import contextlib
import gc
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
import home             # noqa: E402
import open_clone       # noqa: E402
import sanitizer        # noqa: E402
from paths import BUILD, REPO, STAGE, TESTS     # noqa: E402

# Not botocore: in a test that loads the AWS CLI, the CLI's own must be the first.
gc.freeze()     # so that a fork copies less

os.environ |= {"BUILD": str(BUILD), "STAGE": str(STAGE)}
FILE_SECONDS = 900    # make lint takes longest if nothing is built


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
    env = dict(os.environ, CMOCKA_MESSAGE_OUTPUT="TAP", HOMES=str(home.folder()))
    runner = os.environ.get("RUNNER", "").split()   # such as qemu, where it is of another machine
    run = subprocess.run([*runner, program.resolve()], env=env, stdin=subprocess.DEVNULL,
                         capture_output=True, text=True, timeout=120)
    ran = failed = 0
    remark = ""     # a test that skips itself prints the reason in the line before
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


def module(path):
    return ".".join(path.relative_to(TESTS).with_suffix("").parts)


def run_file(path, tests):
    """Runs in the process of one file. counted() reads its last line."""
    tally = Tally()
    if path.suffix == ".py":
        suite = unittest.defaultTestLoader.loadTestsFromNames(tests or [module(path)])
        if sanitizer.REPORTS:
            suite = sanitizer.what_can_run(suite, tally.skip)
        suite.run(Result(tally))
    else:
        run_cmocka(path, tally)
    print(tally.passed, tally.failed, tally.skipped)


def chosen(words):
    """-> {file: the names of its tests to run, or [] for all}"""
    files = [*(BUILD / p.relative_to(REPO).with_suffix("") for p in sorted(TESTS.rglob("*_test.c"))),
             *sorted(TESTS.rglob("test_*.py"))]
    words = [word.removeprefix("tests.") for word in words]
    found, known = {}, set()
    for file in files:
        dotted = module(file) if file.suffix == ".py" else "-"
        tests = {w for w in words if w.startswith(dotted + ".")}
        whole = {w for w in words if f"{dotted}.".startswith(w + ".") or w in os.path.relpath(file)}
        known |= tests | whole
        if tests or whole or not words:
            found[file] = [] if whole else sorted(tests)
    if unknown := set(words) - known:
        sys.exit(f"no file of tests has this in its path: {' '.join(sorted(unknown))}")
    return found


# The files that take longest start first: see the times that are printed last. Otherwise the run
# would end with one of them, alone on one processor.
LONGEST = ("test_store_disturbed", "bastion", "test_guessing", "test_build", "test_lint",
           "test_written_meanwhile", "test_deb", "test_login.", "test_su_login", "test_awake",
           "test_sudo", "test_sshd.", "test_sending", "test_login_files", "test_bench",
           "test_rotate_interrupted", "test_store_round_trip")


def longest_first(path):
    return next((i for i, word in enumerate(LONGEST) if word in str(path)), len(LONGEST))


def fork(output, others):
    """os.fork(). The child writes to the output, closes those of others, and has FILE_SECONDS to
    live."""
    pid = os.fork()
    if pid == 0:
        with open(os.devnull) as nothing:
            os.dup2(nothing.fileno(), 0)
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
        for file in output, *others:
            file.close()
        signal.alarm(FILE_SECONDS)
    return pid


def counted(path, output, status):
    """-> the lines that the process of a file has printed, and its tally"""
    output.seek(0)
    lines = output.read().splitlines()
    if status == -signal.SIGALRM:
        why = f"not done after {FILE_SECONDS} s"
    else:
        why = f"ended with {status}"
        with contextlib.suppress(IndexError, ValueError):
            return lines[:-1], [int(n) for n in lines[-1].split(" ")]
    return [f"FAIL  {path.name}", f"      {why}", *(f"      {line}" for line in lines[-40:])], [0, 1, 0]


# Other programs write to these folders, too. So only names that look like this project's count.
SHARED = ("/", "/home", "/tmp", "/var/tmp", "/dev/shm", *map(os.path.expanduser, ("~", "~/.aws")))
OURS = re.compile(r"aws-mfa|pam_aws|helper-|^credentials|^core")


def names_outside():
    """Finds files of stray tests: names in folders that do not belong to the tests."""
    found = {str(path) for path in REPO.iterdir()}
    for folder in SHARED:
        with contextlib.suppress(OSError):
            found |= {os.path.join(folder, n) for n in os.listdir(folder) if OURS.search(n)}
    return found - {str(BUILD)}


def main():
    # A shell ignores SIGINT and SIGQUIT in the background, and nohup ignores SIGHUP. The tests must
    # not inherit this.
    for number in (signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM, signal.SIGTSTP):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    os.umask(0o022)     # Debian 13 has 002, and the programs refuse files that others may write
    open_clone.enter()
    start = time.monotonic()
    files = chosen(sys.argv[1:])
    totals = [0, 0, 0]
    took = {}
    used = {}
    before = names_outside()
    waiting = sorted(files, key=longest_first)
    running = {}
    while waiting or running:
        while waiting and len(running) < 3 * len(os.sched_getaffinity(0)):
            file = waiting.pop(0)
            output = tempfile.TemporaryFile("w+", errors="replace")
            pid = fork(output, [output for _, output, _ in running.values()])
            if pid == 0:
                return run_file(file, files[file])
            running[pid] = file, output, time.monotonic()
        pid, status, usage = os.wait3(0)
        if pid not in running:      # a test's orphan, if there is no init
            continue
        file, output, began = running.pop(pid)
        took[file] = time.monotonic() - began
        used[file] = usage.ru_utime + usage.ru_stime
        with output:
            lines, counts = counted(file, output, os.waitstatus_to_exitcode(status))
        print(*lines, sep="\n", end="\n" if lines else "", flush=True)
        totals = [a + b for a, b in zip(totals, counts)]
    for path in sorted(names_outside() - before):
        print(f"FAIL  {path}: a test has left this behind", flush=True)
        totals[1] += 1
    for path, said in sanitizer.reports():
        print(f"FAIL  {path}", *(f"      {line}" for line in said.splitlines()), sep="\n", flush=True)
        totals[1] += 1
    for file in sorted(used, key=used.get):
        print(f"{took[file]:6.1f} s, processor {used[file]:5.1f} s  {os.path.relpath(file)}")
    print(f"in {time.monotonic() - start:.0f} s, processor {sum(used.values()):.0f} s")
    print("{} passed, {} failed, {} skipped".format(*totals))
    return 1 if totals[1] or not totals[0] else 0


if __name__ == "__main__":
    sys.exit(main())
