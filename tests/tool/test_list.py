"""aws-mfa list: which profiles there are, and the table."""

import os
import re
import subprocess
import unicodedata
import unittest

from home import write
from paths import AWS_MFA
from tool.looking import ACCOUNT, ADMIN, DEVICE, OPS, LookTest, keys, session, static
from tool.test_status import ROLES, AtTheTerminal, screen

ROW = ["PROFILE", "STATE", "ACCOUNT", "ROLE", "KEYS"]


def columns_of(text):
    return sum(0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF")
               for c in text)


class Names(LookTest):
    def names(self, *args):
        return [p["Profile"] for p in self.told("list", *args)]

    def test_those_that_botocore_finds(self):
        self.write(screen() + static("a b") + static("日本 語") + "[DEFAULT]\noutput = json\n",
                   ROLES + "[profile \"x y\"]\nregion = x\n[profile 'admin']\nregion = x\n[sso-session s]\n"
                   "sso_region = x\n[services z]\n[profile o'p]\n[preview]\nx = y\n[profile a-long-term]\n")
        found = self.names()
        self.assertEqual(len(found), len(set(found)))
        self.assertEqual(set(found), {p for p in self.botocore().available_profiles
                                      if p not in ("default-long-term", "stage-long-term")})

    def test_in_the_order_of_the_files(self):
        """A session that is stored, at the end of the file, moves no row."""
        text = keys("b") + keys("a") + static("c")
        self.write(text, "[profile z]\nregion = x\n[profile c]\n[profile a]\n[profile y]\nregion = x\n")
        expected = ["b", "a", "c", "z", "y"]
        self.assertEqual(self.names(), expected)
        self.write(text + session("a") + session("b"))
        self.assertEqual(self.names(), expected)
        self.write(session("a") + text)
        self.assertEqual(self.names(), ["a", "b", "c", "z", "y"])

    def test_sections_of_one_profile(self):
        self.write(static("work") + session("work-mfa") + static("other") + session("solo-mfa")
                   + static("none-long-term"), "[profile work-mfa]\nregion = x\n")
        suffixes = ["--long-term-suffix", "none", "--short-term-suffix", "mfa"]
        self.assertEqual(self.names(*suffixes), ["work", "other", "solo-mfa", "none-long-term"])
        self.assertEqual(self.names(), ["work", "work-mfa", "other", "solo-mfa", "none"])
        # the AWS CLI's settings of the session and of the keys, which are profiles for it
        self.write(keys() + session("work-mfa"),
                   "[profile work-mfa]\nregion = x\n[profile work-long-term]\nregion = x\n")
        self.assertEqual(self.names("--short-term-suffix", "mfa"), ["work"])

    def test_names_that_turn_text_round(self):
        name = "a\u202eb\u2066c\u200fd"
        self.write(static(name))
        for words in (["list"], ["list", "--json"], ["status", name], ["status", name, "--json"]):
            run = self.run_it(*words)
            self.assertNotRegex(run.stdout + run.stderr, "[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
        self.assertEqual(self.names(), [name])

    def test_names_that_no_command_takes(self):
        self.write(static("a\x1b[31m") + static("x" * 300) + static("ok") + static(" b "),
                   "[profile \"\x1b[0m\"]\nregion = x\n[profile y[z]\nregion = x\n")
        run = self.run_it("list")
        self.assertEqual(run.returncode, 0)
        self.assertNotIn("\x1b", run.stdout + run.stderr)
        self.assertEqual(self.names(), ["ok"])

    def test_as_status_tells(self):
        self.write(screen(), ROLES)
        found = self.told("list")
        self.assertEqual([p["Profile"] for p in found], ["default", "stage", "legacy", "admin", "prod"])
        for profile in found:
            ours, = self.told("status", profile["Profile"],
                              status=int(profile["State"] not in ("valid", "expiring")))
            for one in (ours, profile):
                one.pop("SecondsRemaining")
            self.assertEqual(ours, profile)

    def test_the_settings_are_those_of_a_refresh(self):
        """Compared with explain, which loads them as a refresh does."""
        self.write(keys("work", "region = eu-west-3\n") + keys("base").replace("aws_mfa_device", "#")
                   + static("fixed", f"mfa_serial = {DEVICE}\nregion =\n") + session("work")
                   + keys("both", f"assume_role = {ADMIN}\n") + static("work-mfa"),
                   f"[default]\nregion = x\n[profile work]\nregion = us-east-1\n[profile one]\n"
                   f"role_arn = {OPS}\nsource_profile = two\nregion = us-east-2\n[profile two]\n"
                   f"role_arn = {ADMIN}\nsource_profile = base\nmfa_serial = {DEVICE}\n[profile fixed]\n"
                   f"region = us-west-1\n[profile both]\nmfa_serial = x\nsource_profile = work\n"
                   f"[profile three]\nrole_arn = {OPS}\nsource_profile = fixed\n")
        suffix = ["--short-term-suffix", "sts"]
        rows = {"device": "SerialNumber", "role": "RoleArn", "region": "Region",
                "long-term keys in": "LongTermSection"}
        found = [p for p in self.told("list", *suffix) if p["LongTermSection"]]
        self.assertEqual([p["Profile"] for p in found], ["work", "base", "both", "one", "two", "three"])
        for profile in found:
            with self.subTest(profile["Profile"]):
                shown = self.run_it("explain", "--profile", profile["Profile"], *suffix).stdout
                theirs = {name: value for name, value in re.findall(r"(?m)^(.{22}) (\S+)", shown)}
                for name, field in rows.items():
                    value = theirs[name.ljust(22)]
                    self.assertEqual(profile[field], None if value == "-" else value, name)


class Table(LookTest):
    def rows(self, text):
        return [re.split("  +", line.strip()) for line in text.splitlines()]

    def test_the_usual_example(self):
        self.write(screen(), ROLES)
        run = self.run_it("list")
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        title, *rows = self.rows(run.stdout)
        self.assertEqual(title, ROW)
        when = re.compile(r"\((20\d\d-\d\d-\d\d )?\d\d:\d\d\)")
        rows = [[when.sub("(then)", cell) for cell in row] for row in rows]
        self.assertEqual(rows, [
            ["default", "valid", "3 h", "(then)", ACCOUNT, "-", "default-long-term"],
            ["stage", "expired 2 h 10 min ago", "2" * 12, "-", "stage-long-term"],
            ["legacy", "static keys, not a session", "4" * 12, "-", "legacy"],
            ["admin", "ends", "9 min", "(then)", ACCOUNT, "Admin", "source default"],
            ["prod", "none", "3" * 12, "Ops", "source stage"]])
        self.assertFalse(re.search(r"(?m) $", run.stdout))

    def test_today_needs_no_date(self):
        self.write(keys() + session(left=90030))
        self.assertRegex(self.run_it("list").stdout, r"valid   25 h        \(20\d\d-\d\d-\d\d \d\d:\d\d\)")
        self.write(keys() + session(left=300))
        # in one of these zones it may be midnight
        shown = "".join(self.run_it("list", env={"TZ": f"ABC{hours}"}).stdout for hours in (0, 6, 12))
        self.assertGreater(len(re.findall(r"ends    [45] min       \(\d\d:\d\d\) ", shown)), 1)

    def test_wide_characters(self):
        names = ["work", "日本 語", "wörk", "한국어", "é", "a b"]
        self.write("".join(map(keys, names)), "")
        lines = self.run_it("list").stdout.splitlines()
        self.assertEqual(len(lines), 1 + len(names))
        for line, name in zip(lines[1:], names):
            self.assertTrue(line.startswith(name + " "))
            self.assertEqual(columns_of(line[:line.index("none")]), lines[0].index("STATE"), line)
            self.assertEqual(columns_of(line[:line.index(ACCOUNT)]), lines[0].index("ACCOUNT"))

    def test_at_the_terminal(self):
        self.write(screen(), ROLES)
        shown = AtTheTerminal.screen(self, "list")
        self.assertIn("\x1b[32mvalid\x1b[0m   3 h", shown)
        self.assertEqual(re.sub("\x1b.*?m", "", shown), self.run_it("list").stdout)
        for columns in (40, 60):
            shown = AtTheTerminal.screen(self, "list", columns=columns, env={"TERM": "dumb"})
            lines = shown.splitlines()
            self.assertEqual((len(lines), "\x1b" in shown), (12, False))
            self.assertLessEqual(max(map(len, lines)), columns)
            self.assertEqual(lines[:2], ["PROFILE  STATE", "  ACCOUNT       ROLE   KEYS"])
            self.assertEqual(lines[10:], ["prod     none", f"  {'3' * 12}  Ops    source stage"])

    pair = staticmethod(AtTheTerminal.pair)


class Files(LookTest):
    def test_nothing_there(self):
        for _ in range(2):
            run = self.run_it("list")
            self.assertEqual((run.returncode, run.stderr), (0, ""))
            self.assertIn(f"there is no profile in {self.credentials} or {self.config}; run: aws-mfa setup",
                          run.stdout)
            self.assertEqual(self.told("list"), [])
            self.write("# nothing yet\n", "")

    def test_damaged(self):
        for data in [keys().encode("utf-16"), b"", bytes(50)]:
            self.write(data, "[profile corp]\nsso_session = x\n")
            run = self.run_it("list", "--json")
            self.assertEqual(run.returncode, 13)
            self.assertIn(str(self.credentials), run.stderr)
        self.write(keys() + "[cut", "")
        run = self.run_it("list")
        self.assertEqual(run.returncode, 0)
        self.assertIn("work  ", run.stdout)
        self.assertIn("section header without", run.stderr)
        self.write(keys("a", "renew_before = x\n") + keys("b"))
        run = self.run_it("list")
        self.assertEqual(run.returncode, 13)
        self.assertIn("renew_before of profile a", run.stderr)
        self.assertIn("\nb ", run.stdout)

    def test_usage(self):
        for args in [("work",), ("--profile", "work"), ("-q",)]:
            run = self.run_it("list", *args)
            self.assertEqual((run.returncode, run.stdout), (2, ""))
        self.assertIn("'work': list takes no name; see aws-mfa list --help", self.run_it("list", "work").stderr)

    def test_ten_thousand(self):
        """Not every profile times every profile: that would take many seconds."""
        count = 10000
        write(self.credentials, "".join(keys(f"user-{n}") for n in range(count // 2)))
        write(self.config, "".join(f"[profile role-{n}]\nrole_arn = {OPS}\nsource_profile = user-{n}\n"
                                   for n in range(count // 2)))
        process = subprocess.Popen([AWS_MFA, "list", "--json"], env=self.env, stdout=subprocess.PIPE)
        out = process.stdout.read()
        process.stdout.close()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status
        self.assertEqual((status, out.count(b'"Profile"'), out.count(b'"SourceProfile":"')),
                         (0, count, count // 2))
        self.assertLess(usage.ru_utime + usage.ru_stime, 1)

    def test_a_reader_that_ends(self):
        self.write("".join(keys(f"user-{n}") for n in range(2000)), "")
        run = subprocess.run(["sh", "-c", f"{AWS_MFA} list | head -n 1"], env=self.env,
                             capture_output=True, text=True)
        self.assertEqual((run.stdout.split(), run.stderr), (ROW, ""))


if __name__ == "__main__":
    unittest.main()
