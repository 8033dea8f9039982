"""What keystore mode leaves in an application that lives on, also if a call of the module fails."""

import os
import re
import subprocess
import unittest
from pathlib import Path

from open_clone import closed_to_others
from pam import casefile
from pam.test_leaks import children, memory
from paths import BUILD

HOSTILE, FAILING = BUILD / "tests/pam/hostile", BUILD / "tests/pam/failing"


class Left(casefile.CaseTest):
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

    def each_call_fails(self, mode):
        """-> for each login of failing.c what it says. Nothing is left in any case."""
        (self.home / "store-script").write_text("read\nsend result 0 written\n")
        self.stack("keystore timeout=1")
        command, env = self.on_host(
            {"serve": f"{self.OPENING}session secret\nsend result 0 accepted\n"},
            [FAILING, self.folder / "pam.d", self.folder / "serve/serve-log", mode, "123456"])
        out = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True,
                             text=True, timeout=120, cwd=self.folder)
        self.assertEqual((out.stderr, out.returncode), ("", 0))
        words = ("n", "failed", "auth", "account", "open", "executed", "code", "left")
        logins = [dict(zip(words, line.split(" "))) for line in out.stdout.splitlines()
                  if not line.startswith("log ")]
        for login in logins:
            self.assertEqual((login["left"], login["open"]), ("0", "0"), login)
            if login["auth"] == "0":
                self.assertEqual(login["code"], "code", login)
            else:
                self.assertNotEqual(login["auth"], "25", login)     # PAM_IGNORE
            if login["account"] == "0":
                self.assertEqual(login["auth"], "0", login)
        return logins

    def test_each_call_fails(self):
        logins = self.each_call_fails("error")
        refused = {login["failed"] for login in logins if login["auth"] != "0"}
        self.assertLessEqual({"open", "openat", "fstat", "fcntl", "pipe2", "socket", "connect",
                              "sendmsg", "recv", "malloc"}, refused)

    def test_each_call_fails_with_null(self):
        self.each_call_fails("null")

    def test_each_call_of_the_store_s_child_fails(self):
        """AWS has accepted the code by then."""
        logins = self.each_call_fails("child")
        self.assertLessEqual({"setrlimit", "dup2", "open", "dup", "chdir", "setsid", "syscall",
                              "prctl", "execve"}, {login["failed"] for login in logins})
        for login in logins:
            self.assertEqual(login["auth"], "0", login)

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


if __name__ == "__main__":
    unittest.main()
