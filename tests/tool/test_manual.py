"""aws-mfa(1) has the commands and options of --help: names, arguments and no other. What it says of
settings is compared in settings/rules_test.c."""

import re
import subprocess
import unittest
from pathlib import Path

from tool.test_help import commands, options, run, section

PAGE = Path(__file__).resolve().parent.parent.parent / "tool/aws-mfa.1"


def in_manual(text):
    """The options that a part of the page explains, as ["--device arn, --serial-number arn", ...]."""
    items = re.findall(r"(?m)^\.It (Fl .*)", text)
    return [re.sub(r" ?Ns ?(?:Ar )?|Ar ", "", re.sub(r"Fl ", "-", item)).replace(" , ", ", ")
            for item in items]


def in_help(rows):
    """The same of rows of --help."""
    found = []
    for option, text in rows.items():
        argument = option.partition(" ")[2].lower()
        names = [option.partition(" ")[0], *re.findall(r"[(] ?also (--?[\w-]+)", text)]
        found.append(", ".join(f"{name} {argument}".strip() for name in names))
    return found


class Manual(unittest.TestCase):
    def setUp(self):
        self.sections = dict(re.findall(r"(?ms)^\.Sh (.*?)\n(.*?)(?=^\.Sh |\Z)", PAGE.read_text()))

    def test_commands(self):
        parts = dict(re.findall(r"(?ms)^\.Ss (.*?)\n(.*?)(?=^\.Ss |\Z)", self.sections["COMMANDS"]))
        self.assertEqual(list(parts), list(commands()))
        for command, text in parts.items():
            with self.subTest(command):
                self.assertEqual(in_manual(text), in_help(options(command)[0]))

    def test_options(self):
        shown = in_help(section(run("--help").stdout, "Options of refresh"))
        own = in_help(options("refresh")[0])
        self.assertIn("--setup", shown)
        self.assertIn("--device arn, --serial-number arn", shown)
        self.assertEqual(sorted(in_manual(self.sections["OPTIONS"])),
                         sorted(option for option in shown if option not in own))

    def test_width(self):
        page = subprocess.run(["mandoc", "-Tutf8", "-Owidth=80", PAGE], capture_output=True,
                              text=True, check=True).stdout
        page = re.sub(".\x08", "", page)
        tables = page[page.index("\nCOMMANDS\n"):page.index("Keys marked")]
        self.assertLessEqual(max(map(len, tables.splitlines())), 80)


if __name__ == "__main__":
    unittest.main()
