"""What --help prints, of every command that it lists: in 80 columns, and what the parser takes."""

import re
import subprocess
import unittest

from paths import AWS_MFA


def run(*args):
    return subprocess.run([AWS_MFA, *args], capture_output=True, text=True, timeout=10,
                          env={"HOME": "/nonexistent", "PATH": "/usr/bin:/bin"})


def section(text, title):
    """The rows below a title, as {name and argument: text}."""
    block = re.search(rf"(?m)^{re.escape(title)}[^\n]*:\n((?:  .*\n)+)", text)
    rows = re.findall(r"(?m)^  (\S.*?)(?:  +|\n +)(\S.*(?:\n   .*)*)", block[1]) if block else []
    return {name: re.sub(r"\s+", " ", words) for name, words in rows}


def commands():
    return section(run("--help").stdout, "Commands")


def options(command):
    """-> its own options, and those it shares"""
    text = run(command, "--help").stdout
    return section(text, "Options"), section(text, "Common options")


class Help(unittest.TestCase):
    def test_of_every_command(self):
        self.assertGreaterEqual(commands().keys(), {"refresh", "setup", "explain"})
        for command in commands():
            with self.subTest(command):
                shown = run(command, "--help")
                self.assertEqual((shown.returncode, shown.stderr), (0, ""))
                self.assertLessEqual(max(map(len, shown.stdout.splitlines())), 80)
                self.assertTrue(shown.stdout.startswith(f"Usage: aws-mfa {command} "), shown.stdout)
                self.assertRegex(shown.stdout, r"\nExample:\n  aws-mfa ")
                for args in [("--help", command), (command, "-h"), (command, "--hel"), ("-h", "--", command)]:
                    self.assertEqual(run(*args).stdout, shown.stdout)

    def test_in_general(self):
        shown = run("--help").stdout
        self.assertLessEqual(max(map(len, shown.splitlines())), 80)
        for args in [("-h",), ("--profile", "x", "--help"), ("--help", "--nonsense")]:
            self.assertEqual(run(*args).stdout, shown)
        own, common = options("refresh")
        self.assertEqual(section(shown, "Options of refresh"),
                         {**own, **common, "--setup": "the command setup",
                          "--explain": "the command explain"})

    def test_options_that_are_commands(self):
        for name in ("setup", "explain"):
            self.assertEqual(run(f"--{name}", "--help").stdout, run(name, "--help").stdout)

    def test_hidden(self):
        for text in (run("--help").stdout, run("refresh", "--help").stdout, run("frobnicate").stderr):
            for word in ("pam", "--always", "--notify"):
                self.assertNotRegex(text, rf"(?m)(^|\s){word}\b")
        own, common = options("pam")
        self.assertEqual(own.keys(), {"--always", "--notify"})
        self.assertLessEqual({"--profile NAME", "--timeout SECONDS"}, common.keys())

    def test_each_option_is_taken_by_the_commands_that_show_it_alone(self):
        every = {command: {**own, **common} for command in commands()
                 for own, common in [options(command)]}
        for option in sorted(set().union(*every.values())):
            name, _, argument = option.partition(" ")
            for command in every:
                told = run(command, f"{name}=", "--frobnicate").stderr
                with self.subTest(command=command, option=option):
                    if option not in every[command]:
                        self.assertRegex(told, f"{name}: is no option of {command}, but of "
                                               f"[a-z]+(; did you mean --[a-z-]+)?; see aws-mfa {command} --help")
                    elif argument == "LEVEL":
                        self.assertIn("expected DEBUG", told)
                    elif argument:
                        self.assertIn("--frobnicate: no such option", told)
                    else:
                        self.assertIn(f"{name}: takes no value", told)

    def test_names_variables_and_what_is_built_in(self):
        common = options("refresh")[1]
        self.assertIn("(also --serial-number; MFA_DEVICE)", common["--device ARN"])
        self.assertIn("(AWS_PROFILE; AWS_DEFAULT_PROFILE; AWS_MFA_PROFILE; else default)", common["--profile NAME"])


if __name__ == "__main__":
    unittest.main()
