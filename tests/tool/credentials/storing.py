"""Shared by the tests that write a session. store-session stores like a refresh, and needs no
network."""

import os
import subprocess
import unittest

from home import Home, section, write
from open_clone import closed_to_others
from paths import BUILD

STORE = BUILD / "tests/tool/credentials/store-session"
KEYS = ["assumed_role", "assumed_role_arn", "aws_access_key_id", "aws_secret_access_key",
        "aws_session_token", "aws_security_token", "expiration"]
SESSION = {"assumed_role": "False", "aws_access_key_id": "ASIAEXAMPLE00000NEW1",
           "aws_secret_access_key": "secret/new+1", "aws_session_token": "token/new+1==",
           "aws_security_token": "token/new+1==", "expiration": "2035-03-04 05:06:07"}
INPUT = "ASIAEXAMPLE00000NEW1\nsecret/new+1\ntoken/new+1==\n2056597567\n"
ROLE = "arn:aws:iam::123456789012:role/Admin"
OTHER = 12345
LOCK = ".credentials.aws-mfa-lock"
OLD = (b"# mine\n[work-long-term]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = long\n\n"
       b"[work]\naws_access_key_id = ASIAOLD\naws_session_token = old\n\n[last]\nkey = value\n")


def root_only(test):
    return unittest.skipUnless(os.geteuid() == 0, "needs root")(test)


class Namespace:
    """Enters a private mount namespace, so that the mounts do not show on the host."""

    def __init__(self, script, *args):
        self.holder = subprocess.Popen(
            ["unshare", "-m", "sh", "-ec", script + "; echo ready; exec cat", "sh", *map(str, args)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self.holder.stdout.readline() != "ready\n":
            self.close()
            raise RuntimeError(f"{script} {args} failed")
        self.prefix = ["nsenter", "-t", str(self.holder.pid), "-m", "-r", "-w"]

    def close(self):
        self.holder.communicate("")


class StoreTest(unittest.TestCase):
    def setUp(self):
        home = Home(self.addCleanup)
        self.home, self.folder, self.credentials = home.path, home.folder, home.credentials
        self.write(OLD)
        self.prefix = []
        self.env = home.env

    def write(self, data, mode=0o600):
        write(self.credentials, data, mode)

    def namespace(self, script, *args):
        if os.geteuid() != 0:
            self.skipTest("needs root, for mounts")
        if subprocess.run(["unshare", "-m", "true"], stderr=subprocess.DEVNULL).returncode:
            self.skipTest("no private mounts here")
        space = Namespace(script, *args)
        self.addCleanup(space.close)
        self.prefix = space.prefix

    def store(self, section="work", path=None, status=0, input=INPUT, prefix=(), rounds=0, **options):
        argv = [*self.prefix, *prefix, STORE, *(["-n", str(rounds)] if rounds else []),
                path or self.credentials, section]
        run = subprocess.run(argv, env=self.env, input=input, capture_output=True, text=True,
                             encoding="utf-8", errors="surrogateescape",
                             timeout=120, **options)
        if status is not None:
            self.assertEqual(run.returncode, status, run.stderr)
        return run

    def closed_folder(self):
        """Closes the folder to its user, but not the file. -> how to run as that user"""
        if os.geteuid() != 0:
            self.folder.chmod(0o500)
            self.addCleanup(self.folder.chmod, 0o700)
            return {}
        if closed_to_others():
            self.skipTest(closed_to_others())
        os.chown(self.home, OTHER, OTHER)
        os.chown(self.credentials, OTHER, OTHER)
        self.folder.chmod(0o755)
        return {"user": OTHER, "group": OTHER, "extra_groups": []}

    def section(self, name="work"):
        return section(self.credentials, name)

    def names(self, folder=None):
        return sorted(os.listdir(folder or self.folder))

    def untouched(self, data=OLD, names=("credentials",)):
        self.assertEqual(self.credentials.read_bytes(), data)
        self.assertLessEqual(set(self.names()), {*names, LOCK})
