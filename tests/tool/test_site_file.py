"""aws-mfa.conf: the administrator's settings for every user, and the faults in it."""

import json
import re
import unittest

from host import HostTest
from paths import BUILD, REPO
from test_pages import PAGES, blocks

EXAMPLE = REPO / "examples/aws-mfa.conf"
SITE = BUILD / "tests/site"


class SiteFile(HostTest):
    program = SITE / "aws-mfa"
    path = SITE / "etc/aws-mfa/aws-mfa.conf"

    def write(self, text):
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(text)
        self.addCleanup(self.path.unlink, missing_ok=True)

    def test_its_settings_are_used(self):
        self.config.unlink()
        self.write(f"[aws-mfa]\nendpoint_url = {self.box.url}\nca_bundle = {self.box.ca_path}\n"
                   "duration = 2h\nlong_term_suffix = keys\n")
        self.write_credentials(self.credentials.read_text().replace("long-term", "keys"))
        run = self.aws_mfa("--token", self.user.code())
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(self.box.requests[-1].params["DurationSeconds"], "7200")

    def test_a_symlink_to_no_file(self):
        """Its target may not be mounted yet. To go on without would drop the proxy, say."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.addCleanup(self.path.unlink, missing_ok=True)
        self.path.symlink_to("gone")
        for argv in (["--explain"], ["--token", self.user.code()]):
            run = self.aws_mfa(*argv)
            self.assertEqual(run.returncode, 13)
            self.assertIn(f"{self.path}: a symlink there leads to nothing", run.stderr)
        self.assertEqual(self.box.requests, [])

    def test_suffixes_in_status_and_list(self):
        """They name the same sections as a refresh, and the command to run needs no option."""
        self.write("[aws-mfa]\nlong_term_suffix = keys\nshort_term_suffix = mfa\n")
        self.write_credentials(self.credentials.read_text().replace("long-term", "keys") +
                               "[other-long-term]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n"
                               "aws_secret_access_key = wJalrXUtnFEMIzK7MDENGzbPxRfiCYEXAMPLEKEY\n")
        for state, status in (("absent", 1), ("valid", 0)):
            for command in ("status", "list"):
                run = self.aws_mfa(command, "--json", profile="work" if command == "status" else None)
                known = {p["Profile"]: p for p in json.loads(run.stdout)["Profiles"]}
                self.assertEqual(run.returncode, status if command == "status" else 0, run.stderr)
                self.assertEqual((known["work"]["State"], known["work"]["LongTermSection"]),
                                 (state, "work-keys"))
                self.assertEqual(sorted(known), ["other-long-term", "work"] if command == "list" else ["work"])
            told = self.aws_mfa("status").stdout + self.aws_mfa("list", profile=None).stdout
            self.assertNotIn("suffix", told)
            self.assertIn("work-keys\n", told)
            if state == "absent":
                self.assertIn("aws-mfa --profile work\n", told)
                self.assertEqual(self.aws_mfa("--token", self.user.code()).returncode, 0)
                self.assertIn("aws_session_token", self.section("work-mfa"))

    def test_the_example(self):
        """As it stands, and with each line in force that it shows commented out; and those of the pages."""
        example = EXAMPLE.read_text()
        in_force = re.sub(r"(?m)^# (\w+ = )", r"\1", example)
        in_force = re.sub(r"(?<=\nca_bundle = ).*", str(self.box.ca_path), in_force)   # is there
        shown = re.findall(r"(?m)^\w+ = (.*)", in_force)
        self.assertTrue(shown)
        self.config.unlink()
        of_pages = [text for page in PAGES for text in blocks(page) if text.startswith("[aws-mfa]")]
        self.assertEqual(len(of_pages), 2)
        for text, values in ((example, []), (in_force, shown),
                             *((text, re.findall("(?m) = (.*)", text)) for text in of_pages)):
            self.write(text)
            run = self.aws_mfa("--explain")
            self.assertEqual((run.returncode, run.stderr), (0, ""))
            said = re.findall(rf"(?m) (\S+) +{self.path}", run.stdout)
            self.assertEqual(sorted(said), sorted(values), run.stdout)

    def test_what_is_wrong_is_named(self):
        for text, *words in [
                ("[aws-mfa]\nduration = soon\n", "aws-mfa.conf: duration: 'soon'"),
                ("[aws-mfa]\nnot an ini file\n", "aws-mfa.conf:2: ", "expected [aws-mfa]"),
                ("[aws-mfa]\nhttps_prox = x\n", "aws-mfa.conf: unknown key https_prox"),
                ("[other]\nregion = x\n", "aws-mfa.conf: unknown section [other]"),
                ("[aws-mfa]\nlong_term_suffix = none\n", "would both be in [work]")]:
            with self.subTest(text):
                self.write(text)
                self.refused(self.aws_mfa("--force"), 13, *words)


if __name__ == "__main__":
    unittest.main()
