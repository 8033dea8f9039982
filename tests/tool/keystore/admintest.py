"""Shared by the tests of aws-mfa keystore: a world in which root has the folder of the entries, and the
site's file names the double of AWS."""

import configparser
import os
import shutil
import stat
import subprocess

from live.case import LiveTest
from live.world import CA
from open_clone import trust
from paths import AWS_MFA, STAGE
from tool.keystore.keystoretest import RUN
from tool.keystore.keystoretest import SITE as ETC

KEYS = ETC / "keys"
HIDDEN = "/home" if STAGE.is_relative_to("/root") else "/root"      # from the service that judges


class AdminTest(LiveTest):
    """alice's keys of AWS are self.user's. In the world, only memory is at ETC."""

    @classmethod
    def setUpClass(cls):
        if os.geteuid() == 0:
            trust(ETC, RUN)
        super().setUpClass()
        if STAGE.is_relative_to("/tmp"):
            cls.world.path("/tmp").chmod(0o755)
        cls.world.run("mount", "-n", "-t", "tmpfs", "-o", "nodev,mode=755", "keys", ETC).check_returncode()
        cls.write_site()

    @classmethod
    def write_site(cls, url=None, ca=CA):
        cls.world.path(ETC / "aws-mfa.conf").write_text(
            f"[aws-mfa]\nendpoint_url = {url or cls.box.url}\nca_bundle = {ca}\n")

    def setUp(self):
        super().setUp()
        shutil.rmtree(self.world.path(KEYS), ignore_errors=True)
        self.addCleanup(self.write_site)
        self.uid = self.world.users["alice"]

    def preload(self, library):
        """-> the environment that loads this library. Its folder may be hidden in the world."""
        name = f"/tmp/{library.name}"
        shutil.copy(library, self.world.path(name))
        self.own.add(name)
        return {"LD_PRELOAD": name}

    def run_it(self, *args, status=0, input="", **options):
        run = self.world.run(AWS_MFA, "keystore", *args, input=input, **options)
        self.assertEqual(run.returncode, status, run.stdout + run.stderr)
        self.assertNotIn("LD_PRELOAD", run.stderr)
        if status not in (0, 1):
            self.assertEqual(run.stderr.count("error: "), 1, run.stderr)
        for user in self.box.accounts.users.values():
            self.assertNotIn(user.secret_access_key, run.stdout + run.stderr)
            self.assertNotIn(user.secret_access_key[:20], run.stdout + run.stderr)
        return run

    def add(self, name="alice", *args, user=None, **options):
        user = user or self.user
        return self.run_it("add", name, "--access-key-id", user.access_key_id, *args,
                           input=user.secret_access_key + "\n", **options)

    def names(self):
        """-> what is in the folder of the entries"""
        folder = self.world.path(KEYS)
        return sorted(os.listdir(folder)) if folder.exists() else []

    def entry(self, name="alice"):
        """-> an entry as Python reads it, after a look at its rights"""
        path = self.world.path(KEYS / name)
        st = path.lstat()
        self.assertEqual((st.st_uid, st.st_gid, stat.S_IMODE(st.st_mode), st.st_nlink),
                         (0, 0, 0o600, 1))
        parser = configparser.RawConfigParser(delimiters="=")
        parser.read_string(path.read_text())
        self.assertEqual(parser.sections(), ["aws-mfa"])
        return dict(parser.items("aws-mfa"))

    def start(self, *args):
        process = subprocess.Popen(
            [AWS_MFA, "keystore", *args], env=self.world.environment(),
            preexec_fn=self.world.entrance(), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.communicate)
        return process

    def holds(self, user=None, name="alice", **more):
        user = user or self.user
        self.assertEqual(self.entry(name), {
            "user": name, "uid": str(self.world.users[name]), "account": "123456789012",
            "aws_access_key_id": user.access_key_id, "aws_mfa_device": user.serial,
            "aws_secret_access_key": user.secret_access_key, **more})

    def journal(self):
        """-> the lines of aws-mfa in the syslog"""
        return [line for line in self.syslog.lines if " aws-mfa: keystore " in line]
