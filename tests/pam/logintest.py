"""A login through the real libpam, module, helper and network process. The sandbox plays AWS."""

import os
import subprocess
import unittest

from host import OTHER_UID, HostTest
from open_clone import closed_to_others
from paths import BUILD, MODULE


class LoginTest(HostTest):
    """alice logs in to a bastion. Its stack holds only the module."""

    def setUp(self):
        super().setUp()
        self.stack("profile=work")
        self.account(os.getuid(), os.getgid())

    def stack(self, options, *more):
        (self.home / "pam.d").mkdir(exist_ok=True)
        (self.home / "pam.d/other").write_text("")
        (self.home / "pam.d/bastion").write_text("".join(
            f"{phase} required {MODULE} {options}\n" for phase in ("auth", "account", "session"))
            + "\n".join(more) + "\n")

    def account(self, uid, gid):
        (self.home / "passwd").write_text(f"alice:x:{uid}:{gid}::{self.home}:/bin/sh\n")
        (self.home / "group").write_text(f"alice:x:{gid}:\n")
        self.nss = {"LD_PRELOAD": "libnss_wrapper.so", "NSS_WRAPPER_PASSWD": f"{self.home}/passwd",
                    "NSS_WRAPPER_GROUP": f"{self.home}/group", "TZ": "UTC",
                    "NSS_WRAPPER_DISABLE_DEEPBIND": "1",    # for the sanitizers
                    "AWS_PROFILE": "not-this-one", "AWS_ENDPOINT_URL": "https://localhost:1"}

    def login(self, *answers, calls=("auth",), prefix=(), user="alice"):
        """-> the application's output: messages, log lines, results"""
        argv = [*prefix, BUILD / "tests/pam/login", self.home / "pam.d", "bastion", user]
        for answer in answers:
            argv += ["--answer", answer]
        run = subprocess.run([*argv, *calls], env=self.nss, stdin=subprocess.DEVNULL,
                             capture_output=True, text=True, timeout=60)
        self.assertEqual((run.stderr, run.returncode), ("", 0))
        return run.stdout


class OtherUser:
    """Root runs the application, and alice is another user. Name it before a LoginTest."""

    @classmethod
    def setUpClass(cls):
        if os.geteuid() != 0:
            raise unittest.SkipTest("needs root, to become another user")
        super().setUpClass()
        if closed_to_others():
            raise unittest.SkipTest(closed_to_others())

    def setUp(self):
        super().setUp()
        self.account(OTHER_UID, OTHER_UID)
        for path in [self.home, self.credentials.parent, self.credentials, self.config]:
            os.chown(path, OTHER_UID, OTHER_UID)
        self.tls.chmod(0o755)

    def write_credentials(self, *args, **kwargs):
        super().write_credentials(*args, **kwargs)
        os.chown(self.credentials, OTHER_UID, OTHER_UID)
