"""Shared by the tests of a hostile server: one refresh against it, and all that must hold for every
answer of the server."""

import os
import shutil
import socket
import subprocess
import threading
import time
from dataclasses import dataclass

from home import Home, config, long_term, write
from paths import AWS_MFA, temporary
from sandbox.sts import Sandbox
from tool.sts.ststest import STARVED

TIMEOUT = 2     # seconds, --timeout
SLACK = 1       # how far beyond it a run may end

# [work] holds an old session, and what follows it would be hit by a value that brings lines along.
OTHERS = """
[work]
aws_access_key_id = ASIAOLD
aws_secret_access_key = old
aws_session_token = old
aws_security_token = old
expiration = 2020-01-01 00:00:00

[other]
aws_access_key_id = AKIAOTHER
aws_secret_access_key = untouched
"""


@dataclass
class Case:
    """prepare(box) puts the server into its state. status: of DESIGN 3.2; words: what stderr must
    hold; codes: how often the server must have seen the code; connections: how many there must
    have been at most; pam: run as the PAM module runs it, so that the warm-up is not signed."""
    name: str
    prepare: object
    status: int
    words: tuple = ()
    codes: int = 0
    connections: int = None
    pam: bool = False

    @property
    def stored(self):
        """Is a session written, so that the file changes?"""
        return self.status == 0


@dataclass
class Outcome:
    status: int
    out: str
    err: str
    seconds: float
    before: str
    after: str
    left: set           # what stands in ~/.aws
    codes: list
    code: str
    secrets: list
    connections: int


def refresh(case, tls):
    """Sends a code in a new home to a new server."""
    home = Home()
    try:
        with Sandbox(tls) as box:
            user = box.add_user("alice")
            file = home.credentials
            write(file, "# mine\n" + long_term(user) + OTHERS)
            home.config.write_text(config(box.url, box.ca_path))
            before = file.read_bytes().decode()
            env = {**home.env, "TZ": "UTC"}
            code = user.code()
            case.prepare(box)
            start = time.monotonic()
            status, out, err = (_as_pam_does if case.pam else _by_hand)(code, env)
            seconds = time.monotonic() - start
            return Outcome(status, out, err, seconds,
                           before, file.read_bytes().decode(), set(os.listdir(home.folder)),
                           box.codes_seen(user), code, [user.secret_access_key], box.connections)
    finally:
        shutil.rmtree(home.path, ignore_errors=True)


def _by_hand(code, env):
    """-> (status, standard output, standard error)"""
    run = subprocess.run(
        [AWS_MFA, "--profile", "work", "--timeout", str(TIMEOUT), "--token", code], env=env,
        stdin=subprocess.DEVNULL, capture_output=True, timeout=30, start_new_session=True)
    return run.returncode, run.stdout.decode(), run.stderr.decode()


def _as_pam_does(code, env):
    """-> (status, "", text) of the result record; include/record.h"""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        # preexec_fn is not safe beside other threads. dash allows only descriptors of one digit.
        process = subprocess.Popen(
            ["bash", "-c", f'exec "$@" 3<&{theirs.fileno()}', "bash", AWS_MFA, "pam",
             "--profile", "work", "--timeout", str(TIMEOUT)], env=env, cwd="/",
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            pass_fds=(theirs.fileno(),))
        try:
            theirs.close()
            ours.settimeout(30)
            records = ours.makefile("rw", encoding="utf-8", newline="\n")
            for line in records:
                word, _, text = line.rstrip("\n").partition(" ")
                if word == "ask":
                    records.write(f"code {code}\n")
                    records.flush()
                elif word == "result":
                    status, _, text = text.partition(" ")
                    return int(status), "", text
            return None, "", "no result"
        finally:
            process.kill()
            process.wait()


def check(test, case, outcome):
    """All of it at once, for every case."""
    test.assertEqual(outcome.status, case.status, outcome.err + outcome.out)
    said = outcome.err + outcome.out
    for word in case.words:
        test.assertIn(word, outcome.err)
    hidden = {c for c in said if not c.isprintable() and c != "\n"}
    test.assertEqual(hidden, set(), f"not for a terminal: {said!r}")
    for secret in [outcome.code, *outcome.secrets]:
        test.assertNotIn(secret, said)
    if case.status == 14 and not case.pam:
        test.assertIn("no code was sent; your code is still good", outcome.err)
    if case.status == 15:
        test.assertIn("the code may be used up", outcome.err)
    if case.stored:
        test.assertNotIn("error:", outcome.err)
        test.assertNotEqual(outcome.after, outcome.before)
    else:
        test.assertEqual(outcome.err.count("\n"), 0 if case.pam else 1, outcome.err)
        test.assertEqual(outcome.err.count("error:"), 0 if case.pam else 1, outcome.err)
        test.assertEqual(outcome.out, "")
        test.assertEqual(outcome.after, outcome.before)
    test.assertLessEqual(outcome.left, {"credentials", "config", ".credentials.aws-mfa-lock"})
    test.assertEqual(outcome.codes, [outcome.code] * case.codes)
    test.assertLess(outcome.seconds, TIMEOUT + SLACK)
    if case.connections is not None:
        test.assertLessEqual(outcome.connections, case.connections)


class Running:
    """The cases of a test class, run a few at a time from the first test on: most of them wait."""

    def __init__(self, cases, tls, workers=6):
        self._cases, self._tls = list(cases), tls
        self._outcome = {case.name: None for case in cases}
        self._done = threading.Condition()
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(workers)]
        for thread in self._threads:
            thread.start()

    def _work(self):
        while True:
            with self._done:
                if not self._cases:
                    return
                case = self._cases.pop(0)
            try:
                for _ in range(5):
                    outcome = refresh(case, self._tls)
                    if case.status != 14 or STARVED not in outcome.err:
                        break       # else we keep this machine busy ourselves
            except Exception as error:      # told by result()
                outcome = error
            with self._done:
                self._outcome[case.name] = outcome
                self._done.notify_all()

    def result(self, case):
        with self._done:
            self._done.wait_for(lambda: self._outcome[case.name] is not None, 120)
            outcome = self._outcome[case.name]
        if outcome is None:
            raise TimeoutError(f"{case.name} did not run")
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def stop(self):
        with self._done:
            self._cases.clear()
        for thread in self._threads:
            thread.join(60)


def tests_of(cases):
    """A class decorator: one test for each case, all run by Running."""
    def decorate(cls):
        def set_up(klass):
            klass.tls = temporary(klass.addClassCleanup)
            klass.running = Running(cases, klass.tls)
            klass.addClassCleanup(klass.running.stop)
        cls.setUpClass = classmethod(set_up)
        names = [case.name for case in cases]
        assert len(set(names)) == len(names), "a name twice"
        for case in cases:
            def test(self, case=case):
                outcome = self.running.result(case)
                check(self, case, outcome)
                self.more(case, outcome)
            setattr(cls, f"test_{case.name}", test)
        return cls
    return decorate
