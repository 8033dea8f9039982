"""Two terminals, a login and a script at once."""

import fcntl
import struct
import subprocess
import time
import unittest

from host import HostTest
from paths import AWS_MFA
from sandbox import faults


class Concurrency(HostTest):
    def start(self, *args):
        return subprocess.Popen([AWS_MFA, "--profile", "work", *args], env=self.env, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def test_eight_runs_spend_one_code(self):
        code = self.user.code()
        # slow enough that all are under way before the first is done
        self.box.fault("GetSessionToken", faults.delay(1))
        runs = [self.start("--token", code) for _ in range(8)]
        outs = [run.communicate(timeout=30) for run in runs]
        self.assertEqual([run.returncode for run in runs], [0] * 8, outs)
        self.assertEqual(self.box.codes_seen(self.user), [code])
        self.assertEqual(sum("still valid" in out for out, _ in outs), 7)

    def test_forced_runs_have_their_own_codes_judged(self):
        codes = [self.user.code(), self.user.code()]
        runs = [self.start("--force", "--token", code) for code in codes]
        for run in runs:
            run.communicate(timeout=30)
        self.assertEqual(sorted(self.box.codes_seen(self.user)), sorted(codes))

    def test_a_frozen_holder_of_the_section_keeps_nobody_out(self):
        self.hold_lock(2, 0)   # every section, but not the file
        start = time.monotonic()
        run = self.aws_mfa("--timeout", "4", "--token", self.user.code())
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertRegex(run.stderr, r"working on \[work\]; end it if it hangs\. This refresh goes on without its lock\n$")
        self.assertLess(time.monotonic() - start, 2)
        self.assertIn("aws_session_token", self.section())

    def test_where_every_code_is_judged_the_section_s_lock_is_not_waited_for(self):
        self.hold_lock(2, 0)
        start = time.monotonic()
        run = self.aws_mfa("--force", "--timeout", "20", "--token", self.user.code())
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        self.assertLess(time.monotonic() - start, 2)

    def test_a_frozen_holder_of_the_file_costs_two_seconds(self):
        before = self.credentials.read_text()
        self.hold_lock(0, 0)
        start = time.monotonic()
        run = self.aws_mfa("--force", "--token", self.user.code())
        self.assertEqual(run.returncode, 10, run.stderr)
        self.assertIn("another aws-mfa is working on the file", run.stderr)
        took = time.monotonic() - start
        self.assertTrue(1.9 < took < 4, took)
        self.assertEqual(self.credentials.read_text(), before)

    def test_a_reader_s_lock_hinders_nobody(self):
        """A user who may read a file may lock it for reading."""
        with open(self.credentials) as file:
            fcntl.fcntl(file, 37, struct.pack("hhqqi4x", fcntl.F_RDLCK, 0, 0, 0, 0))
            fcntl.flock(file, fcntl.LOCK_SH)
            run = self.aws_mfa("--token", self.user.code())
        self.assertEqual((run.returncode, run.stderr), (0, ""))

    def test_a_hung_call_for_one_profile_does_not_stop_another(self):
        text = self.credentials.read_text()
        self.write_credentials(text + "\n" + text.replace("[work-", "[play-"))
        self.config.write_text(self.config.read_text() +
                               self.config.read_text().replace("profile work", "profile play"))
        self.box.fault("GetSessionToken", faults.hang(), times=1)
        count = sum(r.action == "GetSessionToken" for r in self.box.requests)
        hung = self.start("--timeout", "10", "--token", self.user.code())
        self.box.wait_for("GetSessionToken", count + 1)
        run = self.aws_mfa("--token", self.user.code(), profile="play")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIsNone(hung.poll())
        hung.terminate()
        hung.communicate()


if __name__ == "__main__":
    unittest.main()
