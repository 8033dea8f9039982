"""PAM applications that are hard on a module: hostile.c and failing.c, with a scripted helper."""

import os
import re
import subprocess
import unittest
from concurrent.futures import ThreadPoolExecutor

from open_clone import closed_to_others
from pam import casefile
from paths import BUILD

HOSTILE = BUILD / "tests/pam/hostile"
FAILING = BUILD / "tests/pam/failing"
SUCCESS, PERM_DENIED = "0", "6"
ACCEPTED = "send ask\nhear\nsend result 0 written"


class HostileTest(casefile.CaseTest):
    def setUp(self):
        super().setUp()
        self.home.mkdir()
        self.users()
        self.stack("")

    def be_root_for_somebody_else(self):
        if os.getuid() == 0 and not closed_to_others():
            os.chown(self.home, casefile.OTHER_UID, casefile.OTHER_UID)
            self.uid = self.gid = casefile.OTHER_UID
            self.users()

    def run_it(self, *argv, prefix=(), timeout=60):
        run = subprocess.run([*prefix, argv[0], self.folder / "pam.d", *argv[1:]],
                             env={**self.environment(), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
                             stdin=subprocess.DEVNULL, capture_output=True, text=True,
                             timeout=timeout, cwd=self.folder)
        self.assertEqual((run.stderr, run.returncode), ("", 0), run.stdout)
        return run.stdout


class Hostile(HostileTest):
    def test_threads(self):
        """32 users log in at once, every second one with a wrong code. Each gets only their own
        answer."""
        passwd = []
        for n in range(32):
            home = self.folder / f"home{n}"
            home.mkdir()
            result = f"send key-id KEY{n}\nsend result " + ("11 wrong" if n % 2 else "0 written")
            (home / "helper-script").write_text(f"send ask\nhear\n{result}\n")
            passwd.append(f"user{n}:x:{self.uid}:{self.gid}::{home}:/bin/sh\n")
        (self.folder / "passwd").write_text("".join(passwd))
        out = self.run_it(HOSTILE, "threads", "32")
        for n in range(32):
            self.assertEqual((self.folder / f"home{n}/helper-log").read_text(),
                             f"aws-mfa pam --timeout 20\nheard code {n:06}\n")
            rc, result = ("7", "wrong-code") if n % 2 else (SUCCESS, "accepted")
            self.assertIn(f"\nuser{n} {rc}\n", "\n" + out)
            self.assertRegex(out, rf" user=user{n} .*result={result} .* key-id=KEY{n} ")
        self.assertIn("descriptors left 0\nchildren left 0\n", out)

    def test_rounds(self):
        """The module is loaded and unloaded a thousand times."""
        self.helper_plays(ACCEPTED)
        out = self.run_it(HOSTILE, "rounds", "1000")
        self.assertIn("last 0\nmodule loaded 0\n", out)
        self.assertIn("mappings grown 0\ndescriptors left 0\nchildren left 0\n", out)
        # libc's own buffers grow a little; a block lost in each round would be 24 bytes
        self.assertLess(self.heap_grown(out), 4096 + self.lost_by_libpam())

    @staticmethod
    def heap_grown(out):
        return int(re.search(r"heap grown (-?\d+)", out)[1])

    def lost_by_libpam(self):
        """Version 1.4 loses a block for each module that it loads, whatever it is."""
        self.module = "pam_permit.so"
        self.stack("")
        return max(0, self.heap_grown(self.run_it(HOSTILE, "rounds", "1000")))

    def test_bystanders(self):
        """The module does not signal or reap the application's own children."""
        self.helper_plays(ACCEPTED)
        out = self.run_it(HOSTILE, "bystanders")
        self.assertIn("alice 0\nzombie 7\nbystander lives\nchildren left 0\n", out)

    def test_recycled_process_id(self):
        """A new process may get the helper's number. The module must not kill it."""
        if os.getuid() != 0:
            self.skipTest("a pid namespace needs root")
        prefix = ["unshare", "--pid", "--fork", "--mount-proc"]
        tried = subprocess.run([*prefix, "true"], capture_output=True, text=True)
        if tried.returncode:
            self.skipTest(f"no pid namespace here: {tried.stderr.strip()}")
        self.helper_plays("send ask")
        out = self.run_it(HOSTILE, "recycled", prefix=prefix)
        self.assertIn("recycled 1\n", out)
        self.assertIn("reason=\"the helper ended without a result\"", out)
        self.assertIn("bystander lives\n", out)


class Failing(unittest.TestCase):
    """Each call of the module fails in turn: failing.c."""

    # name: (the helper's script, options, MODE, answers)
    RUNS = {
        "accepted": (ACCEPTED, "setenv profile=work", "error", ["123456"]),
        "accepted, null": (ACCEPTED, "setenv profile=work", "null", ["123456"]),
        "child": (ACCEPTED, "", "child", ["123456"]),
        "child of root": (ACCEPTED, "", "child", ["123456"]),
        "always": (ACCEPTED, "always", "error", ["123456"]),
        "always, null": (ACCEPTED, "always", "null", ["123456"]),
        "valid": ("send result 3 valid", "", "error", []),
        "not set up": ("send result 12 no file", "nullok", "error", []),
        "wrong": ("send ask\nhear\nsend result 11 wrong", "", "error", ["123456"]),
        "down": ("send ask\nhear\nsend result 14 down", "failmode=safe", "error", ["123456"]),
        "spent": ("send ask\nhear\nsend result 15 later", "failmode=safe", "error", ["123456"]),
        "no code": ("send ask / result 0 written", "", "error", ["hunter2"]),
        "a lie": ("send result 0 written", "", "error", []),
        "^C": (ACCEPTED, "", "error", []),
    }

    @classmethod
    def setUpClass(cls):
        if "-fsanitize" in os.environ.get("CFLAGS", ""):
            raise unittest.SkipTest("the sanitizers stand in for the same functions of libc")
        # A login takes long if the helper never gets its code. So the runs go in parallel.
        cls.logs = {}
        pool = ThreadPoolExecutor(len(cls.RUNS))
        cls.addClassCleanup(pool.shutdown)
        cls.runs = {name: pool.submit(cls.logins, name) for name in cls.RUNS}

    @classmethod
    def logins(cls, name):
        """-> for each login the words that failing.c prints"""
        script, options, mode, answers = cls.RUNS[name]
        host = HostileTest("run_it")
        host.setUp()
        try:
            if name == "child of root":
                host.be_root_for_somebody_else()
            host.stack(f"{options} timeout=1")
            host.helper_plays(script)
            out = host.run_it(FAILING, host.home / "helper-log", mode, *answers)
        finally:
            host.doCleanups()
        words = ("n", "failed", "auth", "account", "open", "executed", "code", "left")
        cls.logs[name] = [line for line in out.splitlines() if line.startswith("log ")]
        return [dict(zip(words, line.split(" ")))
                for line in out.splitlines() if not line.startswith("log ")]

    def test_success_only_for_a_code(self):
        """If any call fails, no descriptor is left, and the session is opened."""
        for name in self.RUNS:
            with self.subTest(name):
                for login in self.runs[name].result():
                    self.assertEqual((login["left"], login["open"]), ("0", SUCCESS), login)
                    if login["auth"] == SUCCESS:
                        self.assertEqual(login["code"], "code", login)
                    if name.startswith("always") and login["account"] == SUCCESS:
                        self.assertEqual(login["auth"], SUCCESS, login)

    def test_success_never_without_one(self):
        for name, (script, *_, answers) in self.RUNS.items():
            if script == ACCEPTED and answers:
                self.assertIn(SUCCESS, [login["auth"] for login in self.runs[name].result()], name)
                continue
            for login in self.runs[name].result():
                self.assertNotEqual(login["auth"], SUCCESS, f"{name}: {login}")

    def failed(self, name):
        return [login["failed"] for login in self.runs[name].result() if login["failed"] != "-"]

    def test_a_name_that_cannot_be_looked_up_is_not_logged(self):
        """A directory may be down, and the name may be a password typed by mistake."""
        self.runs["accepted"].result()
        lines = [line for line in self.logs["accepted"] if "passwd database" in line]
        self.assertTrue(lines)
        for line in lines:
            self.assertIn(": user=(unknown) ", line)

    def test_all_of_them_had_their_turn(self):
        for name in ["always", "always, null"]:
            notes = {"pam_set_data", "strdup"}      # the module's second call is pam_get_data
            self.assertLessEqual(notes | {"pam_get_data"}, set(self.failed(name)))
            self.assertEqual({login["account"] for login in self.runs[name].result()
                              if login["failed"] in notes}, {PERM_DENIED})
        for name in ["accepted", "accepted, null"]:
            self.assertLessEqual(
                {"pam_get_item", "pam_get_user", "pam_syslog", "pam_putenv", "getpwnam_r",
                 "socketpair", "syscall", "sendmsg", "recv", "poll", "pidfd_send_signal", "waitid"},
                set(self.failed(name)))
        self.assertIn("pam_fail_delay", self.failed("wrong"))

    def between_clone_and_exec(self, name, set_id_calls, checks):
        """If any step here fails, the helper is not executed."""
        steps = [*["setrlimit"] * 8, "dup2", "open", "dup", "dup", "chdir", "setsid", "prctl", "prctl",
                 "execve"]
        # if close_range fails, the module uses another way
        self.assertEqual(sorted(step for step in self.failed(name) if step != "close_range"),
                         sorted(steps + ["syscall"] * (set_id_calls + checks)))
        for login in self.runs[name].result():
            # the last set-id calls check that root cannot be had again: they should fail
            if login["failed"] in steps or (
                    login["failed"] == "syscall" and int(login["n"]) <= set_id_calls):
                self.assertEqual(login["executed"], "-", f"executed all the same: {login}")

    def test_child(self):
        self.between_clone_and_exec("child", 3 if os.getuid() == 0 else 0, 0)

    def test_child_of_root(self):
        if os.getuid() != 0:
            self.skipTest("changes its uid: needs root")
        if closed_to_others():
            self.skipTest(closed_to_others())
        self.between_clone_and_exec("child of root", 3, 3)


if __name__ == "__main__":
    unittest.main()
