"""Would the cases notice? The module is built with one security decision reversed at a time
(mutants.py), and each time the case that is about it has to fail."""

import os
import shlex
import subprocess
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pam import casefile
from pam.mutants import MUTANTS
from paths import BUILD, REPO

OUT = BUILD / "tests/mutants"
FAKE = casefile.FAKE


def words(variable, default=""):
    return shlex.split(os.environ.get(variable) or default)


def build(name, file, changes):
    """-> the module, made of the objects the cases are run with, all but one."""
    folder = OUT / name
    folder.mkdir(parents=True, exist_ok=True)
    part = "include" if (REPO / "include" / file).exists() else "pam"
    source = (REPO / part / file).read_text()
    for text, replacement in changes:
        if source.count(text) != 1:
            raise AssertionError(f"{name}: this is in {file} {source.count(text)} times, not once: {text}")
        source = source.replace(text, replacement)
    (folder / file).write_text(source)
    flags = words("CC", "cc") + words("CPPFLAGS") + words("CFLAGS", "-O1")
    subprocess.run([*flags, "-std=c17", "-D_GNU_SOURCE", "-fPIC", "-fvisibility=hidden",
                    "-Iinclude", "-Ipam", f"-I{FAKE}", "-c", "-o", folder / "mutant.o", folder / file],
                   cwd=REPO, check=True)
    objects = [*(FAKE / "pam").glob("*.o"), FAKE / "include/record.o", FAKE / "include/code.o"]
    objects = [o for o in objects if o.parent.name != part or o.stem != Path(file).stem]
    subprocess.run([*flags, *words("LDFLAGS"), "-shared", "-Wl,--version-script=pam/pam_aws_mfa.map",
                    "-o", folder / "pam_aws_mfa.so", folder / "mutant.o", *objects,
                    "-lpam", "-pthread"], cwd=REPO, check=True)
    return folder / "pam_aws_mfa.so"


class Play(casefile.CaseTest):
    """One case against one module."""

    def __init__(self, case, module):
        super().__init__("the_case")
        self.case, self.module = case, module

    def the_case(self):
        self.play(self.case)


def outcome(case, module):
    """-> passed, failed, or why it was skipped; anything but a wrong output is raised"""
    result = Play(case, module).run(unittest.TestResult())
    if result.skipped:
        return f"skipped: {result.skipped[0][1]}"
    if result.errors:
        raise AssertionError(result.errors[0][1])
    return "failed" if result.failures else "passed"


class Mutants(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cases = {name: case for _, name, case in casefile.load()}
        cls.pool = ThreadPoolExecutor((os.cpu_count() or 1) + 2)     # some cases wait
        cls.addClassCleanup(cls.pool.shutdown)
        cls.runs = {name: cls.pool.submit(cls.run_mutant, name, file, changes, case)
                    for name, file, changes, case in MUTANTS}

    @classmethod
    def run_mutant(cls, name, file, changes, case):
        return outcome(cls.cases[case], build(name, file, changes))

    def test_names_are_unique(self):
        self.assertEqual(len({name for name, *_ in MUTANTS}), len(MUTANTS))

    def test_none(self):
        """Built the same way with nothing reversed, the module passes them all."""
        module = build("none", "verdict.c", [])
        cases = sorted({case for *_, case in MUTANTS})
        for name, result in zip(cases, self.pool.map(
                lambda case: outcome(self.cases[case], module), cases)):
            if not result.startswith("skipped"):
                self.assertEqual(result, "passed", name)


def add_mutants():
    for name, _, _, case in MUTANTS:
        def test(self, name=name, case=case):
            result = self.runs[name].result()
            if result.startswith("skipped"):
                self.skipTest(result.removeprefix("skipped: "))
            self.assertEqual(result, "failed", f"not noticed by the case: {case}")

        setattr(Mutants, "test_" + name.replace("-", "_"), test)


add_mutants()

if __name__ == "__main__":
    unittest.main()
