"""Logins of users with homes and files that others may write, or that nobody can write."""

import os
import shutil
import subprocess
import threading
import time
import unittest

from host import OTHER_UID
from pam.logintest import LoginTest, OtherUser
from sandbox import faults


class Files(LoginTest):
    def test_no_home_is_no_reason_to_be_let_in(self):
        self.stack("profile=work nullok")
        (self.home / "passwd").write_text(
            f"alice:x:{os.getuid()}:{os.getgid()}::{self.home}/gone:/bin/sh\n")
        self.assertIn("auth = PAM_CRED_INSUFFICIENT", self.login("123456"))

    def test_a_file_that_others_may_write(self):
        self.credentials.chmod(0o622)
        self.assertIn("auth = PAM_CRED_INSUFFICIENT", self.login("123456"))
        self.credentials.chmod(0o600)
        self.credentials.parent.chmod(0o777)
        out = self.login("123456")
        self.assertIn("auth = PAM_CRED_INSUFFICIENT", out)
        self.assertIn("chmod go-w", out)
        self.credentials.parent.chmod(0o700)

    def test_others_cannot_make_a_user_one_who_is_not_enrolled(self):
        self.stack("profile=work always nullok")
        (self.home / ".aws").rename(self.home / "gone")
        self.home.chmod(0o777)
        self.assertIn("result=configuration", self.login("123456"))
        self.home.chmod(0o700)
        (self.home / ".aws").symlink_to(self.home / "not-mounted")
        self.assertIn("result=configuration", self.login("123456"))
        (self.home / ".aws").unlink()
        self.assertIn("result=not-set-up answer=PAM_IGNORE", self.login())

    def test_a_ca_bundle_that_others_may_write(self):
        ca = self.home / "ca.pem"
        shutil.copy(self.box.ca_path, ca)
        os.chown(ca, self.home.stat().st_uid, -1)
        ca.chmod(0o666)
        self.config.write_text(self.config.read_text().replace(str(self.box.ca_path), str(ca)))
        self.assertIn("result=configuration", self.login("123456"))
        ca.chmod(0o644)
        self.assertIn("auth = PAM_SUCCESS", self.login(self.user.code()))

    def test_a_folder_of_certificates(self):
        """What OpenSSL may open in it counts, too."""
        folder = self.home / "ca"
        folder.mkdir()
        name = subprocess.run(["openssl", "x509", "-noout", "-hash", "-in", self.box.ca_path],
                              capture_output=True, text=True, check=True).stdout.strip()
        ca = folder / f"{name}.0"
        shutil.copy(self.box.ca_path, ca)
        (folder / "0a1b2c3d.0").symlink_to("gone")
        for path in (folder, ca):
            os.chown(path, self.home.stat().st_uid, -1)
        self.config.write_text(self.config.read_text().replace(str(self.box.ca_path), str(folder)))
        ca.chmod(0o666)
        self.assertIn(f"{ca}: others may write it", self.login("123456"))
        ca.chmod(0o644)
        self.assertIn("auth = PAM_SUCCESS", self.login(self.user.code()))

    def test_a_ca_bundle_in_a_folder_like_tmp(self):
        self.stack("profile=work always")
        folder = self.home / "tmp"
        folder.mkdir()
        shutil.copy(self.box.ca_path, folder / "ca.pem")
        os.chown(folder / "ca.pem", self.home.stat().st_uid, -1)
        os.chown(folder, self.home.stat().st_uid, -1)
        self.config.write_text(self.config.read_text().replace(str(self.box.ca_path),
                                                               str(folder / "ca.pem")))
        folder.chmod(0o777)
        self.assertIn("result=configuration", self.login("123456"))
        folder.chmod(0o1777)
        self.assertIn("auth = PAM_SUCCESS", self.login(self.user.code()))

    def can_close(self):
        if os.getuid() == 0:
            self.skipTest("root can write everywhere; AsRoot has this test")

    def close_folder(self):
        self.credentials.parent.chmod(0o500)
        self.addCleanup(self.credentials.parent.chmod, 0o700)

    def close_file(self):
        self.credentials.chmod(0o400)

    def test_a_folder_that_is_closed(self):
        """aws-mfa then writes the file in place."""
        self.can_close()
        self.close_folder()
        inode = self.credentials.stat().st_ino
        self.assertIn("auth = PAM_SUCCESS", self.login(self.user.code()))
        self.assertEqual(self.section()["assumed_role"], "False")
        self.assertEqual(self.credentials.stat().st_ino, inode)

    def test_a_home_that_cannot_be_written_locks_nobody_out(self):
        self.can_close()
        self.close_folder()
        self.close_file()
        before = self.credentials.read_bytes()
        out = self.login(self.user.code())
        self.assertIn("result=not-stored answer=PAM_SUCCESS", out)
        self.assertEqual(self.credentials.read_bytes(), before)
        self.assertIn("auth = PAM_AUTH_ERR", self.login(self.user.wrong_code()))

    def test_a_lock_that_is_none_locks_nobody_out(self):
        self.credentials.with_name(".credentials.aws-mfa-lock").mkdir()
        self.assertIn("result=not-stored answer=PAM_SUCCESS", self.login(self.user.code()))

    def test_a_file_that_is_held_open_for_writing_locks_nobody_out(self):
        """Even with a short timeout, waiting for the other program does not use all of it."""
        for seconds in (5, 20):
            self.stack(f"profile=work timeout={seconds}")
            self.user = self.box.add_user(f"{self.user.name}-{seconds}")
            self.write_credentials()
            with self.subTest(seconds), open(self.credentials, "r+"):
                os.utime(self.credentials, (time.time() - 60,) * 2)
                text = self.credentials.read_text()
                self.assertIn("result=not-stored answer=PAM_SUCCESS",
                              self.login(self.user.code()))
                self.assertEqual(self.credentials.read_text(), text)

    def test_not_stored(self):
        """The code was accepted. A file that cannot be written locks nobody out."""
        self.can_close()
        before = self.credentials.read_bytes()
        self.box.fault("GetSessionToken", faults.delay(1))
        count = sum(r.action == "GetSessionToken" for r in self.box.requests)

        def close():
            self.box.wait_for("GetSessionToken", count + 1)
            self.close_folder()
            self.close_file()
        closing = threading.Thread(target=close)
        closing.start()
        out = self.login(self.user.code())
        closing.join()
        self.assertIn("error: Code accepted, but the AWS session could not be stored.", out)
        self.assertIn("log err: ", out)
        self.assertIn("auth = PAM_SUCCESS", out)
        self.assertEqual(self.credentials.read_bytes(), before)


class AsRoot(OtherUser, Files):
    """The same with a user other than the one who runs the application."""

    def can_close(self):
        pass

    def close_folder(self):
        os.chown(self.credentials.parent, 0, 0)
        self.credentials.parent.chmod(0o755)

    def test_the_file_stays_the_user_s(self):
        self.login(self.user.code())
        for name in os.listdir(self.credentials.parent):
            self.assertEqual((self.credentials.parent / name).stat().st_uid, OTHER_UID, name)

    def test_root_s_access_does_not_help(self):
        """The helper runs as the user, so it cannot read a file that is closed to the user."""
        os.chown(self.credentials, 0, 0)
        self.assertIn("auth = PAM_CRED_INSUFFICIENT", self.login("123456"))


if __name__ == "__main__":
    unittest.main()
