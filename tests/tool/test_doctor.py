"""aws-mfa doctor."""

import json
import subprocess
import unittest

from host import HostTest


class DoctorTest(HostTest):
    def doctor(self, *args, **options):
        """-> CompletedProcess; what doctor prints fits in 80 columns"""
        options.setdefault("profile", None)
        run = self.aws_mfa("doctor", *args, **options)
        if "--json" not in args:
            told = run.stdout.replace(str(self.home), "~")
            self.assertLessEqual(max(map(len, told.splitlines()), default=0), 80, told)
        return run

    def findings(self, *args, profile="work", **options):
        """-> what --json prints of findings, checked against its description"""
        run = self.doctor(profile, "--json", *args, **options)
        self.assertEqual(run.stderr, "")
        told = json.loads(run.stdout)
        self.assertEqual(list(told), ["Version", "Ok", "Findings", "Table"])
        self.assertEqual((told["Version"], told["Table"]), (1, []))
        for finding in told["Findings"]:
            self.assertEqual(list(finding), ["Id", "Level", "File", "Line", "Message", "Fix"])
            self.assertIn(finding["Level"], ("fault", "warning", "note"))
            self.assertRegex(finding["Id"], r"^[a-z][a-z-]+$")
            self.assertTrue(finding["Message"])
        self.assertEqual(told["Ok"], all(f["Level"] == "note" for f in told["Findings"]))
        self.assertEqual(run.returncode, 0 if told["Ok"] else 1)
        return told["Findings"]


class Frame(DoctorTest):
    def test_nothing_to_mend(self):
        for args in [("work",), ("--profile", "work")]:
            run = self.doctor(*args, "--offline")
            self.assertEqual((run.returncode, run.stderr), (0, ""), run.stdout)
            self.assertRegex(run.stdout, r"^ok     \d+ checks?: .*settings")
            self.assertTrue(run.stdout.endswith("\nNothing to mend.\n"), run.stdout)
        self.assertEqual(self.findings("--offline"), [])

    def test_the_profile_comes_from_the_environment(self):
        self.assertEqual(self.doctor("--offline", env={"AWS_PROFILE": "work"}).returncode, 0)
        self.assertEqual(self.doctor("--offline").returncode, 1)

    def test_verbose(self):
        run = self.doctor("work", "--offline", "-v")
        self.assertRegex(run.stdout, r"^(ok     .*\n(       .*\n)*)+Nothing to mend.\n$")

    def test_usage(self):
        for args in [("work", "--profile", "work"), ("work", "--region", "x y"), ("a", "b")]:
            run = self.doctor(*args)
            self.assertEqual((run.returncode, run.stdout), (2, ""), run.stderr)

    def test_a_full_disk(self):
        with open("/dev/full", "w") as full:
            run = subprocess.run([self.program, "doctor", "work", "--offline"], env=self.env,
                                 stdout=full, stderr=subprocess.PIPE, text=True, timeout=10)
        self.assertEqual(run.returncode, 4)
        self.assertIn("standard output", run.stderr)

    def test_color_on_a_terminal_alone(self):
        self.credentials.unlink()
        self.assertNotIn("\033", self.doctor("work").stdout)
        for env, colored in [({}, True), ({"NO_COLOR": ""}, True), ({"NO_COLOR": "1"}, False)]:
            screen = self.terminal("doctor", env=env, all_on_it=True)
            self.assertEqual(screen.wait()[0], 1)
            self.assertEqual("\033[31mFAULT\033[0m" in screen.screen, colored, screen.screen)
            self.assertIn("FAULT", screen.screen)


if __name__ == "__main__":
    unittest.main()
