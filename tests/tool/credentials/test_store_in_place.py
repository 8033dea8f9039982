"""Writing a session into a file that cannot be replaced."""

import fcntl
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
from pathlib import Path

from tool.credentials.storing import LOCK, OLD, OTHER, SESSION, StoreTest, root_only


class InPlace(StoreTest):
    def test_a_read_only_folder(self):
        options = self.closed_folder()
        inode = self.credentials.stat().st_ino
        run = self.store(**options)
        self.assertRegex(run.stderr, rf"Permission denied\), so it was written in place; during the "
                                     rf"write a copy was {self.home}/\.aws-mfa-\d+-[0-9a-f]+-saved")
        self.assertEqual(self.section(), SESSION)
        self.assertEqual(self.credentials.stat().st_ino, inode)
        self.assertEqual((self.names(), self.names(self.home)), (["credentials"], [".aws"]))

    @root_only
    def test_an_owner_that_a_container_does_not_know(self):
        """In a user namespace that maps no other id, chown() says EINVAL."""
        if subprocess.run(["unshare", "-Ur", "true"], stderr=subprocess.DEVNULL).returncode:
            self.skipTest("no user namespaces here")
        os.chown(self.credentials, 0, OTHER)
        run = self.store(prefix=["unshare", "-Ur"])
        self.assertIn("Invalid argument), so it was written in place", run.stderr)
        self.assertEqual(self.section(), SESSION)
        self.assertEqual(self.credentials.stat().st_gid, OTHER)
        self.assertEqual(self.names(), [LOCK, "credentials"])

    def only_grows(self, path):
        if subprocess.run(["chattr", "+a", path], stderr=subprocess.DEVNULL).returncode:
            self.skipTest("no chattr +a here")
        self.addCleanup(subprocess.run, ["chattr", "-a", path])

    @root_only
    def test_a_folder_that_only_grows(self):
        """A file that is made there cannot be removed or renamed."""
        self.only_grows(self.folder)
        run = self.store()
        self.assertIn("Operation not permitted), so it was written in place", run.stderr)
        self.assertEqual(self.section(), SESSION)
        self.assertEqual((self.names(), self.names(self.home)), ([LOCK, "credentials"], [".aws"]))

    @root_only
    def test_a_file_that_only_grows(self):
        self.only_grows(self.credentials)
        run = self.store(status=13)
        self.assertIn("can neither be replaced (Operation not permitted) nor written", run.stderr)
        self.untouched()

    def test_neither_folder_nor_file(self):
        options = self.closed_folder()
        self.credentials.chmod(0o400)
        run = self.store(status=13, **options)
        self.assertIn("can neither be replaced (Permission denied) nor written in place", run.stderr)
        self.untouched()

    def test_no_folder_for_the_copy(self):
        self.namespace('mount --bind "$1" "$2"; mount -t tmpfs -o ro none "$3"; mount -t tmpfs -o ro '
                       'none /var/tmp', *self.mounted(), self.home / "empty")
        self.env["HOME"] = str(self.home / "empty")
        run = self.store(status=None, path=self.inner)
        # one folder is left: that of the mounted file
        self.assertEqual(run.returncode, 0, run.stderr)
        self.namespace('mount --bind "$1" "$1"; mount -o remount,ro,bind "$1"; mount --bind "$2" "$3"; '
                       'mount -t tmpfs -o ro none "$4"; mount -t tmpfs -o ro none /var/tmp',
                       self.home / "box", *self.mounted(), self.home / "empty")
        self.write(OLD)
        run = self.store(status=13, path=self.inner)
        self.assertIn("no folder can hold a copy", run.stderr)
        self.assertEqual(self.credentials.read_bytes(), OLD)

    def mounted(self):
        self.inner = self.home / "box/credentials"
        self.inner.parent.mkdir(exist_ok=True)
        self.inner.touch()
        (self.home / "empty").mkdir(exist_ok=True)
        return self.credentials, self.inner

    def test_a_mounted_file_that_another_program_reads_under_a_lease(self):
        """Another aws-mfa or a file server takes such a lease. The write waits for it."""
        self.namespace('mount --bind "$1" "$2"', *self.mounted())
        fd = os.open(self.credentials, os.O_RDONLY)
        before = signal.signal(signal.SIGIO, lambda *_: threading.Timer(0.3, os.close, [fd]).start())
        self.addCleanup(signal.signal, signal.SIGIO, before)
        fcntl.fcntl(fd, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        self.store(path=self.inner)
        self.assertEqual(self.section(), SESSION)

    def test_a_mounted_file(self):
        self.namespace('mount --bind "$1" "$2"', *self.mounted())
        run = self.store(path=self.inner)
        self.assertIn("Device or resource busy", run.stderr)
        self.assertIn(f"a copy was {self.inner.parent}/.credentials.aws-mfa-saved", run.stderr)
        self.assertEqual(self.section(), SESSION)
        self.assertEqual(self.names(self.inner.parent), [LOCK, "credentials"])

    def test_a_copy_that_cannot_be_kept_is_not_written_over(self):
        """The file was edited after a write was cut off. So the copy holds content of the
        person's."""
        self.namespace('mount --bind "$1" "$2"', *self.mounted())
        saved, *kept = [self.inner.parent / f".credentials.aws-mfa-{name}"
                        for name in ["saved", "kept", *(f"kept-{n}" for n in range(2, 100))]]
        for path in kept:
            path.mkdir()
        saved.write_bytes(b"[before]\n")
        run = self.store(path=self.inner, status=10)
        self.assertRegex(run.stderr, f"{saved}: cannot be renamed to {kept[-1].name}: File exists; move it "
                                     "away")
        self.assertEqual((saved.read_bytes(), self.credentials.read_bytes()), (b"[before]\n", OLD))
        kept[1].rmdir()
        run = self.store(path=self.inner)
        self.assertIn(f"the content before that write is in {kept[1]}; compare the two", run.stderr)
        self.assertEqual(kept[1].read_bytes(), b"[before]\n")
        self.assertEqual(self.section(), SESSION)

    def as_user_in_a_closed_folder(self):
        """-> how to run as that user, with a separate /var/tmp"""
        self.closed_folder()
        self.namespace("mount -t tmpfs none /var/tmp; chmod 1777 /var/tmp")
        return {"prefix": self.becoming(OTHER)}

    @staticmethod
    def becoming(uid):
        return ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups"]

    def copy_at(self, **options):
        """Stores; -> where the copy was"""
        self.credentials.write_bytes(OLD)
        run = self.store(**options)
        self.assertEqual(self.section(), SESSION)
        return Path(re.search(r"during the write a copy was (.*)-saved\n", run.stderr).group(1))

    @root_only
    def test_names_in_var_tmp_that_somebody_else_has(self):
        """The check before the code finds this (13). The write after the code must not (10)."""
        as_user = self.as_user_in_a_closed_folder()
        os.chown(self.home, 0, 0)
        self.home.chmod(0o555)
        stem = self.copy_at(**as_user)
        self.assertEqual(stem.parent, Path("/var/tmp"))

        def squat(*command):
            subprocess.run([*self.prefix, *self.becoming(OTHER + 1), *command], check=True)

        for name in ["saved", "new", "part"]:
            for make in [["touch"], ["mkdir"], ["ln", "-s", "/etc/passwd"], ["mkfifo"]]:
                with self.subTest(name, make=make):
                    squat(*make, f"{stem}-{name}")
                    self.credentials.write_bytes(OLD)
                    run = self.store(status=13, **as_user)
                    self.assertIn(f"{stem}-{name} is in the way: remove it", run.stderr)
                    # no other program waits for it or is warned of it
                    self.assertNotIn("warning", run.stderr)
                    self.assertEqual(self.credentials.read_bytes(), OLD)
                    squat("rm", "-r", f"{stem}-{name}")
        # our own leftovers are removed all the same
        squat("touch", f"{stem}-saved")
        subprocess.run([*self.prefix, *self.becoming(OTHER), "touch", f"{stem}-new"], check=True)
        self.store(status=13, **as_user)
        left = subprocess.run([*self.prefix, "ls", "-A", "/var/tmp"], capture_output=True, text=True)
        self.assertEqual(left.stdout.split(), [f"{stem.name}-saved"])
        squat("rm", f"{stem}-saved")
        # a copy that must be kept gets the next free name
        squat("mkdir", f"{stem}-kept", f"{stem}-kept-2")
        subprocess.run([*self.prefix, *self.becoming(OTHER), "sh", "-c", "umask 077; echo [before] "
                        '>"$1-saved"; echo [after] >"$1-new"', "sh", stem], check=True)
        run = self.store(**as_user)
        self.assertIn(f"the content before that write is in {stem}-kept-3; compare the two", run.stderr)

    @root_only
    def test_a_home_behind_symlinks(self):
        as_user = self.as_user_in_a_closed_folder()
        homes = Path(tempfile.mkdtemp(dir=self.home.parent))
        self.addCleanup(shutil.rmtree, homes)
        homes.chmod(0o755)
        link = homes / "link"
        link.symlink_to(self.home)
        self.env["HOME"] = str(link)
        for owner, place in [(0, self.home), (OTHER, self.home), (OTHER + 1, Path("/var/tmp"))]:
            with self.subTest("whose link", uid=owner):
                os.lchown(link, owner, owner)
                self.assertEqual(self.copy_at(**as_user).parent, place)

    @root_only
    def test_a_home_where_others_could_take_the_copy_away(self):
        as_user = self.as_user_in_a_closed_folder()
        for mode, owner, place in [(0o755, OTHER, self.home), (0o775, OTHER, Path("/var/tmp")),
                                   (0o777, OTHER, Path("/var/tmp")), (0o1777, OTHER, self.home),
                                   (0o1777, OTHER + 1, Path("/var/tmp")), (0o1777, 0, self.home)]:
            with self.subTest(mode=oct(mode), owner=owner):
                os.chown(self.home, owner, owner)
                self.home.chmod(mode)
                self.assertEqual(self.copy_at(**as_user).parent, place)

    @root_only
    def test_no_room_for_the_copy_is_found_out_before(self):
        as_user = self.as_user_in_a_closed_folder()
        os.chown(self.home, 0, 0)
        self.home.chmod(0o555)
        subprocess.run([*self.prefix, "mount", "-o", "remount,size=64k", "/var/tmp"], check=True)
        subprocess.run([*self.prefix, "dd", "if=/dev/zero", "of=/var/tmp/full", "bs=1k", "count=60"],
                       check=True, stderr=subprocess.DEVNULL)
        run = self.store(status=13, **as_user)
        self.assertIn("no folder can hold a copy", run.stderr)

    def test_a_file_that_is_mounted_read_only_is_found_out_before(self):
        self.namespace('mount --bind "$1" "$2"; mount -o remount,ro,bind "$2"', *self.mounted())
        run = self.store(path=self.inner, status=13)
        self.assertIn("Read-only file system", run.stderr)
        self.untouched()

    def test_var_tmp_where_there_is_no_home(self):
        self.namespace('mount --bind "$1" "$1"; mount -o remount,ro,bind "$1"; mount --bind "$2" "$3"; '
                       'mount -t tmpfs none /var/tmp; chmod 1777 /var/tmp',
                       self.home / "box" if self.mounted() else "", *self.mounted())
        self.env["HOME"] = str(self.home / "box")
        run = self.store(path=self.inner)
        self.assertRegex(run.stderr, r"a copy was /var/tmp/\.aws-mfa-0-[0-9a-f]{16}-saved")
        self.assertEqual(self.section(), SESSION)

    @root_only
    def test_root_does_not_write_through_a_hard_link_in_a_user_s_folder(self):
        self.namespace('mount --bind "$1" "$2"', *self.mounted())
        os.link(self.credentials, self.home / "second")
        os.chown(self.inner.parent, OTHER, OTHER)
        run = self.store(path=self.inner, status=13)
        self.assertIn("hard links", run.stderr)
        self.untouched()
