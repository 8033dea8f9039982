"""A wrong wall clock: the person gets one message, and the session's duration is right."""

import unittest
from datetime import datetime, timedelta, timezone

from host import HostTest

TWELVE_HOURS = 12 * 3600 + 3 * 60 + 30      # and 3 min, and not at the edge of one


class Clock(HostTest):
    def refresh(self, skew, *options):
        """The server's clock is that much ahead of this machine's."""
        self.box.date_skew = skew
        self.addCleanup(setattr, self.box, "date_skew", 0)
        run = self.aws_mfa("--force", "--token", self.user.code(), *options)
        self.assertEqual(run.returncode, 0, run.stderr)
        return run.stdout + run.stderr

    def test_off(self):
        for skew, words in ((TWELVE_HOURS, "12 h 3 min slow"), (-TWELVE_HOURS, "12 h 3 min fast"),
                            (330, "5 min slow")):
            with self.subTest(skew):
                said = self.refresh(skew, "--duration", "3600")
                self.assertEqual(said.count("clock"), 1, said)
                self.assertIn(f"warning: this machine's clock is {words} against AWS", said)
                self.assertIn("timedatectl set-ntp true", said)
                self.assertRegex(said, r"valid until .* UTC, (59 min|1 h 00 min) from now")

    def test_tolerated(self):
        for skew in (230, -230, 0):
            with self.subTest(skew):
                said = self.refresh(skew, "--duration", "3600")
                self.assertNotIn("clock", said)
                self.assertRegex(said, r"valid until .* UTC, (59 min|1 h 00 min) from now")

    def test_what_is_stored_is_the_server_s(self):
        self.refresh(-TWELVE_HOURS, "--duration", "3600")
        stored = datetime.fromisoformat(self.section()["expiration"] + "+00:00")
        left = stored - datetime.now(timezone.utc) + timedelta(seconds=TWELVE_HOURS)
        self.assertLess(abs(left.total_seconds() - 3600), 30)


if __name__ == "__main__":
    unittest.main()
