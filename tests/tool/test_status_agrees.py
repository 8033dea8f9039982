"""aws-mfa status against a refresh and explain, which read the same random files in another way."""

import random
import re
import unittest

from tool.looking import ADMIN, DEVICE, OPS, LookTest, keys, session, static

CASES = 200
NAMES = ["work", "admin", "base", "default", "x-long-term", "work-mfa"]
SUFFIXES = [[], [], ["--short-term-suffix", "mfa"],
            ["--long-term-suffix", "none", "--short-term-suffix", "mfa"]]
IN_CONFIG = [f"role_arn = {ADMIN}", f"role_arn = {OPS}", "source_profile = base", "source_profile = work",
             f"mfa_serial = {DEVICE}x", "region = r2", "credential_process = x", "sso_session = x",
             "credential_source = Environment", "renew_before = 40m", "region ="]
ROWS = {"device": "SerialNumber", "role": "RoleArn", "region": "Region",
        "long-term keys in": "LongTermSection"}


class Agreement(LookTest):
    def setUp(self):
        super().setUp()
        self.rng = random.Random(15)
        self.env["AWS_ENDPOINT_URL"] = "http://127.0.0.1:1"     # nothing asks, so nothing connects

    def texts(self):
        """-> the two files"""
        pick, chance = self.rng.choice, self.rng.random
        credentials = {"[DEFAULT]\nregion = r3\n": None} if chance() < 0.1 else {}
        for name in self.rng.sample(NAMES, 4):
            if chance() < 0.5:
                credentials[keys(name, pick(["", "renew_before = 1h\n", "region = r1\n",
                                             f"assume_role = {ADMIN}\n"]))] = None
            if chance() < 0.5:
                credentials[session(name, pick([7200, 1800, 30, -5, 300]), pick([None, None, ADMIN]))] = None
            elif chance() < 0.4:
                credentials[static(name, pick(["", f"mfa_serial = {DEVICE}\n", "role_arn =\n"]))] = None
        config = ""
        for name in self.rng.sample(NAMES, 3):
            lines = {line.split()[0]: line for line in self.rng.sample(IN_CONFIG, 3)}
            config += "\n".join([f"[profile {name}]", *lines.values()]) + "\n"
        return "".join(credentials), config

    def test_random_files(self):
        seen = set()
        for case in range(CASES):
            credentials, config = self.texts()
            self.write(credentials, config)
            suffixes = self.rng.choice(SUFFIXES)
            name = self.rng.choice([n for n in NAMES if f"[{n}-long-term]" in credentials] or NAMES[:4])
            refresh = self.run_it("--profile", name, *suffixes).returncode
            run = self.run_it("status", "-q", name, *suffixes)
            status = run.returncode
            with self.subTest(case=case, name=name, suffixes=suffixes):
                if status > 1:
                    self.assertEqual(refresh, status, run.stderr)
                    continue
                found, = self.told("status", name, *suffixes, status=status)
                seen.add((refresh, found["State"]))
                self.assertEqual(status, int(found["State"] not in ("valid", "expiring")))
                self.assertIn(refresh, (0, 2, 12, 13))
                if refresh == 0:
                    self.assertEqual(status, 0)
                elif refresh == 2:      # there is no terminal to ask on
                    self.assertEqual(status, 1)
                elif refresh == 12:     # such a session came from a login: root has the keys
                    self.assertTrue(status == 1 or not found["LongTermSection"])
                if refresh in (0, 2):
                    self.explained(name, suffixes, found)
        self.assertGreaterEqual(seen, {(0, "valid"), (0, "expiring"), (2, "expired"), (2, "absent"),
                                       (13, "absent")})

    def explained(self, name, suffixes, found):
        shown = self.run_it("explain", "--profile", name, *suffixes).stdout
        theirs = dict(re.findall(r"(?m)^(.{22}) (\S+)", shown))
        for row, field in ROWS.items():
            value = theirs[row.ljust(22)]
            self.assertEqual(found[field], None if value == "-" else value, row)


if __name__ == "__main__":
    unittest.main()
