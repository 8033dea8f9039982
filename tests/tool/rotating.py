"""Shared by the tests of aws-mfa rotate: a user with one key, and what the file and AWS have then."""

import re
import subprocess
import time

from host import HostTest
from paths import AWS_MFA

ID, SECRET = "aws_access_key_id", "aws_secret_access_key"
NEW, OLD, STARTED = "aws_mfa_new_", "aws_mfa_old_", "aws_mfa_rotate_started"


class RotateTest(HostTest):
    def setUp(self):
        super().setUp()
        self.addCleanup(self.box.new_keys_take, 0)
        self.begin()

    def begin(self):
        """A new user with one key: each code is good once, and a device has three."""
        type(self).users += 1
        self.user = self.box.add_user(f"user{self.users}")
        self.box.policy_needs_mfa(self.user)
        self.first, = self.user.keys
        self.write_credentials()
        self.seen = len(self.box.requests)

    def again(self):
        """Another device, because the codes of the last one are used up."""
        device = self.user.add_device(f"{self.user.name}-{len(self.user.devices)}")
        self.credentials.write_text(re.sub("(?m)^aws_mfa_device = .*", "aws_mfa_device = " +
                                           device.serial, self.credentials.read_text()))
        self.user.serial, self.user.code = device.serial, device.code

    def argv(self, *args):
        return [AWS_MFA, "rotate", "work", "--token", "-", *args]

    def start(self, *args, prefix=()):
        """Starts it. self.process is known before it makes a call."""
        self.process = subprocess.Popen(
            [*prefix, *self.argv(*args)], env=self.env, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        out, err = self.process.communicate(self.user.code() + "\n", 60)
        return subprocess.CompletedProcess(args, self.process.returncode, out, err)

    def rotate(self, *args, status=0, **options):
        run = self.start(*args, **options)
        self.assertEqual(run.returncode, status, run.stdout + run.stderr)
        return run

    def refused(self, run, *parts):
        for part in parts:
            self.assertIn(part, run.stderr)
        self.assertEqual(run.stderr.count("error:"), 1, run.stderr)

    def keys(self):
        return self.section("work-long-term")

    def actions(self):
        new, self.seen = self.box.requests[self.seen:], len(self.box.requests)
        return [(r.action, r.params["Status"]) if "Status" in r.params else r.action for r in new]

    def works(self):
        """-> the key in use, which AWS takes with the secret in the file"""
        keys = self.keys()
        key, = [k for k in self.user.keys if k.access_key_id == keys[ID]]
        self.assertEqual((key.status, key.secret_access_key), ("Active", keys[SECRET]))
        return key

    def rotated(self):
        """-> the second key, which is used; the first one is deactivated and kept"""
        self.assertEqual([k.status for k in self.user.keys], ["Inactive", "Active"])
        second = self.user.keys[1]
        self.assertEqual(self.keys(), {
            ID: second.access_key_id, SECRET: second.secret_access_key,
            "aws_mfa_device": self.user.serial, OLD + "access_key_id": self.first.access_key_id,
            OLD + "secret_access_key": self.first.secret_access_key})
        return second

    def clean(self, key):
        """There is one key, and the file has it and nothing else."""
        self.assertEqual(self.user.keys, [key])
        self.assertEqual(self.keys(), {ID: key.access_key_id, SECRET: key.secret_access_key,
                                       "aws_mfa_device": self.user.serial})

    def store(self, **keys):
        """Adds lines to the section, as an interrupted run would."""
        with open(self.credentials, "a") as file:
            file.writelines(f"{name} = {value}\n" for name, value in keys.items())

    def store_key(self, prefix, key):
        self.store(**{prefix + "access_key_id": key.access_key_id,
                      prefix + "secret_access_key": key.secret_access_key})

    def store_started(self, ago=0):
        self.store(**{STARTED: time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(time.time() - ago))})
