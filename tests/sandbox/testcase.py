"""Shared by the tests of the sandbox: a sandbox and the clients boto3 and curl."""

import os
import subprocess
import unittest

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from paths import temporary
from sandbox.sts import Sandbox


class SandboxTest(unittest.TestCase):
    """One CA for all; every test has its own users. Nothing here sees the person's own ~/.aws."""

    @classmethod
    def setUpClass(cls):
        cls.directory = temporary(cls.addClassCleanup)
        cls.environment = {"HOME": str(cls.directory), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8",
                           "AWS_SHARED_CREDENTIALS_FILE": str(cls.directory / "credentials"),
                           "AWS_CONFIG_FILE": str(cls.directory / "config"),
                           "AWS_EC2_METADATA_DISABLED": "true", "AWS_REGION": "us-east-1"}
        before = dict(os.environ)
        cls.addClassCleanup(lambda: (os.environ.clear(), os.environ.update(before)))
        os.environ.clear()
        os.environ.update(cls.environment)

    def setUp(self):
        self.box = self.sandbox()

    def sandbox(self, **options):
        box = Sandbox(self.directory / "tls", **options).start()
        self.addCleanup(box.stop)
        return box

    def client(self, keys, region="us-east-1", service="sts"):
        """A boto3 client with the keys of a User, a Key or a Credentials answer."""
        box = self.box
        if isinstance(keys, dict):
            keys = (keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
        else:
            keys = (keys.access_key_id, keys.secret_access_key, None)
        config = Config(retries={"total_max_attempts": 1}, read_timeout=5, connect_timeout=5)
        client = boto3.client(service, endpoint_url=box.url, verify=str(box.ca_path), config=config,
                              region_name=region, aws_access_key_id=keys[0],
                              aws_secret_access_key=keys[1], aws_session_token=keys[2])
        if hasattr(client, "close"):    # botocore 1.20 leaves it to the end of the process
            self.addCleanup(client.close)
        return client

    def refused(self, code, call, *args, **kwargs):
        """Returns the message of the AWS error. The call must end with this error."""
        with self.assertRaises(ClientError) as caught:
            call(*args, **kwargs)
        error = caught.exception.response["Error"]
        self.assertEqual(error["Code"], code, error)
        return error["Message"]

    def session(self, user, **options):
        return self.client(user).get_session_token(
            SerialNumber=user.serial, TokenCode=user.code(), **options)["Credentials"]

    def curl(self, box, *args):
        return subprocess.run(["curl", "-sS", "-m", "5", "--noproxy", "*", "--cacert", box.ca_path,
                               *args], env=self.environment, capture_output=True)
