"""Writing a session when names lead to other files: symlinks, and files that others put in the
way."""

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from open_clone import closed_to_others
from tool.credentials.storing import INPUT, LOCK, OLD, OTHER, SESSION, STORE, StoreTest, root_only


def opened_below(pid, path):
    """True if a child of the process has opened the file."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    for child in children:
        with contextlib.suppress(OSError):      # the child or its descriptor is gone
            for fd in Path(f"/proc/{child}/fd").iterdir():
                if fd.exists() and fd.stat().st_ino == path.stat().st_ino:
                    return True
    return False


class Symlinks(StoreTest):
    def test_file_and_folder_stay_symlinks(self):
        dots = self.home / "dots"
        dots.mkdir()
        self.credentials.rename(dots / "real")
        (dots / "hop").symlink_to("real")
        self.credentials.symlink_to("../dots/./hop")
        self.folder.rename(self.home / "moved")
        self.folder.symlink_to(f"{self.home}//moved")
        self.store()
        self.assertTrue(self.credentials.is_symlink() and self.folder.is_symlink())
        self.assertEqual(os.readlink(self.credentials), "../dots/./hop")
        self.assertEqual(self.section(), SESSION)
        self.assertEqual(self.names(dots), [".real.aws-mfa-lock", "hop", "real"])
        self.store(path=Path(".aws/credentials"), cwd=self.home)
        self.store(path=Path("credentials"), cwd=self.folder)

    def test_loops_and_dead_ends(self):
        self.credentials.unlink()
        self.credentials.symlink_to("credentials")
        self.assertIn("symbolic links", self.store(status=13).stderr)
        self.credentials.unlink()
        self.credentials.symlink_to("nowhere")
        self.store(status=12)
        self.assertEqual(self.names(), ["credentials"])

    def victim(self):
        """-> root's folder with root's file, which root must not write for the user"""
        victim = Path(tempfile.mkdtemp(dir=self.home.parent))
        self.addCleanup(shutil.rmtree, victim)
        shutil.copy(self.credentials, victim / "credentials")
        (victim / "credentials").chmod(0o600)
        return victim

    def as_user(self):
        for path in [self.home, self.folder]:
            os.chown(path, OTHER, OTHER)

    @root_only
    def test_root_follows_nobody_into_another_s_file(self):
        victim = self.victim()
        self.as_user()

        def plant(link, to):
            (link.unlink if link.is_symlink() or link.is_file() else lambda: shutil.rmtree(link))()
            link.symlink_to(to)
            os.lchown(link, OTHER, OTHER)

        for what, link, to in [("the file", self.credentials, victim / "credentials"),
                               ("the folder", self.folder, victim)]:
            with self.subTest(what):
                plant(link, to)
                run = self.store(status=13)
                self.assertIn("symlink", run.stderr)
                self.assertIn(f"uid {OTHER}", run.stderr)
                self.assertEqual((victim / "credentials").read_bytes(), OLD)
                self.assertEqual(self.names(victim), ["credentials"])
        # no difference if everybody may read it
        (victim / "credentials").chmod(0o644)
        self.assertIn(f"uid {OTHER}", self.store(status=13).stderr)
        self.assertEqual((victim / "credentials").read_bytes(), OLD)
        # no difference for a third user's file, or if links of two users lead there
        os.chown(victim / "credentials", OTHER + 1, OTHER + 1)
        self.store(status=13)
        os.chown(victim / "credentials", OTHER, OTHER)
        self.store()
        os.lchown(self.folder, OTHER + 1, OTHER + 1)
        self.assertIn("several users", self.store(status=13).stderr)

    @root_only
    def test_root_follows_the_owner_s_and_its_own_links(self):
        dots = self.home / "dots"
        self.credentials.rename(dots)
        self.credentials.symlink_to(dots)
        os.chown(dots, OTHER, OTHER)
        for owner in [OTHER, 0]:
            os.lchown(self.credentials, owner, owner)
            self.store()
            self.assertEqual(self.section(), SESSION)
            self.assertEqual(dots.stat().st_uid, OTHER)

    def move(self, old, new):
        """Moves it as the user. The user must be able to move it."""
        subprocess.run(["mv", "-T", old, new], user=OTHER, group=OTHER, extra_groups=[], check=True)

    @root_only
    @unittest.skipIf(closed_to_others(), closed_to_others())
    def test_root_does_not_follow_its_own_link_where_the_user_has_put_it(self):
        victim = self.victim()
        self.as_user()
        self.home.chmod(0o711)
        shutil.rmtree(self.folder)

        def link_to(folder):
            (self.home / "backup").symlink_to(folder)
            self.move(self.home / "backup", self.folder)

        def link_in_a_folder_of_root_s():
            (self.home / "backup").mkdir()
            (self.home / "backup/credentials").symlink_to(victim / "credentials")
            self.move(self.home / "backup", self.folder)

        for what, make in [("the folder", lambda: link_to(victim)),
                           ("a folder of root's", link_in_a_folder_of_root_s)]:
            with self.subTest(what):
                make()
                run = self.store(status=13)
                self.assertRegex(run.stderr, f"belongs to uid 0, but a symlink that uid {OTHER} "
                                             "could have put there")
                self.assertEqual(((victim / "credentials").read_bytes(), self.names(victim)),
                                 (OLD, ["credentials"]))
                self.assertEqual(self.folder.lstat().st_uid, 0)
                (self.folder.unlink if self.folder.is_symlink()
                 else lambda: shutil.rmtree(self.folder))()
        # a file of the user's own is stored all the same
        mine = self.home / "mine"
        shutil.copytree(victim, mine)
        os.chown(mine / "credentials", OTHER, OTHER)
        link_to(mine)
        self.store()

    @root_only
    @unittest.skipIf(closed_to_others(), closed_to_others())
    def test_root_does_not_follow_a_link_where_others_may_put_one(self):
        victim, shared = self.victim(), self.home / "shared"
        self.home.chmod(0o711)
        mine = self.home / "mine"
        mine.mkdir()
        os.chown(mine, OTHER, OTHER)
        for what, mode, group in [("everybody", 0o777, 0), ("as in /tmp", 0o1777, 0),
                                  ("a group", 0o775, OTHER)]:
            with self.subTest(what):
                shared.mkdir()
                os.chown(shared, 0, group)
                shared.chmod(mode)
                (mine / "link").symlink_to(victim / "credentials")
                self.move(mine / "link", shared / "credentials")
                run = self.store(path=shared / "credentials", status=13)
                self.assertIn("several users", run.stderr)
                self.assertEqual((victim / "credentials").read_bytes(), OLD)
                # a folder of root's in it is no link, and other users cannot move a link there
                if mode & 0o1000:
                    (shared / "sub").mkdir(0o755)
                    (shared / "sub/credentials").symlink_to(self.credentials)
                    self.store(path=shared / "sub/credentials")
                shutil.rmtree(shared)

    def test_the_same_where_the_kernel_does_not_look_for_symlinks(self):
        """The kernel may not know openat2(), or an old sandbox may forbid it."""
        if not shutil.which("strace"):
            self.skipTest("no strace")
        (self.home / "link").symlink_to(".aws")
        log = self.home / "log"
        trace = ["strace", "-f", "-qq", "-o", log, "-e", "trace=openat2"]
        for path, cwd, status in [
                (self.credentials, None, 0), (f"{self.folder}//.././.aws/credentials", None, 0),
                (".aws/credentials", self.home, 0), ("credentials", self.folder, 0),
                ("../.aws/credentials", self.folder, 0), ("link/credentials", self.home, 0),
                ("link/../.aws/credentials", self.home, 0), (f"{self.folder}/none", None, 12),
                (f"{self.home}/none/credentials", None, 12),
                (f"{self.credentials}/x", None, 13)]:
            said = set()
            for error in ["", "ENOSYS", "EPERM", "EINVAL", "EAGAIN"]:
                with self.subTest(path, error=error):
                    self.write(OLD)
                    run = self.store(path=path, cwd=cwd, status=status, prefix=[
                        *trace, *(["-e", f"inject=openat2:error={error}"] if error else [])])
                    said.add(run.stderr)
                    self.assertEqual(self.section(), SESSION if status == 0 else {
                        "aws_access_key_id": "ASIAOLD", "aws_session_token": "old"})
                    self.assertIn("openat2(", log.read_text())
            self.assertEqual(len(said), 1, said)
        self.assertEqual(self.names(), [LOCK, "credentials"])

    def test_what_may_stand_where_the_lock_file_goes(self):
        lock = self.folder / LOCK
        elsewhere = self.home / "elsewhere"
        for what, make in [("symlink", lambda: lock.symlink_to(elsewhere)),
                           ("folder", lock.mkdir), ("FIFO", lambda: os.mkfifo(lock)),
                           ("hard link", lambda: (elsewhere.touch(), os.link(elsewhere, lock)))]:
            with self.subTest(what):
                make()
                run = self.store(status=13)
                self.assertIn(f"{LOCK}: ", run.stderr)
                self.assertIn("remove it", run.stderr)
                self.untouched()
                self.assertEqual(elsewhere.exists(), what == "hard link")
                (lock.rmdir if what == "folder" else lock.unlink)()

    @root_only
    def test_lock_file_of_somebody_else(self):
        lock = self.folder / LOCK
        lock.touch(0o666)
        os.chown(lock, OTHER + 1, OTHER + 1)
        os.chown(self.credentials, OTHER, OTHER)
        self.assertIn("belongs to another user", self.store(status=13).stderr)
        self.assertEqual(lock.stat().st_uid, OTHER + 1)
        # an empty one of root's is given to the owner of the file; one with content is not
        os.chown(lock, 0, 0)
        lock.write_text("shadow")
        self.store()
        self.assertEqual(lock.stat().st_uid, 0)
        lock.write_text("")
        self.store()
        self.assertEqual(lock.stat().st_uid, OTHER)

    @root_only
    def test_a_lock_file_that_loses_its_other_name_in_time(self):
        """A link to a file of root's, which is gone before anybody has counted the file's names."""
        if not shutil.which("strace"):
            self.skipTest("no strace")
        lock, elsewhere = self.folder / LOCK, self.home / "elsewhere"
        elsewhere.touch()
        os.link(elsewhere, lock)
        os.chown(self.credentials, OTHER, OTHER)
        argv = ["strace", "-f", "-qq", "-o", "/dev/null", "-e",
                "inject=?newfstatat,?fstat:delay_enter=100000", STORE, self.credentials, "work"]
        run = subprocess.Popen(argv, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, env=self.env,
                               text=True)
        run.stdin.write(INPUT)
        run.stdin.close()
        end = time.monotonic() + 30
        while not opened_below(run.pid, elsewhere):
            self.assertLess(time.monotonic(), end)
        lock.unlink()
        run.wait(30)
        self.assertEqual(elsewhere.stat().st_uid, 0)

    def test_what_may_stand_where_the_new_file_goes(self):
        new = self.folder / ".credentials.aws-mfa-new"
        elsewhere = self.home / "elsewhere"
        elsewhere.write_bytes(b"mine")
        for make in [lambda: new.symlink_to(elsewhere), lambda: os.link(elsewhere, new),
                     lambda: os.mkfifo(new)]:
            make()
            self.store()
            self.assertEqual(elsewhere.read_bytes(), b"mine")
            self.assertEqual(self.names(), [LOCK, "credentials"])
