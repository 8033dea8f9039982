"""`aws-mfa store`: what the user gets, and a home that gives it no place."""

import fcntl
import os
import signal
import struct
import time
import unittest

from home import long_term, section
from host import OTHER_UID, ROLE
from live import mounts
from tool.keystore.keystoretest import KeystoreTest

FIELDS = {"profile": "work", "access-key-id": "ASIAIOSFODNN7EXAMPLE", "secret-access-key": "s" * 40,
          "session-token": "t" * 400, "expiration": "2000000000"}
STORED = {"assumed_role": "False", "aws_access_key_id": "ASIAIOSFODNN7EXAMPLE",
          "aws_secret_access_key": "s" * 40, "aws_session_token": "t" * 400,
          "aws_security_token": "t" * 400, "expiration": "2033-05-18 03:33:20"}


def parcel(**changes):
    fields = {**FIELDS, **{k.replace("_", "-"): v for k, v in changes.items()}}
    return "".join(f"{k} {v}\n" for k, v in fields.items() if v is not None) + "end\n"


class StoreTest(KeystoreTest):
    def handed(self, data):
        """-> the end of a pipe that has this in it, and no writer any more"""
        reading, writing = os.pipe()
        self.ends.append(reading)
        fcntl.fcntl(writing, 1031, 1 << 17)     # F_SETPIPE_SZ
        os.write(writing, data.encode() if isinstance(data, str) else data)
        os.close(writing)
        return reading

    def until_it_waits(self):
        """Until store has begun, and catches the signal that ends its time."""
        caught, end = 0, time.monotonic() + 20
        while time.monotonic() < end and not caught >> (signal.SIGALRM - 1) & 1:
            with open(f"/proc/{self.process.pid}/status") as file:
                caught = int(next(line for line in file if line.startswith("SigCgt")).split()[1], 16)
        self.assertTrue(caught >> (signal.SIGALRM - 1) & 1)

    def put(self, text=None):
        """A file of alice's, from before."""
        folder = self.credentials.parent
        folder.mkdir(mode=0o700, exist_ok=True)
        self.write_credentials(text)
        for path in (folder, self.credentials):
            os.chown(path, OTHER_UID, OTHER_UID)
        return self.credentials.read_bytes()


class Stored(StoreTest):
    def test_a_whole_login(self):
        """The same pipe from serve to store."""
        module = self.asked("profile work")
        module.send("code " + self.user.code())
        self.assertEqual(module.result()[0], 0)
        module.end()
        self.assertEqual(self.stored(module.pipe), (0, ""))
        session, found = self.box.sessions[-1], self.section()
        self.assertEqual(found["aws_access_key_id"], session.access_key_id)
        self.assertEqual(found["aws_session_token"], session.session_token)

    def test_the_first_session_of_a_user(self):
        self.assertEqual(self.stored(self.handed(parcel())), (0, ""))
        self.assertEqual(self.section(), STORED)
        for path, mode in ((self.credentials, 0o600), (self.credentials.parent, 0o700)):
            st = path.stat()
            self.assertEqual((st.st_mode & 0o7777, st.st_uid), (mode, OTHER_UID))
        self.assertTrue(self.credentials.read_text().startswith("[work]\n"))

    def test_a_role(self):
        self.assertEqual(self.stored(self.handed(parcel(role=ROLE))), (0, ""))
        self.assertEqual(self.section(), {**STORED, "assumed_role": "True", "assumed_role_arn": ROLE})

    def test_the_rest_of_the_file_stays(self):
        """No long-term section is needed. An empty file is one, too."""
        before = "# mine\n[other]\nregion = x\n\n[work]\noutput = json\n"
        for text in (before, ""):
            self.put(text)
            self.assertEqual(self.stored(self.handed(parcel())), (0, ""))
            after = self.credentials.read_text()
            self.assertTrue(after.startswith(text))
            self.assertLess(STORED.items(), {**self.section(), "x": "y"}.items())

    def test_a_long_token(self):
        token = "t" * 59000
        self.assertEqual(self.stored(self.handed(parcel(session_token=token))), (0, ""))
        self.assertEqual(self.section()["aws_session_token"], token)


