"""Plays all of tests/pam/cases/, and checks that everything documented has a case."""

import re
import subprocess
import unittest

from pam import casefile, test_keystore
from paths import BUILD, REPO

MAN = (REPO / "pam/pam_aws_mfa.8").read_text()


class Case(casefile.CaseTest):
    pass


def add_cases():
    for stem, name, case in casefile.load():
        if casefile.OF_KEYSTORE & set(case):    # test_keystore.py plays these
            continue

        def test(self, case=case):
            self.play(case)

        test.__doc__ = f"{stem}: {name}"
        setattr(Case, "test_" + re.sub(r"\W+", "_", f"{stem} {name}"), test)


add_cases()


def printed(program, *args):
    """-> the lines that a program beside this file prints"""
    run = subprocess.run([BUILD / "tests/pam" / program, *args], capture_output=True, text=True,
                         check=True)
    return run.stdout.splitlines()


def table(kind):
    """-> the names of this kind that the module has: tables.c"""
    return [line.partition(" ")[2] for line in printed("tables") if line.startswith(f"{kind} ")]


class Covered(unittest.TestCase):
    """Every row and every option has a case."""

    def setUp(self):
        self.cases = [case for _, _, case in casefile.load()]

    def answers(self, status):
        """PAM's answers in the cases where the helper says result STATUS."""
        found = set()
        for case in self.cases:
            if re.search(rf"(send|/) result {status} ", case.get("script", "")):
                found |= set(re.findall(r"answer=(\w+)", case["output"]))
        return found

    def test_enough_of_them(self):
        self.assertGreaterEqual(len(self.cases), 60)

    def test_every_case_is_played(self):
        played = [n for c in (Case, test_keystore.Keystore) for n in dir(c) if n.startswith("test_")]
        self.assertEqual(len(played), len(self.cases))

    def test_options(self):
        options = table("option")
        self.assertGreater(len(options), 10)
        self.assertEqual(options, re.findall(r"^\.It Cm (\w+)", MAN, re.M), "the man page's list")
        self.assertEqual(options, re.findall(r"^\.Op Cm (\w+)", MAN, re.M), "the man page's synopsis")
        for option in options:
            word = re.compile(rf"(^|[ \[]){option}(=|\]| |$)")
            using = [case for case in self.cases if word.search(case.get("options", ""))]
            self.assertTrue([c for c in using if 'option "' not in c["output"]], f"{option} at work")
        for value in ["secure", "safe"]:
            self.assertTrue([c for c in self.cases if c.get("options") == f"failmode={value}"])

    def test_rows_of_the_man_page(self):
        rows = re.findall(r'^\.It ("?"|\d+) Ta .* Ta Dv (PAM_\w+)$', MAN, re.M)
        self.assertGreater(len(rows), 14)
        answers = [answer for _, answer in rows]
        printed = set(re.findall(r"answer=(PAM_\w+)|auth = (PAM_INCOMPLETE)",
                                 "".join(case["output"] for case in self.cases)))
        printed = {word for pair in printed for word in pair}
        status = None
        for number, answer in rows:
            status = number if number.isdigit() else status
            with self.subTest(status=status, answer=answer):
                self.assertIn(answer, printed)
                if answers.count(answer) > 1 or number.isdigit():
                    self.assertIn(answer, self.answers(status))

    def test_every_status(self):
        numbers = table("status")
        self.assertGreater(len(numbers), 10)
        for number in numbers:
            self.assertTrue(self.answers(number), f"result {number}")

    def test_every_verdict(self):
        names = set(table("verdict"))
        self.assertGreater(len(names), 12)
        logged = "".join(case["output"] for case in self.cases)
        for name in names - {"incomplete"}:    # it is no decision, so it is not logged
            self.assertIn(f" result={name} ", logged)

    def test_every_sentence(self):
        """Every sentence is in the man page and in the output of a case."""
        sentences = {*table("sentence"),
                     "No AWS MFA code was accepted. The system log says why."}
        self.assertGreater(len(sentences), 10)
        told = "".join(case["output"] for case in self.cases)
        for sentence in sentences:
            self.assertIn(f"error: {sentence}", told)
            if sentence.split()[0] not in ("Code", "Unknown"):
                self.assertIn(sentence, MAN)

    def test_every_call_flag_and_misbehaviour(self):
        words = printed("login", "words")
        self.assertGreater(len(words), 25)
        given = "\n".join(f"{c.get('login', 'auth')}\n{c.get('answers', '')}" for c in self.cases)
        for word in set(words) - {"--answer", "@until="}:     # answers gives; test_login.py uses
            end = "" if word.endswith("=") else r"($|[ \n])"
            self.assertRegex(given, rf"(^|[ \n]){re.escape(word)}{end}")


if __name__ == "__main__":
    unittest.main()
