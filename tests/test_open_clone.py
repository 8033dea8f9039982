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
open_clone.TEMPORARY = open_clone.BUILD / "tmp"
who = {}
if sys.argv[5:]:
    open_clone.trust(Path(sys.argv[5]))
else:
    open_clone.enter()
    who = {"user": 12345, "group": 12345, "extra_groups": []}
sys.exit(subprocess.run(["sh", "-ec", sys.argv[4]], **who).returncode)
"""


class OpenClone(unittest.TestCase):
    def run_in(self, clone, *args):
        if subprocess.run(["unshare", "-m", "true"], stderr=subprocess.DEVNULL).returncode:
            self.skipTest("no private mounts here")
        run = subprocess.run([sys.executable, "-c", SCRIPT, TESTS, clone, *args], cwd=clone,
                             capture_output=True, text=True)
        self.assertEqual((run.returncode, run.stderr), (0, ""))

    @unittest.skipIf(os.geteuid() != 0, "needs root, for a private mount namespace")
    def test_others_see_the_clone_and_nothing_else(self):
        outer = temporary(self.addCleanup)      # mode 0700
        clone, build = outer / "its/clone", outer / "build"
        for folder in (clone, build):
            folder.mkdir(parents=True)
            (folder / "program").write_text("#!/bin/sh\n")
            (folder / "program").chmod(0o755)
        (outer / "secret").touch(0o644)
        test = f"{clone}/program && ./program && {build}/program && ! test -e {outer}/secret"
        self.run_in(clone, build, test)
        self.assertEqual(outer.stat().st_mode & 0o777, 0o700)
        self.assertTrue((outer / "secret").exists())

    @unittest.skipIf(os.geteuid() != 0, "needs root, for a private mount namespace")
    def test_only_root_can_change_a_key_store(self):
        """In a clone of another user, below a folder like /tmp. All the files are there."""
        outer = temporary(self.addCleanup)
        clone, build = outer / "its/clone", outer / "its/clone/build"
        etc = build / "stage/etc"
        etc.mkdir(parents=True)
        (clone / "file").write_text("text\n")
        (clone / "link").symlink_to("file")
        for path in (outer, *outer.rglob("*")):
            os.chown(path, 12345, -1, follow_symlinks=False)
        outer.chmod(0o1777)
        folders = [*etc.parents, etc, etc / "keys"]
        test = (f"for f in {' '.join(map(str, folders))}; do test $(stat -c %u $f) = 0\n"
                f"test -z $(find $f -maxdepth 0 -perm /022)\ndone\n"
                f"cd {clone}; grep -q text link; test $(readlink link) = file; echo new >file\n"
                f"touch build/stage/in-memory; test $(ls {outer}) = its")
        self.run_in(clone, build, test, etc / "keys")
        self.assertEqual((clone / "file").read_text(), "new\n")
        self.assertEqual(sorted(path.name for path in (build / "stage").iterdir()), ["etc"])
        self.assertEqual((outer.stat().st_mode & 0o7777, etc.stat().st_uid), (0o1777, 12345))

    def test_a_closed_folder_is_named(self):
        outer = temporary(self.addCleanup)
        inner = outer / "inner"
        inner.mkdir()
        folders = [*reversed(inner.parents), inner, outer / "none"]
        self.assertEqual(open_clone._closed(folders)[-1:], [outer])


if __name__ == "__main__":
    unittest.main()
