"""Writing a session: the file's attributes, not its bytes."""

import os
import shutil
import stat
import subprocess

from tool.credentials.storing import LOCK, OLD, OTHER, SESSION, StoreTest, root_only


class Attributes(StoreTest):
    def test_mode(self):
        for mode in [0o600, 0o400, 0o640, 0o644, 0o660]:
            with self.subTest(mode=oct(mode)):
                self.write(OLD, mode)
                before = os.umask(0)
                self.addCleanup(os.umask, before)
                self.store()
                self.assertEqual(stat.S_IMODE(self.credentials.stat().st_mode), mode)
                self.assertEqual(self.names(), [LOCK, "credentials"])
                self.credentials.unlink()

    def test_group_in_a_set_group_id_folder(self):
        groups = [g for g in os.getgroups() if g != os.getegid()] or [OTHER]
        if os.geteuid() != 0 and groups == [OTHER]:
            self.skipTest("this user is in one group only")
        os.chown(self.folder, -1, groups[0])
        self.folder.chmod(0o2700)
        os.chown(self.credentials, -1, os.getegid())
        self.store()
        self.assertEqual(self.credentials.stat().st_gid, os.getegid())

    @root_only
    def test_owner_when_root_runs(self):
        for path in [self.home, self.folder, self.credentials]:
            os.chown(path, OTHER, OTHER + 1)
        self.store()
        for name in self.names():
            st = (self.folder / name).stat()
            self.assertEqual((name, st.st_uid, st.st_gid), (name, OTHER, OTHER + 1))

    def setfacl(self, *args):
        if not shutil.which("setfacl"):
            self.skipTest("no setfacl: install acl")
        run = subprocess.run(["setfacl", *args], capture_output=True, text=True)
        if run.returncode:
            self.skipTest(f"no ACLs on this file system: {run.stderr.strip()}")

    def getfacl(self):
        return subprocess.run(["getfacl", "-cn", self.credentials], capture_output=True, text=True,
                              check=True).stdout

    def test_acl(self):
        self.setfacl("-m", f"u:{OTHER}:r,g:{OTHER}:-", self.credentials)
        before = self.getfacl()
        self.assertIn(f"user:{OTHER}:r--", before)
        self.store()
        self.assertEqual(self.getfacl(), before)
        self.assertEqual(self.section(), SESSION)

    def test_a_default_acl_of_the_folder_lets_nobody_in(self):
        for mode in [0o600, 0o640]:
            with self.subTest(mode=oct(mode)):
                self.setfacl("-b", self.folder)
                self.credentials.unlink()
                self.write(OLD, mode)
                self.setfacl("-d", "-m", f"u:{OTHER}:rwx", self.folder)
                before = self.getfacl()
                self.assertNotIn(str(OTHER), before)
                self.store()
                self.assertEqual(self.getfacl(), before)

    def test_extended_attributes(self):
        try:
            os.setxattr(self.credentials, "user.note", b"mine\0")
        except OSError as e:
            self.skipTest(f"no user.* attributes on this file system: {e}")
        os.setxattr(self.credentials, "user.empty", b"")
        if os.geteuid() == 0:
            os.setxattr(self.credentials, "trusted.note", b"root's")
            os.setxattr(self.credentials, "security.note", b"a label")
        before = {name: os.getxattr(self.credentials, name) for name in os.listxattr(self.credentials)}
        self.store()
        self.assertEqual({name: os.getxattr(self.credentials, name)
                          for name in os.listxattr(self.credentials)}, before)

    def strace(self):
        if not shutil.which("strace"):
            self.skipTest("no strace")
        self.prefix = [*self.prefix, "strace", "-qq", "-o", "/dev/null"]

    def test_an_acl_that_cannot_be_copied_is_kept_by_writing_in_place(self):
        self.strace()
        self.setfacl("-m", f"u:{OTHER}:r", self.credentials)
        before, inode = self.getfacl(), self.credentials.stat().st_ino
        run = self.store(prefix=["-e", "inject=fsetxattr:error=EPERM"])
        self.assertIn("written in place", run.stderr)
        self.assertEqual((self.getfacl(), self.credentials.stat().st_ino), (before, inode))
        self.assertEqual(self.section(), SESSION)

    def test_an_owner_that_cannot_be_kept(self):
        self.strace()
        os.chown(self.credentials, -1, OTHER) if os.geteuid() == 0 else self.skipTest("needs root")
        inode = self.credentials.stat().st_ino
        self.store(prefix=["-e", "inject=fchown:error=EPERM:when=1"])
        self.assertEqual((self.credentials.stat().st_gid, self.credentials.stat().st_ino), (OTHER, inode))

    def test_hard_links_keep_what_they_were(self):
        """After a rename, the file's other name keeps the old content. A backup made of links needs
        this."""
        backup = self.home / "backup"
        os.link(self.credentials, backup)
        run = self.store()
        self.assertIn("had 2 names (hard links)", run.stderr)
        self.assertEqual(backup.read_bytes(), OLD)
        self.assertEqual(self.section(), SESSION)
        self.assertNotIn("hard links", self.store().stderr)
