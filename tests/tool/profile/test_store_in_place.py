"""Writing a session into a file that cannot be replaced."""

import os
import subprocess

from tool.profile.storing import LOCK, OLD, OTHER, SESSION, StoreTest, root_only


class InPlace(StoreTest):
    def test_a_read_only_folder(self):
        options = self.closed_folder()
        inode = self.credentials.stat().st_ino
        run = self.store(**options)
        self.assertRegex(run.stderr, rf"Permission denied\), so it was written in place; meanwhile a "
                                     rf"copy was {self.home}/\.aws-mfa-\d+-[0-9a-f]+-saved")
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
        # the mounted file's own folder is still one
        self.assertEqual(run.returncode, 0, run.stderr)
        self.namespace('mount --bind "$1" "$1"; mount -o remount,ro,bind "$1"; mount --bind "$2" "$3"; '
                       'mount -t tmpfs -o ro none "$4"; mount -t tmpfs -o ro none /var/tmp',
                       self.home / "box", *self.mounted(), self.home / "empty")
        self.write(OLD)
        run = self.store(status=13, path=self.inner)
        self.assertIn("there is no folder that could hold a copy", run.stderr)
        self.assertEqual(self.credentials.read_bytes(), OLD)

    def mounted(self):
        self.inner = self.home / "box/credentials"
        self.inner.parent.mkdir(exist_ok=True)
        self.inner.touch()
        (self.home / "empty").mkdir(exist_ok=True)
        return self.credentials, self.inner

    def test_a_mounted_file(self):
        self.namespace('mount --bind "$1" "$2"', *self.mounted())
        run = self.store(path=self.inner)
        self.assertIn("Device or resource busy", run.stderr)
        self.assertIn(f"a copy was {self.inner.parent}/.credentials.aws-mfa-saved", run.stderr)
        self.assertEqual(self.section(), SESSION)
        self.assertEqual(self.names(self.inner.parent), [LOCK, "credentials"])

    def test_a_copy_that_cannot_be_kept_is_not_written_over(self):
        """The file has been edited since a write was cut off: what the copy holds is the person's."""
        self.namespace('mount --bind "$1" "$2"', *self.mounted())
        saved, kept = [self.inner.parent / f".credentials.aws-mfa-{name}" for name in ("saved", "kept")]
        saved.write_bytes(b"[before]\n")
        kept.mkdir()
        run = self.store(path=self.inner, status=10)
        self.assertIn(f"{kept}: Is a directory; remove it", run.stderr)
        self.assertEqual((saved.read_bytes(), self.credentials.read_bytes()), (b"[before]\n", OLD))
        kept.rmdir()
        self.store(path=self.inner)
        self.assertEqual(kept.read_bytes(), b"[before]\n")
        self.assertEqual(self.section(), SESSION)

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