class NotStored(StoreTest):
    def test_a_session_that_is_not_whole(self):
        before = self.put()
        for data in ("", "end\n", parcel()[:-4], parcel()[:-1], parcel(session_token=None),
                     parcel(profile=None), parcel(expiration="soon"), parcel(expiration="0"),
                     parcel(unknown="x"), "profile x\n" + parcel(),
                     parcel(session_token="t" * 62000), parcel(profile="a\x1bb"), b"\0" * 5000,
                     "result 0\n"):
            with self.subTest(data[:40]):
                self.assertEqual(self.stored(self.handed(data))[0], 4)
                self.assertEqual(self.credentials.read_bytes(), before)

    def test_no_session_comes(self):
        start = time.monotonic()
        self.assertEqual(self.stored(self.pipe()[0])[0], 4)
        self.assertLess(time.monotonic() - start, 3)

    def test_the_only_copy_of_long_term_keys(self):
        before = self.put(long_term(self.user).replace("work-long-term", "work"))
        status, text = self.stored(self.handed(parcel()))
        self.assertEqual(status, 10)
        self.assertIn("long-term keys that are nowhere else", text)
        self.assertEqual(self.credentials.read_bytes(), before)

    def test_a_home_of_others(self):
        before = self.put()
        for path, change in ((self.home, lambda: self.home.chmod(0o777)),
                             (self.home, lambda: os.chown(self.home, OTHER_UID + 1, -1))):
            mode = path.stat().st_mode
            change()
            self.assertIn(self.stored(self.handed(parcel()))[0], (10, 13))
            self.assertEqual(self.credentials.read_bytes(), before)
            path.chmod(mode)
            os.chown(path, OTHER_UID, OTHER_UID)

    def test_what_is_no_file(self):
        self.put()
        for make in (os.mkfifo, os.mkdir, lambda path: os.symlink("/etc/shadow", path),
                     lambda path: os.symlink("nowhere/at/all", path)):
            if self.credentials.is_dir():
                self.credentials.rmdir()
            else:
                self.credentials.unlink()
            make(self.credentials)
            self.assertIn(self.stored(self.handed(parcel()))[0], (10, 13))

    def test_no_place(self):
        self.home.chmod(0o500)
        self.assertIn(self.stored(self.handed(parcel()))[0], (10, 13))

    def test_a_full_disk(self):
        mounts.mount("tmpfs", self.home, "tmpfs",
                     data=f"size=32k,mode=700,uid={OTHER_UID},gid={OTHER_UID}")
        self.addCleanup(mounts.call, "umount2", self.home, 0)
        before = self.put()
        with self.assertRaises(OSError), open(self.home / "rest", "wb", buffering=0) as file:
            while True:
                file.write(b"x" * 4096)
        status, text = self.stored(self.handed(parcel()))
        self.assertEqual(status, 10)
        self.assertIn("No space left on device", text)
        self.assertEqual(self.credentials.read_bytes(), before)
        self.credentials.unlink()
        self.assertEqual(self.stored(self.handed(parcel(session_token="t" * 9000)))[0], 10)
        self.assertFalse(self.credentials.exists())

    def test_another_program_holds_the_file(self):
        """Like one that was stopped in the middle."""
        before = self.put()
        lock = os.open(self.credentials.with_name(".credentials.aws-mfa-lock"),
                       os.O_RDWR | os.O_CREAT, 0o600)
        self.addCleanup(os.close, lock)
        os.chown(lock, OTHER_UID, OTHER_UID)
        fcntl.fcntl(lock, 37, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0))  # F_OFD_SETLK
        start = time.monotonic()
        self.assertEqual(self.stored(self.handed(parcel()))[0], 10)
        self.assertLess(time.monotonic() - start, 5)
        self.assertEqual(self.credentials.read_bytes(), before)

    def test_a_home_that_does_not_answer(self):
        """Its time is over while it waits: it says so, and ends."""
        with self.store(self.pipe()[0]) as sock:
            sock.settimeout(20)
            self.until_it_waits()
            self.process.send_signal(signal.SIGALRM)
            self.assertEqual(sock.makefile("r").read(), "result 10 the home did not answer in time, "
                             "so the session is not stored\n")
        self.assertEqual(self.process.wait(20), 10)

    def test_it_is_killed(self):
        """The file is as it was."""
        before = self.put()
        with self.store(self.pipe()[0]) as sock:
            self.process.kill()
            self.assertEqual(sock.makefile("r").read(), "")
        self.process.wait(20)
        self.assertEqual(self.credentials.read_bytes(), before)


if __name__ == "__main__":
    unittest.main()
