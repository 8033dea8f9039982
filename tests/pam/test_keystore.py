"""Plays the cases that need a host with a key store. Most of them wait, so many run at once."""

import os
import re
import subprocess
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from open_clone import closed_to_others
from pam import casefile
from pam.test_leaks import children, memory
from paths import BUILD

HOSTILE = BUILD / "tests/pam/hostile"


class Play(casefile.CaseTest):
    def __init__(self, case):
        super().__init__("the_case")
        self.case = case

    def the_case(self):
        self.play(self.case)


class Keystore(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        pool = ThreadPoolExecutor(4 * (os.cpu_count() or 1))
        cls.addClassCleanup(pool.shutdown)
        cls.runs = {name: pool.submit(lambda case=case: Play(case).run(unittest.TestResult()))
                    for name, case in cases()}


class Left(casefile.CaseTest):
    """What keystore mode leaves in an application that lives on."""

    OPENING = "hear\nhear\nhear\nhear\nsend ask\nhear\n"

    def setUp(self):
        super().setUp()
        if os.getuid() != 0 or not casefile.can_mount():
            self.skipTest("needs a private mount namespace: root with CAP_SYS_ADMIN")
        if closed_to_others():
            self.skipTest(closed_to_others())
        self.uid = self.gid = casefile.OTHER_UID
        self.home.mkdir()
        os.chown(self.home, self.uid, self.gid)
        self.users()
        self.stack("keystore debug")

    def start(self, serve, *argv):
        """Starts a hostile application: see hostile.c."""
        command, env = self.on_host({"serve": serve}, [HOSTILE, self.folder / "pam.d", *argv])
        app = subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True, cwd=self.folder)
        for last in (app.stdout.close, app.stdin.close, app.wait, app.kill):
            self.addCleanup(last)
        return app

    def test_rounds(self):
        """The module is loaded and unloaded for each login."""
        (self.home / "store-script").write_text("send result 0 written\n")
        out = self.start(f"{self.OPENING}session secret\nsend result 0 accepted\n", "rounds",
                         "60").communicate(timeout=60)[0]
        self.assertIn("last 0\nmodule loaded 0\n", out)
        self.assertIn("mappings grown 0\ndescriptors left 0\nchildren left 0\n", out)
        self.assertLess(int(re.search(r"heap grown (-?\d+)", out)[1]), 4096)

    def until(self, app, text):
        """-> the process id of the application, after it has printed text"""
        self.told = ""
        while not self.told.endswith(text):
            line = app.stdout.readline()
            self.assertTrue(line, f"ended before {text!r}: {self.told}")
            self.told += line
        return next(child for child in children(app.pid)
                    if Path(f"/proc/{child}/comm").read_text().strip() == "hostile")

    def test_secrets(self):
        """The code is wiped, and the session has never been there."""
        code, session = "739518", "SECRET-OF-THE-SESSION"
        (self.home / "store-script").write_text("read\nsend result 0 written\n")
        app = self.start(f"{self.OPENING}session {session}\nsend result 0 accepted\n", "daemon")
        app.stdin.write(code + "\n")
        app.stdin.flush()
        pid = self.until(app, "alice 0\n")
        held = list(memory(pid))
        self.assertTrue([1 for part in held if b"must-not-reach-the-helper" in part], "the search")
        for name, secret in {"the code": code, "the session": session}.items():
            self.assertNotIn(secret, self.told, name)
            self.assertFalse([1 for part in held if secret.encode() in part], name)
        self.assertIn(session, (self.home / "store-log").read_text())


def cases():
    return [(name, case) for _, name, case in casefile.load() if casefile.OF_KEYSTORE & set(case)]


def add_cases():
    for name, _ in cases():
        def test(self, name=name):
            result = self.runs[name].result()
            for _, reason in result.skipped:
                self.skipTest(reason)
            for _, why in result.failures + result.errors:
                self.fail(why)

        setattr(Keystore, "test_" + re.sub(r"\W+", "_", name), test)


add_cases()

if __name__ == "__main__":
    unittest.main()
