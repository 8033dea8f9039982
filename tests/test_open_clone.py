import os
import subprocess
import sys
import unittest

import open_clone
from paths import TESTS, temporary

SCRIPT = """
import subprocess, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import open_clone
open_clone.REPO = Path(sys.argv[2])
open_clone.BUILD = Path(sys.argv[3])
open_clone.enter()
sys.exit(subprocess.run(["sh", "-c", sys.argv[4]], user=12345, group=12345, extra_groups=[]).returncode)
"""


class OpenClone(unittest.TestCase):
    @unittest.skipIf(os.geteuid() != 0, "needs root, for a private mount namespace")
    def test_others_see_the_clone_and_nothing_else(self):
        if subprocess.run(["unshare", "-m", "true"], stderr=subprocess.DEVNULL).returncode:
            self.skipTest("no private mounts here")
        outer = temporary(self.addCleanup)      # mode 0700
        clone, build = outer / "its/clone", outer / "build"
        for folder in (clone, build):
            folder.mkdir(parents=True)
            (folder / "program").write_text("#!/bin/sh\n")
            (folder / "program").chmod(0o755)
        (outer / "secret").touch(0o644)
        test = f"{clone}/program && ./program && {build}/program && ! test -e {outer}/secret"
        run = subprocess.run([sys.executable, "-c", SCRIPT, TESTS, clone, build, test], cwd=clone,
                             capture_output=True, text=True)
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        self.assertEqual(outer.stat().st_mode & 0o777, 0o700)
        self.assertTrue((outer / "secret").exists())

    def test_a_closed_folder_is_named(self):
        outer = temporary(self.addCleanup)
        inner = outer / "inner"
        inner.mkdir()
        folders = [*reversed(inner.parents), inner, outer / "none"]
        self.assertEqual(open_clone._closed(folders)[-1:], [outer])


if __name__ == "__main__":
    unittest.main()
