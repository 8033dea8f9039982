"""Our player against libpam: the same stacks, the same answers of the modules, the same end."""

import collections
import ctypes
import os
import re
import subprocess
import unittest

from paths import BUILD, temporary
from tool.stack import scenes
from tool.stack.scene import PLAIN

HERE = BUILD / "tests/tool/stack"
COUNT = int(os.environ.get("STACKS", "2000"))   # `make check STACKS=100000 ONLY=test_play`
SEED = int(os.environ.get("SEED", "1"))
CANNOT_RUN = 77


def libpam():
    """-> the path of the libpam that programs get here"""
    ctypes.CDLL("libpam.so.0")
    with open("/proc/self/maps") as maps:
        return re.search(r"\S+/libpam\.so\S*", maps.read())[0]


class Play(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.path = libpam()
        cls.folder = temporary(cls.addClassCleanup)

    def run_on(self, program, made, *argv):
        root = self.folder / program
        root.mkdir(exist_ok=True)
        run = subprocess.run([HERE / program, root, *argv], input=b"".join(s.blob() for s in made),
                             capture_output=True)
        if run.returncode == CANNOT_RUN:
            self.skipTest(f"no namespace here: {run.stderr.decode()}")
        self.assertEqual((run.returncode, run.stderr.decode()), (0, ""))
        return run.stdout.decode(errors="replace").split("\n")

    def modules(self):
        """Where libpam looks for a module without a path."""
        with open(self.path, "rb") as f:
            return re.search(rb"/[\w/-]+/security(?=/\0)", f.read())[0].decode()

    def ours(self, made):
        return self.run_on("play-ours", made, self.path)

    def compare(self, made):
        ours = self.ours(made)
        theirs = self.run_on("play-libpam", made, HERE / "stub.so", HERE / "half.so",
                             self.modules())
        self.assertEqual(len(ours), len(theirs))
        for s, one, other in zip(made, ours, theirs):
            if one.endswith(" unknown"):
                self.assertTrue(s.kinds & scenes.UNTOLD, (s.kinds, s.calls, s.files))
            else:
                self.assertEqual(one, other, (s.kinds, s.calls, s.files))
        return ours

    def test_our_player_alone(self):
        """For the sanitizers, which cannot watch libpam crash."""
        made = scenes.scenes(0, SEED + 1)
        self.assertEqual(len(self.ours(made)), len(made) + 1)

    def test_generated_stacks(self):
        made = scenes.scenes(COUNT, SEED)
        self.assertGreaterEqual(len(made), 2000)
        counted = collections.Counter(kind for s in made for kind in s.kinds)
        for kind in scenes.FEATURES.keys() - scenes.SLOW | set(PLAIN):
            self.assertGreaterEqual(counted[kind], scenes.LEAST, kind)
        results = self.compare(made)
        ends = collections.Counter(line.split(" ")[1] for line in results if line)
        for end in ("0", "26", "crash"):
            self.assertGreaterEqual(ends[end], scenes.LEAST, ends)
        self.assertGreater(sum(" =0" in line for line in results), COUNT / 10)


if __name__ == "__main__":
    unittest.main()
