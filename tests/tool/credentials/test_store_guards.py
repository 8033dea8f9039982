"""Files that are never overwritten, and file systems that have no locks and no leases."""

import os
import shutil
import subprocess
import time

from tool.credentials.storing import LOCK, OLD, OTHER, SESSION, StoreTest, root_only


class Guards(StoreTest):
    def setUp(self):
        super().setUp()
        self.env |= {"KEYS": "work-long-term", "WAIT_MS": "300"}

    def test_a_file_that_has_lost_what_it_had_stays(self):
        for name, data, says in [
                ("empty", b"", "is empty now"),
                ("cut in the section's name", b"[other]\nkey = 1\n\n[work-lo", "in the middle of a line"),
                ("cut before the section", b"[other]\nkey = 1\n", "has lost [work-long-term]"),
                ("cut in another section's name", OLD + b"[oth", "in the middle of a line"),
                ("cut in a key", OLD + b"aws_sess", "in the middle of a line"),
                ("zeros", b"\0" * 300, "in the middle of a line")]:
            with self.subTest(name):
                self.write(data)
                run = self.store(status=10)
                self.assertIn(says, run.stderr)
                self.untouched(data)

    def test_a_last_line_without_its_end_is_no_cut(self):
        for end in (b"[next]\nkey = value", b"[next]", b"# words", b"  "):
            with self.subTest(end):
                self.write(OLD + end)
                self.store()
                self.assertEqual(self.section(), SESSION)
                self.assertIn(end, self.credentials.read_bytes())

    def strace(self, *rules):
        if not shutil.which("strace"):
            self.skipTest("no strace")
        return ["strace", "-qq", "-o", "/dev/null", *(a for r in rules for a in ("-e", r))]

    def test_a_file_system_without_locks_or_leases(self):
        """NFS without lockd; Lustre without flock."""
        for error in ("ENOLCK", "ENOSYS", "EOPNOTSUPP"):
            with self.subTest(error):
                self.write(OLD)
                run = self.store(prefix=self.strace(f"inject=fcntl:error={error}"))
                self.assertEqual(run.stderr.count("has no locks"), 1, run.stderr)
                self.assertIn("local_lock=posix", run.stderr)
                self.assertEqual(self.section(), SESSION)
                self.assertEqual(self.names(), [LOCK, "credentials"])

    def test_a_file_system_without_exchange(self):
        for error in ("EINVAL", "ENOSYS"):
            with self.subTest(error):
                self.write(OLD)
                run = self.store(prefix=self.strace(f"inject=renameat2:error={error}"))
                self.assertEqual((run.stderr, self.section()), ("", SESSION))
                self.assertEqual(self.names(), [LOCK, "credentials"])

    @root_only
    def test_without_leases_a_young_file_is_looked_at_again(self):
        """As root without the capability, for a file of another user."""
        no_leases = ["setpriv", "--bounding-set=-lease", "--inh-caps=-lease"]
        if subprocess.run([*no_leases, "true"], stderr=subprocess.DEVNULL).returncode:
            self.skipTest("no setpriv that takes a capability away")
        os.chown(self.folder, OTHER, OTHER)
        self.env["WAIT_MS"] = "3000"
        for prefix, waits in ((no_leases, True), ([], False)):
            with self.subTest(prefix):
                self.write(OLD)
                os.chown(self.credentials, OTHER, OTHER)
                young = time.time() + 0.5
                os.utime(self.credentials, (young, young))
                self.store(prefix=prefix)
                self.assertEqual(time.time() > young, waits)
                self.assertEqual(self.section(), SESSION)

    def test_no_room_is_found_out_before(self):
        copy = shutil.copy(self.credentials, self.home / "copy")
        self.namespace('mount -t tmpfs -o size=16k,mode=700 none "$1"; cp "$2" "$1/credentials"',
                       self.folder, copy)
        self.assertIn("there is no room for it: No space left on device", self.store(status=13).stderr)
