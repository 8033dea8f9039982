"""The examples of the man pages and of the folder examples/: what reads them takes each one. The
commands for a whole host run in bastion/, tool/keystore/test_page.py and live/, those of the READMEs in
bastion/test_recipes.py and tool/test_readme.py."""

import json
import os
import re
import shlex
import shutil
import subprocess
import unittest
from pathlib import Path

from paths import AWS_MFA, BUILD, REPO, temporary
from tool.looking import FIELDS

PAGES = [REPO / name for name in ("tool/aws-mfa.1", "tool/aws-mfa.conf.5", "tool/aws-mfa-keystore.8",
                                  "pam/pam_aws_mfa.8")]
EXAMPLES = REPO / "examples"
# Where a command may begin: a line, a prompt, a pipe, a list, $(...), credential_process, a loop.
COMMAND = re.compile(r"(?m)(?:^\s*|[$] +|[|&;(=] *|\bsudo )aws-mfa(?= |$)((?:'[^']*'|\"[^\"]*\"|[^\s|&;()<>]|[ ])*)")


def plain(text):
    """-> text without the signs and macros of mdoc"""
    text = text.replace(r"\&", "").replace(r"\(dq", '"').replace(r"\e", "\\")
    return text.replace("\\\n", " ")


def blocks(page):
    return [plain(text) for text in re.findall(r"(?ms)^\.Bd -literal.*?\n(.*?)^\.Ed$", page.read_text())]


def lines(page):
    """-> what a person would type that stands in a line of its own, or in the text"""
    found = re.findall(r"(?m)^\.(?:Dl|Ql) (.*?)(?: [.,:;])?$", page.read_text())
    return [re.sub(r"\b(?:Ar|Oo|Oc) ", "", plain(text)) for text in found]


def commands(texts):
    """-> the words behind aws-mfa, of each command"""
    return [shlex.split(words, comments=True) for text in texts for words in COMMAND.findall(text)]


def stack_lines(text):
    """-> [(type, module, arguments)] of a PAM stack"""
    found = re.findall(r"(?m)^ *-?(auth|account|session|password)\s+(?:\[.*?\]|\w+)\s+(pam_\S+)(.*)$",
                       text.replace("\\\n", " "))
    return [(kind, module, rest.split("#")[0].split()) for kind, module, rest in found]


class Commands(unittest.TestCase):
    def check(self, words):
        """The program's own parser reads them all before it comes to --help."""
        end = words.index("--") if "--" in words else len(words)
        run = subprocess.run([AWS_MFA, *words[:end], "--help"], capture_output=True, text=True, timeout=10,
                             env={"HOME": "/nonexistent", "PATH": "/usr/bin:/bin"})
        self.assertEqual((run.returncode, run.stderr), (0, ""), words)

    def test_of_the_pages(self):
        for page, least in zip(PAGES, (24, 0, 10, 2)):
            found = commands(blocks(page) + lines(page))
            self.assertGreaterEqual(len(found), least, f"{page}: {found}")
            for words in found:
                with self.subTest(page.name, words=words):
                    self.check(words)

    def test_a_wrong_one(self):
        """The others can fail."""
        found = commands(["$ aws-mfa status -q || aws-mfa refesh", "(x | aws-mfa --tokn - )", "aws-mfa: error"])
        self.assertEqual(found, [["status", "-q"], ["refesh"], ["--tokn", "-"]])
        for words in found[1:]:
            with self.assertRaises(AssertionError):
                self.check(words)


class Stacks(unittest.TestCase):
    def test_options_of_the_module(self):
        texts = {page.name: "\n".join(blocks(page) + lines(page)) for page in PAGES}
        texts |= {file.name: file.read_text() for file in (EXAMPLES / "pam.d").iterdir()}
        n = 0
        for name, text in texts.items():
            for _, module, arguments in stack_lines(text):
                if module == "pam_aws_mfa.so":
                    n += 1
                    run = subprocess.run([BUILD / "tests/include/takes_options", *arguments],
                                         capture_output=True, text=True)
                    self.assertEqual((run.returncode, run.stdout), (0, ""), (name, arguments))
        self.assertGreater(n, 20)
        run = subprocess.run([BUILD / "tests/include/takes_options", "alwys"], capture_output=True, text=True)
        self.assertEqual(run.returncode, 1)
        self.assertIn("alwys", run.stdout)

    def test_the_page_has_the_lines_of_the_example(self):
        text, = [text for text in blocks(PAGES[3]) if "authsucc" in text]
        of_file = stack_lines((EXAMPLES / "pam.d/sshd-after-publickey").read_text())
        self.assertEqual([line for line in stack_lines(text) if line[1] != "pam_unix.so"],
                         [line for line in of_file if line[1] in ("pam_faillock.so", "pam_aws_mfa.so")])


class Others(unittest.TestCase):
    def test_sshd_takes_its_settings(self):
        if not shutil.which("sshd", path="/usr/sbin:/usr/bin"):
            self.skipTest("no sshd")
        key = temporary(self.addCleanup) / "key"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
        run_sshd = [] if Path("/run/sshd").exists() or os.geteuid() else [
            "unshare", "-m", "sh", "-c", 'mount -t tmpfs tmpfs /run && mkdir /run/sshd && exec "$@"', "sh"]
        for file in (EXAMPLES / "sshd_config.d").iterdir():
            run = subprocess.run([*run_sshd, "/usr/sbin/sshd", "-t", "-f", file, "-h", key],
                                 capture_output=True, text=True)
            if "privilege separation" in run.stderr:
                self.skipTest(run.stderr.strip())
            self.assertEqual((run.returncode, run.stderr), (0, ""), file)

    def test_sudo_takes_its_rules(self):
        if not shutil.which("visudo", path="/usr/sbin:/usr/bin"):
            self.skipTest("no visudo")
        for file in (EXAMPLES / "sudoers.d").iterdir():
            run = subprocess.run(["/usr/sbin/visudo", "-cf", file], capture_output=True, text=True)
            self.assertEqual((run.returncode, run.stderr), (0, ""), file)

    def test_ssh_takes_its_settings(self):
        if not shutil.which("ssh"):
            self.skipTest("no ssh")
        texts = [text for text in blocks(PAGES[3]) if text.startswith("Host ")]
        self.assertEqual(len(texts), 2)
        file = temporary(self.addCleanup) / "config"
        file.write_text("".join(texts))
        for host, word in (("bastion", "controlpersist 600\n"), ("inner", "proxyjump bastion\n")):
            run = subprocess.run(["ssh", "-G", "-F", file, host], capture_output=True, text=True)
            self.assertEqual(run.returncode, 0, run.stderr)
            self.assertIn(word, run.stdout)

    def test_json(self):
        """The fields of status and list, and of doctor; the policy for rotate."""
        texts = [text for text in blocks(PAGES[0]) if text.startswith("{")]
        status, doctor, policy = texts
        self.assertEqual(re.findall(r'"(\w+)"', status), ["Version", "Profiles", *FIELDS])
        self.assertEqual(re.findall(r'"(\w+)"', doctor), [
            "Version", "Ok", "Findings", "Id", "Level", "File", "Line", "Message", "Fix",
            "Table", "WayIn", "Outcome", "Result", "Factors"])
        statement, = json.loads(policy)["Statement"]
        self.assertEqual(sorted(statement["Action"]), [
            f"iam:{verb}AccessKey{'s' * (verb == 'List')}" for verb in ("Create", "Delete", "List", "Update")])
        self.assertEqual(statement["Condition"], {"Bool": {"aws:MultiFactorAuthPresent": "true"}})


if __name__ == "__main__":
    unittest.main()
