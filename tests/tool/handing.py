"""Shared by the tests of exec and export: sessions in the file that need no AWS."""

import datetime

from host import ROLE, HostTest

SECRET, TOKEN = "Secret/of+the+session=", "Token//of+the+session=="
KEY_ID = "ASIAEXAMPLE000000001"
VARIABLES = {"AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_SESSION_TOKEN": TOKEN}
# What would lead a tool to other credentials.
UNSET = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SECURITY_TOKEN", "AWS_ROLE_ARN",
         "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
         "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN",
         "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")


class HandingTest(HostTest):
    def setUp(self):
        super().setUp()
        self.long_term = self.credentials.read_text()

    def session(self, seconds=36000, name="work", role=None, **keys):
        """Writes a session of [name] that ends in so many seconds. -> its end, as AWS writes it"""
        end = (datetime.datetime.utcnow() + datetime.timedelta(seconds=seconds)).replace(microsecond=0)
        values = {"assumed_role": bool(role), "assumed_role_arn": role, "aws_access_key_id": KEY_ID,
                  "aws_secret_access_key": SECRET, "aws_session_token": TOKEN,
                  "aws_security_token": keys.get("aws_session_token", TOKEN), "expiration": end, **keys}
        self.write_credentials(f"{self.credentials.read_text()}\n[{name}]\n" + "".join(
            f"{key} = {value}\n" for key, value in values.items() if value is not None))
        return end.strftime("%Y-%m-%dT%H:%M:%SZ")

    def again(self):
        """Removes all sessions."""
        self.write_credentials(self.long_term)

    def region(self, region="eu-west-1"):
        self.config.write_text(self.config.read_text() + f"region = {region}\n")

    def role_profile(self, name="admin"):
        """A profile as those of aws-vault: AWS tools would assume the role themselves."""
        self.config.write_text(self.config.read_text() + (
            f"[profile {name}]\nrole_arn = {ROLE}\nsource_profile = work\n"
            f"mfa_serial = {self.user.serial}\nendpoint_url = {self.box.url}\n"
            f"ca_bundle = {self.box.ca_path}\n"))
