"""Codes and keys are in no argument, no environment, no log and no file they do not belong in."""

import ctypes
import fcntl
import os
import select
import subprocess
import unittest
from pathlib import Path

from host import HostTest
from paths import AWS_MFA, BUILD
from sandbox import faults


PR_SET_CHILD_SUBREAPER = 36


class Secrets(HostTest):
    def everything_visible(self):
        """Arguments and environment of every process that may be looked at."""
        seen = {}
        for process in Path("/proc").glob("[0-9]*"):
            for name in ("cmdline", "environ"):
                try:
                    seen[f"{process}/{name}"] = (process / name).read_bytes()
                except OSError:
                    continue
        return seen

    def test_argv_and_environment_while_sts_is_asked(self):
        code = self.user.code()
        self.box.fault("GetSessionToken", faults.hang())
        count = sum(r.action == "GetSessionToken" for r in self.box.requests)
        env = {**self.env, "MARK": "seen-in-environ"}
        run = subprocess.Popen([AWS_MFA, "--profile", "work", "--token", code, "--timeout", "5"],
                               env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(run.communicate)
        self.addCleanup(run.kill)
        self.box.wait_for("GetSessionToken", count + 1)
        seen = self.everything_visible()
        child, = Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()
        self.assertEqual(seen[f"/proc/{child}/cmdline"], b"aws-mfa-sts\0")
        for name, data in seen.items():
            self.assertNotIn(code.encode(), data, name)
            self.assertNotIn(self.user.secret_access_key.encode(), data, name)
        if os.geteuid() == 0:
            self.assertEqual(seen[f"/proc/{child}/environ"].strip(b"\0"), b"")
        self.assertEqual(run.wait(20), 15)

    @unittest.skipIf(os.geteuid() != 0, "needs root, to see the descriptors of aws-mfa-sts")
    def test_descriptors_of_the_caller_s_end_here(self):
        """Where the kernel closes them, and where it is too old for that."""
        caller_s = self.home / "caller-s"
        self.box.fault("GetCallerIdentity", faults.hang())
        for env in ({}, {"LD_PRELOAD": str(BUILD / "tests/tool/old_kernel.so")}):
            count = sum(r.action == "GetCallerIdentity" for r in self.box.requests)
            with open(caller_s, "w") as file, self.subTest(env):
                fds = [fcntl.fcntl(file, fcntl.F_DUPFD, least) for least in (4, 5, 200)]
                run = subprocess.Popen([AWS_MFA, "--profile", "work", "--token", "123456"],
                                       env=self.env | env, stderr=subprocess.DEVNULL, pass_fds=fds)
                self.addCleanup(run.wait)
                self.addCleanup(run.kill)
                for fd in fds:
                    os.close(fd)
                self.box.wait_for("GetCallerIdentity", count + 1)
                child, = Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()
                ours, theirs = ([os.readlink(fd) for fd in Path(f"/proc/{pid}/fd").iterdir()]
                                for pid in (run.pid, child))
                self.assertEqual(ours.count(str(caller_s)), 3)
                self.assertNotIn(str(caller_s), theirs)

    def test_debug_output(self):
        code = self.user.code()
        run = self.aws_mfa("--token", code, "--log-level", "DEBUG")
        self.assertEqual(run.returncode, 0, run.stderr)
        section = self.section()
        for secret in [code, self.user.secret_access_key, section["aws_secret_access_key"],
                       section["aws_session_token"]]:
            self.assertNotIn(secret, run.stdout + run.stderr)

    def test_no_process_and_no_file_is_left(self):
        # orphans become children of this process
        self.assertEqual(ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0)
        self.aws_mfa("--token", self.user.code())
        self.box.fault("GetSessionToken", faults.hang())
        self.aws_mfa("--force", "--timeout", "1", "--token", self.user.code())
        self.assertEqual(sorted(os.listdir(self.credentials.parent)),
                         [".credentials.aws-mfa-lock", "config", "credentials"])
        children = Path("/proc/self/task").glob("*/children")
        self.assertEqual("".join(c.read_text() for c in children), "")

    def test_killed_parent_takes_the_network_process_along(self):
        self.box.fault("GetCallerIdentity", faults.hang())
        count = sum(r.action == "GetCallerIdentity" for r in self.box.requests)
        run = subprocess.Popen([AWS_MFA, "--profile", "work", "--token", self.user.code()],
                               env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.box.wait_for("GetCallerIdentity", count + 1)
        children = Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()
        self.assertEqual(len(children), 1)
        watch = os.pidfd_open(int(children[0]))
        self.addCleanup(os.close, watch)
        run.kill()
        run.wait()
        self.assertTrue(select.select([watch], [], [], 5)[0], "aws-mfa-sts outlived its parent")


if __name__ == "__main__":
    unittest.main()
