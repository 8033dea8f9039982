"""SECURITY.md: every test that it names exists, and every attack names one."""

import re
import unittest

from paths import REPO

FILE = re.compile(r"`(tests\.[\w.]+)`")
METHOD = re.compile(r"\b(test_\w+)")


class Security(unittest.TestCase):
    def rows(self):
        """The cells of each row of the tables that have a column of tests."""
        columns = None
        for line in (REPO / "SECURITY.md").read_text().splitlines():
            if not line.startswith("|"):
                columns = None
                continue
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if columns is None:
                columns = cells
            elif columns[-1] == "test" and set(cells[-1]) != {"-"}:
                yield cells

    def test_every_attack_names_tests_that_exist(self):
        rows = list(self.rows())
        self.assertGreater(len(rows), 10)
        for row in rows:
            with self.subTest(row[0]):
                files = FILE.findall(row[-1])
                self.assertTrue(files)
                texts = [(REPO / (file.replace(".", "/") + ".py")).read_text() for file in files]
                for method in METHOD.findall(FILE.sub("", row[-1])):
                    self.assertIn(f"def {method}(", "".join(texts))
