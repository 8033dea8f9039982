"""Plays the cases that need a host with a key store. Most of them wait, so many run at once."""

import os
import re
import unittest
from concurrent.futures import ThreadPoolExecutor

from pam import casefile


class Play(casefile.CaseTest):
    def __init__(self, case):
        super().__init__("the_case")
        self.case = case

    def the_case(self):
        self.play(self.case)


class Keystore(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        pool = ThreadPoolExecutor(4 * (os.cpu_count() or 1))
        cls.addClassCleanup(pool.shutdown)
        cls.runs = {name: pool.submit(lambda case=case: Play(case).run(unittest.TestResult()))
                    for name, case in cases()}


def cases():
    return [(name, case) for _, name, case in casefile.load() if casefile.OF_KEYSTORE & set(case)]


def add_cases():
    for name, _ in cases():
        def test(self, name=name):
            result = self.runs[name].result()
            for _, reason in result.skipped:
                self.skipTest(reason)
            for _, why in result.failures + result.errors:
                self.fail(why)

        setattr(Keystore, "test_" + re.sub(r"\W+", "_", name), test)


add_cases()

if __name__ == "__main__":
    unittest.main()
