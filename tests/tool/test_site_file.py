"""aws-mfa.conf: the administrator's settings for every user, and the faults in it."""

import re
import unittest

from host import HostTest
from paths import BUILD, REPO

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

    def test_the_example(self):
        """As it stands, and with each line in force that it shows commented out."""
        example = EXAMPLE.read_text()
        in_force = re.sub(r"(?m)^# (\w+ = )", r"\1", example)
        in_force = re.sub(r"(?<=\nca_bundle = ).*", str(self.box.ca_path), in_force)   # is there
        shown = re.findall(r"(?m)^\w+ = (.*)", in_force)
        self.assertTrue(shown)
        self.config.unlink()
        for text, values in ((example, []), (in_force, shown)):
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
