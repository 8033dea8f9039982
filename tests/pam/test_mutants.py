"""Do the cases notice a fault? The module is built with one security decision reversed at a time
(mutants.py). Each time, the case for this decision must fail."""

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
    """-> the module, linked from the objects that the cases use, with the changed ones replaced."""
    folder = OUT / name
    folder.mkdir(parents=True, exist_ok=True)
    flags = words("CC", "cc") + words("CPPFLAGS") + words("CFLAGS", "-O0")
    sources = {}
    for text, replacement, *other in changes:
        path = next(p for part in ("include", "pam") if (p := REPO / part / (other or [file])[0]).exists())
        source = sources.get(path) or path.read_text()
        if source.count(text) != 1:
            raise AssertionError(f"{name}: this is in {path} {source.count(text)} times, not once: {text}")
        sources[path] = source.replace(text, replacement)
    objects = [o for part in ("include", "pam") for o in (FAKE / part).glob("*.o")
               if (source := REPO / part / f"{o.stem}.c") not in sources and source.exists()]
    for path, source in sources.items():
        (folder / path.name).write_text(source)
        objects.append(folder / f"{path.stem}.o")
        subprocess.run([*flags, "-std=c17", "-D_GNU_SOURCE", "-fPIC", "-fvisibility=hidden", "-Iinclude",
                        "-Ipam", f"-I{FAKE}", "-c", "-o", objects[-1], folder / path.name],
                       cwd=REPO, check=True)
    subprocess.run([*flags, *words("LDFLAGS"), "-shared", "-Wl,-z,defs",
                    "-Wl,--version-script=pam/pam_aws_mfa.map", "-o", folder / "pam_aws_mfa.so", *objects,
                    "-lpam", "-pthread"], cwd=REPO, check=True)
    return folder / "pam_aws_mfa.so"


class Play(casefile.CaseTest):
    """Plays one case against one module."""

    def __init__(self, case, module):
        super().__init__("the_case")
        self.case, self.module = case, module

    def the_case(self):
        self.play(self.case)


def outcome(case, module):
    """-> passed, failed, or why it was skipped. Raises anything that is no wrong output."""
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
        """A module that is built the same way without a change passes all cases."""
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
