"""Plays all of tests/pam/cases/, and sees to it that nothing documented is without a case."""

import re
import unittest

from pam import casefile
from paths import REPO

MAN = (REPO / "pam/pam_aws_mfa.8").read_text()


class Case(casefile.CaseTest):
    pass


def add_cases():
    for stem, name, case in casefile.load():
        def test(self, case=case):
            self.play(case)

        test.__doc__ = f"{stem}: {name}"
        setattr(Case, "test_" + re.sub(r"\W+", "_", f"{stem} {name}"), test)


add_cases()


class Covered(unittest.TestCase):
    """What has a row or an option has a case."""

    def setUp(self):
        self.cases = [case for _, _, case in casefile.load()]

    def answers(self, status):
        """PAM's answers in the cases in which the helper says result STATUS."""
        found = set()
        for case in self.cases:
            if re.search(rf"(send|/) result {status} ", case.get("script", "")):
                found |= set(re.findall(r"answer=(\w+)", case["output"]))
        return found

    def test_enough_of_them(self):
        self.assertGreaterEqual(len(self.cases), 60)

    def test_every_case_is_played(self):
        self.assertEqual(len([n for n in dir(Case) if n.startswith("test_")]), len(self.cases))

    def test_options(self):
        table = re.search(r"\} table\[\] = \{(.*?)\n\};", (REPO / "pam/options.c").read_text(), re.S)
        options = re.findall(r'\{"(\w+)", ', table[1])
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
        header = (REPO / "include/status.h").read_text()
        numbers = [n for n in re.findall(r"STATUS_\w+ = (-?\d+),", header) if n != "-1"]
        self.assertGreater(len(numbers), 10)
        for number in numbers:
            self.assertTrue(self.answers(number), f"result {number}")

    def test_every_verdict(self):
        source = (REPO / "pam/verdict.c").read_text()
        names = re.findall(r'LOG_\w+, "([a-z-]+)"', source)
        self.assertGreater(len(names), 12)
        printed = "".join(case["output"] for case in self.cases)
        for name in set(names) - {"incomplete"}:    # that one is no decision and not logged
            self.assertIn(f" result={name} ", printed)

    def test_every_sentence(self):
        """Is in the man page and was said in a case."""
        source = (REPO / "pam/verdict.c").read_text() + (REPO / "pam/tell.c").read_text()
        sentences = re.findall(r'^#define [A-Z_]+ "(.*)"$', source, re.M)
        self.assertGreater(len(sentences), 10)
        printed = "".join(case["output"] for case in self.cases)
        for sentence in sentences:
            self.assertIn(f"error: {sentence}", printed)
            if sentence.split()[0] not in ("Code", "Unknown"):
                self.assertIn(sentence, MAN)

    def test_every_call_flag_and_misbehaviour(self):
        source = (REPO / "tests/pam/login.c").read_text()
        words = re.findall(r'strcmp\((?:what|how|argv\[i\]|text), "([^"]+)"\)', source)
        self.assertGreater(len(words), 25)
        given = "\n".join(f"{c.get('login', 'auth')}\n{c.get('answers', '')}" for c in self.cases)
        for word in set(words) - {"--answer"}:
            self.assertRegex(given, rf"(^|[ \n]){re.escape(word)}($|[ \n])")


if __name__ == "__main__":
    unittest.main()
