"""Who counts as not enrolled under `nullok`, and gets in without a code: only users without keys,
and not users with damaged, hidden or moved files."""

import os
import shutil
import threading
import time
import unittest

from pam.logintest import LoginTest, OtherUser

OTHER = "[default]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = x\n"
STRANGER = 54321


class NotEnrolled(*([OtherUser] if os.getuid() == 0 else []), LoginTest):
    def setUp(self):
        super().setUp()
        self.stack("profile=work nullok failmode=safe always")
        self.requests = len(self.box.requests)
        self.whole = self.credentials.read_text()

    def put(self, data, path=None):
        path = path or self.credentials
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        path.chmod(0o600)
        self.give(path)

    def give(self, path):
        os.chown(path, self.home.stat().st_uid, self.home.stat().st_gid, follow_symlinks=False)

    def folder(self, path, mode=0o700):
        path.mkdir()
        path.chmod(mode)
        self.give(path)
        return path

    def let_in(self):
        out = self.login()
        self.assertIn(" result=not-set-up answer=PAM_IGNORE", out)

    def refused(self, *parts):
        out = self.login("123456")
        self.assertIn(" result=configuration answer=PAM_CRED_INSUFFICIENT ", out)
        self.assertEqual(len(self.box.requests), self.requests)
        for part in parts:
            self.assertIn(part, out)

    def test_a_file_without_the_section(self):
        for text in (OTHER, OTHER.replace("\n", "\r\n"), "\ufeff" + OTHER, "# me\n" + OTHER):
            with self.subTest(text):
                self.put(text)
                self.let_in()

    def test_a_file_that_is_damaged(self):
        for data, part in [
                (self.whole.encode("utf-16"), "iconv -f UTF-16 "),
                (self.whole.encode("utf-16-le"), "iconv -f UTF-16LE "),
                (self.whole.encode("utf-16-be"), "iconv -f UTF-16BE "),
                (bytes(len(self.whole)), "NUL bytes"), (b"", "is empty"), (b"\n\n", "no section"),
                (b"# only a comment\n", "no section"), (os.urandom(4096), "credentials"),
                (OTHER[:-1], "may be cut off"), (OTHER + "[work-lo", "without name or ']'"),
                ("[work-long-term\n", "without name or ']'"),
                (OTHER + "[ work-long-term ]\n", "looks like the section"),
                (OTHER + "[Work-long-term]\n", "looks like the section"),
                (OTHER + "  " + self.whole, "looks like the section")]:
            with self.subTest(data=data[:40]):
                self.put(data)
                self.refused(part)

    def test_half_a_file_that_a_program_rests_over(self):
        """The program may have written it long ago: the section may be in the other half."""
        self.put(OTHER)
        with open(self.credentials, "r+"):
            os.utime(self.credentials, (time.time() - 60,) * 2)
            out = self.login("123456")
        self.assertIn(" result=system-error answer=PAM_SYSTEM_ERR ", out)
        self.assertIn("there is no section [work-long-term], but another program keeps the file open", out)
        self.let_in()

    def test_a_file_that_is_about_to_come_back(self):
        """An editor moves the old file away before it writes the new one. A script writes it in two
        steps."""
        away = self.home / "away"

        def move():
            self.credentials.rename(away)
            return lambda: away.rename(self.credentials)

        def shorten():
            self.put(OTHER)
            return lambda: self.put(OTHER + self.whole)
        for change in (move, shorten):
            with self.subTest(change.__name__):
                timer = threading.Timer(0.3, change())
                timer.start()
                self.assertIn("answer=PAM_AUTH_ERR ", self.login("123456"))
                timer.join()

    def test_the_keys_of_a_source_profile_that_a_damaged_config_file_names(self):
        self.put(OTHER)
        text = "[profile work]\nsource_profile = default\n"
        for data, part in [(text.encode("utf-16"), "config: is in UTF-16"), (b"", "is empty"),
                           (text[:-3], "no long-term keys"), (text[:10], "without name")]:
            with self.subTest(data):
                self.put(data, self.config)
                self.refused(part)
        self.config.unlink()
        self.let_in()

    def test_a_profile_that_is_the_section_of_the_keys(self):
        """Without this check, the administrator's mistake would let all users in."""
        self.stack("profile=work-long-term nullok")
        self.refused("--profile work")

    def test_a_file_that_others_may_move_away(self):
        aws = self.credentials.parent
        for state in ("there", "moved away"):
            # root's tests run as a user without an account, who has no private group
            for mode in (0o777, 0o722, *([0o770] if os.getuid() == 0 else [])):
                with self.subTest(state, mode=oct(mode)):
                    aws.chmod(mode)
                    self.refused("chmod go-w")
            aws.chmod(0o700)
            if state == "there":
                self.credentials.unlink()
        self.let_in()
        shutil.rmtree(aws)
        self.let_in()

    def test_a_folder_of_a_stranger(self):
        if os.getuid() != 0:
            self.skipTest("gives folders to others: needs root")
        self.credentials.unlink()
        os.chown(self.credentials.parent, STRANGER, STRANGER)
        self.credentials.parent.chmod(0o755)
        self.refused("belongs to uid 54321")

    def test_folders_behind_symlinks(self):
        """~/.aws -> links/aws -> dots/deep/aws: a user who may write one of them can lead it
        elsewhere."""
        aws = self.credentials.parent
        links, dots = self.folder(self.home / "links"), self.folder(self.home / "dots")
        deep = self.folder(dots / "deep")
        aws.rename(deep / "aws")
        for link, target in ((links / "aws", "../dots/deep/aws"), (aws, "links/aws")):
            link.symlink_to(target)
            self.give(link)
        self.assertIn("auth = PAM_SUCCESS", self.login(self.user.code()))
        self.requests = len(self.box.requests)
        for state in ("there", "moved away"):
            for folder in (links, dots, deep, deep / "aws"):
                with self.subTest(state, folder=folder.name):
                    folder.chmod(0o777)
                    self.refused(f"{folder}: others may write it")
                    folder.chmod(0o700)
            if state == "there":
                (deep / "aws/credentials").unlink()
        # All folders are safe. But the symlink leads to nothing, so a mount may be missing.
        self.refused("a symlink leads there")

    def test_a_file_behind_a_symlink(self):
        """The folder with the link counts, and so does the folder with the file."""
        vault = self.folder(self.home / "vault")
        self.credentials.rename(vault / "keys")
        self.credentials.symlink_to(vault / "keys")
        self.give(self.credentials)
        for folder in (vault, self.credentials.parent):
            with self.subTest(folder.name):
                folder.chmod(0o777)
                self.refused(f"{folder}: others may write it")
                folder.chmod(0o700)
        self.assertIn("auth = PAM_SUCCESS", self.login(self.user.code()))

    def test_the_config_file_behind_a_symlink(self):
        vault = self.folder(self.home / "vault", 0o777)
        self.config.rename(vault / "config")
        self.config.symlink_to(vault / "config")
        self.give(self.config)
        self.refused(f"{vault}: others may write it")
        vault.chmod(0o700)
        self.assertIn("auth = PAM_SUCCESS", self.login(self.user.code()))

    def test_a_sticky_folder(self):
        """A folder like /tmp: others may make names in it, but not move those of the user."""
        shared = self.folder(self.home / "shared", 0o1777)
        self.credentials.parent.rename(shared / "aws")
        self.credentials.parent.symlink_to(shared / "aws")
        self.give(self.credentials.parent)
        self.assertIn("auth = PAM_SUCCESS", self.login(self.user.code()))
        if os.geteuid() != 0:
            self.skipTest("needs root, for a folder of somebody else")
        (shared / "aws").chmod(0o755)
        os.chown(shared / "aws", STRANGER, -1)
        self.requests = len(self.box.requests)
        self.refused(f"{shared}: others may write it (mode 1777), as in every folder like /tmp; "
                     "move the file to another folder")

    def test_ways_that_end_early(self):
        """The message names the place."""
        self.credentials.unlink()
        for target, part in [(self.home / "vault/keys", "/vault: a symlink leads there"),
                             ("../.aws/sub/../keys", "/.aws/sub: a symlink leads there")]:
            with self.subTest(target):
                self.credentials.symlink_to(target)
                self.give(self.credentials)
                self.refused(part)
                self.credentials.unlink()

    def test_symlinks_in_a_circle(self):
        self.credentials.unlink()
        self.credentials.symlink_to(self.credentials)
        self.refused()


if __name__ == "__main__":
    unittest.main()
