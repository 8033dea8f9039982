"""Do the tests notice a fault? `aws-mfa` is built with one decision reversed at a time (mutants.py). Each
time, the test for this decision must fail. It takes its time, so `make check-keystore` runs it."""

import importlib
import os
import shlex
import subprocess
import unittest
from concurrent.futures import ThreadPoolExecutor

from paths import BUILD, OBJECTS, REPO, objects
from tool.keystore.mutants import MUTANTS

OUT = BUILD / "tests/mutants/keystore"


def words(variable, default=""):
    return shlex.split(os.environ.get(variable) or default)


def build(name, file, changes):
    """-> aws-mfa, linked from the objects of the stage, with the changed ones replaced"""
    folder = OUT / name
    folder.mkdir(parents=True, exist_ok=True)
    flags = words("CC", "cc") + words("CPPFLAGS") + words("CFLAGS", "-O1")
    texts = {}
    for old, new, *other in changes:
        name_of = (other or [file])[0]
        source = next(p for part in ("tool", "include") if (p := REPO / part / name_of).exists())
        text = texts.get(source) or source.read_text()
        if text.count(old) != 1:
            raise AssertionError(f"{name}: this is in {name_of} {text.count(old)} times, not once: {old}")
        texts[source] = text.replace(old, new)
    made = []
    for source, text in texts.items():
        changed = folder / source.name
        changed.write_text(text)
        made.append(changed.with_suffix(".o"))
        subprocess.run([*flags, "-std=c17", "-D_GNU_SOURCE", "-Iinclude", f"-I{OBJECTS}", "-Itool",
                        f"-I{source.parent}", "-c", "-o", made[-1], changed], cwd=REPO, check=True)
    replaced = {OBJECTS / source.relative_to(REPO).with_suffix(".o") for source in texts}
    kept = [path for path in objects("include", "tool") if path not in replaced
            and path.relative_to(OBJECTS).parts[:2] != ("tool", "sts")]
    program = folder / "aws-mfa"
    iniparser = subprocess.run([*words("CC", "cc"), "-print-file-name=libiniparser.a"],
                               capture_output=True, text=True).stdout.strip()
    subprocess.run([*flags, *words("LDFLAGS"), "-o", program, *kept, *made,
                    iniparser if "/" in iniparser else "-liniparser", "-ldl"], cwd=REPO, check=True)
    program.chmod(0o711)
    return program


def outcome(test, program):
    """-> passed, failed, or why it was skipped"""
    module, name, method = test.split(".")
    case = getattr(importlib.import_module(f"tool.keystore.{module}"), name)
    result = unittest.TestResult()
    unittest.TestSuite([type(name, (case,), {"program": program})(method)]).run(result)
    if result.skipped:
        return f"skipped: {result.skipped[0][1]}"
    return "failed" if result.failures or result.errors else "passed"


class Mutants(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not os.environ.get("BASTION"):
            raise unittest.SkipTest("takes its time: `make check-keystore`")
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            cls.programs = dict(zip((name for name, *_ in MUTANTS),
                                    pool.map(lambda row: build(*row[:3]), MUTANTS)))

    def test_none(self):
        """A program that is built the same way without a change passes."""
        program = build("none", "cmd_serve.c", [])
        for test in sorted({test for *_, test in MUTANTS}):
            result = outcome(test, program)
            if not result.startswith("skipped"):
                self.assertEqual(result, "passed", test)


def add_mutants():
    for name, _, _, test in MUTANTS:
        def noticed(self, name=name, test=test):
            result = outcome(test, self.programs[name])
            if result.startswith("skipped"):
                self.skipTest(result.removeprefix("skipped: "))
            self.assertEqual(result, "failed", f"not noticed by {test}")

        setattr(Mutants, "test_" + name.replace("-", "_"), noticed)


add_mutants()

if __name__ == "__main__":
    unittest.main()
