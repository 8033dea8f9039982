"""A login in keystore mode with the real programs. A thread is systemd; the sandbox plays AWS."""

import contextlib
import os
import re
import resource
import socket
import subprocess
import threading
import time
import unittest

from home import long_term, section
from host import OTHER_UID
from live import mounts
from paths import AWS_MFA, BUILD, MODULE
from tool.keystore.keystoretest import RECORD_FD, RUN, SERVE_UID, KeystoreTest

OUT = 100       # login.c prints there


def fill(free):
    """In a child: so many descriptors below OUT are left, and none above."""
    for fd in range(3 + free, OUT):
        os.dup2(0, fd)
    resource.setrlimit(resource.RLIMIT_NOFILE, (OUT + 1, OUT + 1))


class Systemd(threading.Thread):
    """Accept=yes: starts a service for each connection."""

    def __init__(self):
        super().__init__()
        self.door = socket.socket(socket.AF_UNIX)
        self.door.bind(str(RUN / "keystore.sock"))
        os.chmod(RUN / "keystore.sock", 0o600)
        self.door.listen()
        self.said = []
        self.start()

    def run(self):
        while True:
            try:
                accepted, _ = self.door.accept()
            except OSError:
                return
            with accepted:
                number = accepted.fileno()
                service = subprocess.Popen(
                    ["/bin/sh", "-c", 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" serve', AWS_MFA],
                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                    text=True, cwd="/", env={}, user=SERVE_UID, group=SERVE_UID, extra_groups=[],
                    pass_fds=[RECORD_FD], preexec_fn=lambda: os.dup2(number, RECORD_FD))
            self.said.append(service.communicate(timeout=60)[0])

    def stop(self):
        with contextlib.suppress(OSError):
            self.door.shutdown(socket.SHUT_RDWR)    # wakes accept()
        self.door.close()
        self.join()


class Login(KeystoreTest):
    def setUp(self):
        super().setUp()
        mounts.mount("tmpfs", RUN, "tmpfs", 0, "mode=755")
        self.addCleanup(mounts.call, "umount2", RUN, 0)
        (self.site / "keys").mkdir(mode=0o700)
        self.entry = self.site / "keys/alice"
        self.write_entry()
        self.systemd = Systemd()
        self.addCleanup(self.systemd.stop)
        pam = self.folder / "pam.d"
        pam.mkdir()
        (pam / "other").write_text("")
        (pam / "bastion").write_text(f"auth required {MODULE} keystore\n"
                                     f"account required {MODULE} keystore\n"
                                     "account required pam_permit.so\n")
        (self.folder / "passwd").write_text(
            f"alice:x:{OTHER_UID}:{OTHER_UID}::{self.home}:/bin/sh\n")
        (self.folder / "group").write_text(f"alice:x:{OTHER_UID}:\n")

    def start(self, *answers, options=(), free=None):
        env = {"LD_PRELOAD": "libnss_wrapper.so", "NSS_WRAPPER_PASSWD": f"{self.folder}/passwd",
               "NSS_WRAPPER_GROUP": f"{self.folder}/group", "NSS_WRAPPER_DISABLE_DEEPBIND": "1"}
        argv = [BUILD / "tests/pam/login", self.folder / "pam.d", "bastion", "alice", *options]
        for answer in answers:
            argv += ["--answer", answer]
        return subprocess.Popen([*argv, "auth", "account"], env=env, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                close_fds=free is None,
                                preexec_fn=None if free is None else lambda: fill(free))

    def login(self, *answers, **more):
        run = self.start(*answers, **more)
        out, err = run.communicate(timeout=60)
        self.assertEqual((err, run.returncode), ("", 0))
        self.assertNotIn("LEFT BEHIND", out)
        return out

    def test_a_code(self):
        """One login id in all lines; the user gets the session, and had no file before."""
        out = self.login(self.user.code())
        self.assertIn("auth = PAM_SUCCESS\naccount = PAM_SUCCESS\n", out)
        found = re.search(r"account=123456789012 result=accepted answer=PAM_SUCCESS login=(\w{8}) ", out)
        self.assertTrue(found, out)
        self.systemd.stop()
        self.assertEqual(self.systemd.said,
                         [f"login={found[1]} user=alice account=123456789012 result=accepted\n"])
        self.assertEqual(section(self.credentials, "default")["aws_access_key_id"],
                         self.box.sessions[-1].access_key_id)
        self.assertEqual(self.credentials.stat().st_uid, OTHER_UID)

    def test_a_wrong_code(self):
        out = self.login(self.user.wrong_code())
        self.assertIn("result=wrong-code answer=PAM_AUTH_ERR login=", out)
        self.assertIn("account = PAM_PERM_DENIED\n", out)
        self.assertFalse(self.credentials.exists())

    def test_the_prompt_does_not_wait_for_the_socket(self):
        """Else the time would tell who is enrolled. The two seconds come after the answer."""
        self.systemd.stop()
        start = time.monotonic()
        out = self.login("@fail")
        self.assertLess(time.monotonic() - start, 1.5)
        self.assertIn("result=no-answer answer=PAM_CONV_ERR login=", out)

    def test_a_killed_login_keeps_its_place(self):
        """Until its service ends. Else a stranger who kills su again and again fills the socket."""
        self.systemd.stop()
        os.unlink(RUN / "keystore.sock")
        with socket.socket(socket.AF_UNIX) as door, contextlib.ExitStack() as queue:
            door.bind(str(RUN / "keystore.sock"))
            door.listen(64)
            door.settimeout(20)
            for _ in range(16):
                su = self.start(f"@until={self.folder}/never", options=("--ruser", "alice"))
                waits = queue.enter_context(door.accept()[0])
                waits.settimeout(20)
                while b"user " not in (got := waits.recv(4096, socket.MSG_PEEK)):
                    self.assertTrue(got, "the login has ended")
                su.kill()
                su.communicate()
            out = self.login("123456", options=("--ruser", "alice"))
            self.assertIn("16 logins of this caller wait for a code already", out)

    def test_no_descriptor_is_left(self):
        """The application has all that it may have: refused at whatever step that is."""
        said = ""
        for free in range(16):
            app = self.start(self.user.wrong_code(), free=free)
            out, _ = app.communicate(timeout=60)
            self.assertNotRegex(out, "= PAM_(SUCCESS|IGNORE)|LEFT BEHIND")
            if app.returncode == 0:     # else the application itself could not start
                self.assertRegex(out, r"(?m)^auth = PAM_\w+$", free)
            said += out
        self.assertIn("result=system-error answer=PAM_SYSTEM_ERR", said)
        self.assertIn("Too many open files", said)
        self.assertIn("result=wrong-code", said)

    def test_the_user_s_own_files_do_not_matter(self):
        """A session that is valid, keys, and an endpoint of the user's own."""
        self.credentials.parent.mkdir()
        self.write_credentials(
            long_term(self.user, "default") + "[default]\naws_access_key_id = ASIAOWN\n"
            "aws_secret_access_key = own\naws_session_token = own\nexpiration = 2099-01-01 00:00:00\n")
        self.config.write_text("[default]\nendpoint_url = http://127.0.0.1:1\n")
        out = self.login(self.user.wrong_code())
        self.assertIn("result=wrong-code answer=PAM_AUTH_ERR login=", out)

    def test_the_entry_of_another_account(self):
        self.write_entry(uid=OTHER_UID + 1)
        self.assertIn("result=configuration answer=PAM_CRED_INSUFFICIENT login=",
                      self.login(self.user.code()))


if __name__ == "__main__":
    unittest.main()
