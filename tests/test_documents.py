"""The pages for people who change the code name what exists, and their links lead to files."""

import re
import shlex
import subprocess
import unittest

import arrows
from paths import OBJECTS, REPO, STAGE, objects
from tool.test_help import run

PROGRAMS = {file.name for folder in ("bin", "libexec", "lib/security")
            for file in (STAGE / folder).iterdir()}
# Words of PAM, of records and of this machine.
OTHERS = {"always", "result", "/bin/true", "~/.aws/credentials"}


def functions():
    """The functions that each file of the product has for other files: {name: file}."""
    files = [file.relative_to(OBJECTS) for file in objects("include", "pam", "tool")]
    table = subprocess.run(["nm", "-gA", *files],
                           cwd=OBJECTS, capture_output=True, text=True, check=True).stdout
    return {name: f"{file}.c" for file, name in re.findall(r"(?m)^(\S+)\.o:\S* T (\w+)$", table)}


class Documents(unittest.TestCase):
    def test_links(self):
        for page in [*REPO.glob("*.md"), *REPO.glob("tests/**/*.md")]:
            for link in re.findall(r"\]\(([^)#]+)", page.read_text()):
                with self.subTest(page.name, link=link):
                    self.assertTrue("://" in link or (page.parent / link).exists())


class Architecture(unittest.TestCase):
    def setUp(self):
        self.text = (REPO / "ARCHITECTURE.md").read_text()

    def test_what_it_names_exists(self):
        there = functions()
        names = set(re.findall(r"`([^`\n]+)`", self.text))
        self.assertGreater(len(names), 60)
        for name in names:
            program, _, command = name.partition(" ")
            with self.subTest(name):
                if name.endswith("()"):
                    self.assertIn(name[:-2], there)
                elif program in PROGRAMS:
                    self.assertEqual(command and run(*command.split(), "--help").stderr, "")
                elif program == "make":
                    self.assertRegex((REPO / "Makefile").read_text(), rf"(?m)^{command}:")
                elif name not in OTHERS:
                    self.assertTrue(list(REPO.glob(name)), "no such file or folder")

    def test_each_function_is_in_the_file_it_stands_with(self):
        there = functions()
        pairs = re.findall(r"`(\w+)\(\)`\s+\(`([^`]+\.c)`\)", self.text)
        self.assertGreater(len(pairs), 15)
        self.assertEqual(pairs, [(name, there.get(name)) for name, _ in pairs])

    def test_the_folders_and_their_arrows(self):
        rows = re.findall(r"(?m)^\| `([\w/]+)` \| [^|]+ \| ([^|]*)\|$", self.text)
        self.assertEqual({folder: re.findall(r"`([^`]+)`", may) for folder, may in rows},
                         arrows.ARROWS)


class Contributing(unittest.TestCase):
    def setUp(self):
        self.text = (REPO / "CONTRIBUTING.md").read_text()

    def test_files(self):
        names = [name for name in re.findall(r"`([\w.]+/[\w./]*)`", self.text) if "NAME" not in name]
        self.assertGreater(len(names), 25)
        for name in names:
            self.assertTrue((REPO / name).exists() or name == "build/", name)

    def test_commands(self):
        makefile = (REPO / "Makefile").read_text()
        tests = [*REPO.glob("tests/**/*_test.c"), *REPO.glob("tests/**/test_*.py")]
        commands = re.findall(r"\bmake [^&#`\n;]+", self.text)
        self.assertGreater(len(commands), 12)
        for word in (word for command in commands for word in shlex.split(command)[1:]):
            name, _, value = word.partition("=")
            with self.subTest(word):
                if name == "ONLY":
                    self.assertTrue(all(any(part in str(test) for test in tests)
                                        for part in value.split() if "NAME" not in part))
                elif not word.startswith("-"):
                    self.assertRegex(makefile, rf"(?m)^(.* )?{name}\b.*[:=]|\$\({name}\)")


if __name__ == "__main__":
    unittest.main()
