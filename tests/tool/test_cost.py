"""Counts the system calls of a run with a valid session. Times would depend on the machine."""

import re
import shutil
import subprocess
from pathlib import Path

from host import HostTest
from paths import AWS_MFA

TRUE = "/usr/bin/true"


class Cost(HostTest):
    def setUp(self):
        super().setUp()
        if not shutil.which("strace"):
            self.skipTest("no strace")
        self.assertEqual(self.aws_mfa("--token", self.user.code()).returncode, 0)

    def calls(self, *argv, options=()):
        log = Path(self.env["HOME"]) / "calls"
        run = subprocess.run(["strace", "-qq", "-o", log, *options, *argv], env=self.env, text=True,
                             stdin=subprocess.DEVNULL, capture_output=True)
        if run.returncode and not log.exists():
            self.skipTest(f"strace does not work here: {run.stderr.strip()}")
        self.assertEqual(run.returncode, 0, run.stderr)
        return log.read_text().splitlines(), run.stdout

    def test_a_valid_session_costs_few_calls(self):
        least, _ = self.calls(TRUE)
        ours, said = self.calls(self.program, "--profile", "work")
        self.assertIn("still valid", said)
        libraries = subprocess.run(["objdump", "-p", AWS_MFA], capture_output=True, text=True,
                                   check=True).stdout.count("NEEDED") - 1    # libdl, where it is one
        self.assertLess(len(ours) - len(least), 50 + 8 * libraries, "\n".join(ours))
        for *args, most, shown in (("status", 45, "work "), ("export", "--format", "json", 53, '"SessionToken"')):
            other, said = self.calls(self.program, *args, "--profile", "work")
            self.assertIn(shown, said)
            self.assertLess(len(other) - len(least), most + 8 * libraries, "\n".join(other))
        if re.search(r"\bopenat2?\(AT_FDCWD, 0x", "\n".join(ours)):
            return  # only root may look into its memory, so the names are not seen
        # one look in each folder for the leftovers of a cut-off write
        looks = re.findall(r'"(.*)/\.[^/]*-new"', "\n".join(ours))
        self.assertEqual(looks, [str(self.credentials.parent), self.env["HOME"], "/var/tmp"])

    def test_the_same_without_openat2(self):
        _, said = self.calls(self.program, "--profile", "work", options=["-e", "inject=openat2:error=ENOSYS"])
        self.assertIn("still valid", said)
