"""Homes with damaged or hostile files. Whatever they hold, nobody gets in with them, and nothing
outside them changes."""

import os
import subprocess
import time
import unittest
from pathlib import Path

from pam.logintest import LoginTest, OtherUser

SOFTEST = "profile=work nullok failmode=safe"
STRANGER = 54321


class HostileHome(*([OtherUser] if os.getuid() == 0 else []), LoginTest):
    def setUp(self):
        super().setUp()
        self.stack(SOFTEST)
        self.requests = len(self.box.requests)

    def refused(self, result="configuration", within=10):
        """The user is asked and refused, and AWS gets no request. The softening options change
        nothing."""
        start = time.monotonic()
        out = self.login("123456")
        self.assertLess(time.monotonic() - start, within)
        self.assertIn('hidden prompt: "AWS MFA code: "', out)
        self.assertIn(f" result={result} answer=PAM_CRED_INSUFFICIENT ", out)
        self.assertIn("auth = PAM_CRED_INSUFFICIENT\n", out)
        self.assertEqual(len(self.box.requests), self.requests)
        return out

    def needs_root(self):
        if os.getuid() != 0:
            self.skipTest("gives files to others: needs root")

    def replace(self, path):
        """Moves the file or folder away, so that its name is free."""
        path.rename(self.home / f"was-{path.name}")
        return path

    def elsewhere(self):
        """Makes a home that is separate from the test's own files."""
        home = self.home / "elsewhere"
        home.mkdir()
        text = (self.home / "passwd").read_text()
        (self.home / "passwd").write_text(text.replace(f"{self.home}:", f"{home}:"))
        os.chown(home, self.home.stat().st_uid, self.home.stat().st_gid)
        return home

    def test_missing(self):
        self.elsewhere().rmdir()
        self.refused()

    def test_not_mounted(self):
        """The mount point then is an empty folder of root's."""
        self.needs_root()
        home = self.elsewhere()
        os.chown(home, 0, 0)
        self.assertIn("is not a folder of this user", self.refused())

    def test_empty_is_not_enrolled(self):
        """`nullok` is for this home only."""
        self.elsewhere()
        out = self.login()
        self.assertNotIn("prompt", out)
        self.assertIn("result=not-set-up answer=PAM_IGNORE", out)

    def test_mode_0000(self):
        home = self.elsewhere()
        home.chmod(0)
        self.refused()
        home.chmod(0o700)
        (home / ".aws").mkdir()
        os.chown(home / ".aws", home.stat().st_uid, home.stat().st_gid)
        (home / ".aws").chmod(0)
        self.refused()

    def test_of_another_s(self):
        self.needs_root()
        os.chown(self.home, STRANGER, STRANGER)
        self.refused()

    def test_folder_of_another_s(self):
        self.needs_root()
        os.chown(self.credentials.parent, STRANGER, STRANGER)
        self.credentials.parent.chmod(0o755)
        self.refused()

    def test_file_of_another_s(self):
        self.needs_root()
        os.chown(self.credentials, STRANGER, STRANGER)
        self.credentials.chmod(0o644)
        self.refused()

    def test_a_file_system_that_refuses_root(self):
        """NFS with root_squash, or FUSE: the application gets EACCES for every access there."""
        trace = self.tls / "trace"
        paths = [self.home / ".aws", self.credentials, self.config]
        strace = ["strace", "-o", trace, "-e", "trace=%file", "-e", "inject=%file:error=EACCES",
                  *[word for path in paths for word in ("-P", path)]]
        out = self.login(self.user.code(), prefix=strace)
        self.assertIn("auth = PAM_SUCCESS\n", out)
        # The application does not even try.
        self.assertEqual([line for line in trace.read_text().splitlines() if "INJECTED" in line], [])
        self.assertIn("exited with 0", trace.read_text())
        # The test would have seen EACCES: the same trace with a program that does try.
        run = subprocess.run([*strace, "cat", self.credentials], capture_output=True, text=True)
        self.assertIn("Permission denied", run.stderr)
        self.assertIn("INJECTED", trace.read_text())

    def test_folder_is_a_symlink_to_etc(self):
        etc = sorted(os.listdir("/etc"))
        self.replace(self.home / ".aws").symlink_to("/etc")
        self.stack("profile=work")
        out = self.login("123456")
        self.assertRegex(out, r"result=(configuration|not-set-up) answer=PAM_CRED_INSUFFICIENT")
        self.assertEqual(sorted(os.listdir("/etc")), etc)
        self.assertEqual(len(self.box.requests), self.requests)

    def test_file_is_a_symlink_to_passwd(self):
        """The module reads it and finds no sections. It never writes it."""
        before = Path("/etc/passwd").read_bytes(), sorted(os.listdir("/etc"))
        self.replace(self.credentials).symlink_to("/etc/passwd")
        self.stack("profile=work always")
        self.refused()
        self.assertEqual((Path("/etc/passwd").read_bytes(), sorted(os.listdir("/etc"))), before)

    def test_symlinks_in_a_circle(self):
        self.replace(self.credentials).symlink_to(self.credentials)
        self.refused()
        self.replace(self.home / ".aws").symlink_to(self.home / ".aws")
        self.refused()

    def give(self, path):
        os.chown(path, self.home.stat().st_uid, self.home.stat().st_gid)

    def test_pipes(self):
        """Nobody writes into them, so a program that opens one may wait for ever."""
        for path in [self.config, self.credentials, self.home / ".aws"]:
            with self.subTest(path.name):
                os.mkfifo(self.replace(path), 0o600)
                self.give(path)
                self.refused()

    def test_two_gigabytes_of_nothing(self):
        for path in [self.config, self.credentials, self.home / ".aws"]:
            with self.subTest(path.name):
                with open(self.replace(path), "wb") as f:
                    os.truncate(f.fileno(), 2 << 30)
                path.chmod(0o600)
                self.give(path)
                self.refused()

    def test_a_folder_in_place_of_a_file(self):
        self.replace(self.credentials).mkdir(mode=0o700)
        self.give(self.credentials)
        self.refused()

    def test_a_device_in_place_of_a_file(self):
        self.replace(self.credentials).symlink_to("/dev/zero")
        self.refused()


class RootsHome(LoginTest):
    """The same for root as the user: no mode stops root."""

    def setUp(self):
        if os.getuid() != 0:
            self.skipTest("root's home: needs root")
        super().setUp()

    test_folder_is_a_symlink_to_etc = HostileHome.test_folder_is_a_symlink_to_etc
    test_file_is_a_symlink_to_passwd = HostileHome.test_file_is_a_symlink_to_passwd
    replace, refused = HostileHome.replace, HostileHome.refused

    @property
    def requests(self):
        return len(self.box.requests)


if __name__ == "__main__":
    unittest.main()
