"""Right and wrong signatures, made by botocore and curl."""

import re
import unittest

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from sandbox.accounts import User
from sandbox.testcase import SandboxTest


class Identity(SandboxTest):
    def test_long_term_keys(self):
        user = self.box.add_user("alice")
        answer = self.client(user, region="eu-central-1").get_caller_identity()
        self.assertEqual(answer["Arn"], "arn:aws:iam::123456789012:user/alice")
        self.assertEqual(answer["Account"], "123456789012")
        self.assertRegex(user.access_key_id, r"\AAKIA[A-Z2-7]{16}\Z")
        self.assertRegex(user.secret_access_key, r"\A(?=.*/)(?=.*\+).{40}\Z")

    def test_wrong_keys(self):
        user, stranger = self.box.add_user("alice"), User("stranger")
        self.assertEqual(self.refused("InvalidClientTokenId",
                                      self.client(stranger).get_caller_identity),
                         "The security token included in the request is invalid.")
        user.secret_access_key = stranger.secret_access_key
        client = self.client(user)
        user.secret_access_key = "other"
        self.refused("SignatureDoesNotMatch", client.get_caller_identity)

    def test_clock(self):
        client = self.client(self.box.add_user("alice"))
        for skew, words in ((306, "Signature expired: "), (-306, "Signature not yet current: "),
                            (7200, "Signature expired: ")):
            self.box.date_skew = skew
            self.assertTrue(self.refused("SignatureDoesNotMatch", client.get_caller_identity)
                            .startswith(words))
        for skew in (290, -290):
            self.box.date_skew = skew
            client.get_caller_identity()

    def test_region_can_be_demanded(self):
        user = self.box.add_user("alice")
        self.box.region = "us-east-1"
        self.client(user).get_caller_identity()
        self.refused("SignatureDoesNotMatch", self.client(user, region="eu-west-1")
                     .get_caller_identity)


class Signature(SandboxTest):
    """Requests with right signatures that are changed afterwards."""

    def post(self, user, alter=lambda headers: None, body=None, sent_to="localhost", host=None,
             extra=(), service="sts", token=None):
        signed_body = "Action=GetCallerIdentity&Version=2011-06-15"
        port = self.box.port
        headers = {"Content-Type": "application/x-www-form-urlencoded", **dict(extra)}
        request = AWSRequest("POST", f"https://{host or f'{sent_to}:{port}'}/", headers=headers,
                             data=signed_body.encode())
        keys = Credentials(user.access_key_id, user.secret_access_key, token)
        SigV4Auth(keys, service, "us-east-1").add_auth(request)
        headers = dict(request.headers.items())
        alter(headers)
        args = [word for name, value in headers.items() for word in ("-H", f"{name}: {value}")]
        done = self.curl(self.box, f"https://{sent_to}:{port}/", "--data-binary",
                         body or signed_body, *args)
        match = re.search(rb"<(?:Code|Arn)>(.*?)</", done.stdout)
        return match[1].decode() if match else done

    def test_changes(self):
        user = self.box.add_user("alice")
        self.assertEqual(self.post(user), user.arn)
        self.assertEqual(self.post(user, sent_to="127.0.0.1"), user.arn)
        self.assertEqual(self.post(user, extra={"X-Amz-Two": "a   b ", "Other": "c"}.items()),
                         user.arn)
        self.assertEqual(self.post(user, body="Action=GetCallerIdentity&Version=2011-06-15&A=b"),
                         "SignatureDoesNotMatch")
        self.assertEqual(self.post(user, service="iam"), "SignatureDoesNotMatch")
        self.assertEqual(self.post(user, host="sts.amazonaws.com"), "SignatureDoesNotMatch")
        self.assertEqual(self.post(user, lambda h: h.pop("Authorization")),
                         "MissingAuthenticationToken")
        self.assertEqual(self.post(user, lambda h: h.update(Authorization="AWS4-HMAC-SHA256 x")),
                         "IncompleteSignature")
        self.assertEqual(self.post(user, lambda h: h.update({"X-Amz-Date": "now"})),
                         "IncompleteSignature")
        self.assertEqual(self.post(user, lambda h: h.update({"X-Amz-Date": "20200101T000000Z"})),
                         "SignatureDoesNotMatch")
        self.assertEqual(self.post(user, lambda h: h.update({"X-Amz-New": "unsigned"})),
                         "SignatureDoesNotMatch")
        self.assertEqual(self.post(user, extra=[("X-Amz-Content-SHA256", "0" * 64)]),
                         "SignatureDoesNotMatch")
        self.assertEqual(self.post(user, token="abc"), "InvalidClientTokenId")

    def test_session_token_is_needed(self):
        user = self.box.add_user("alice")
        self.session(user)
        session = self.box.sessions[0]
        self.assertEqual(self.post(session, token=session.session_token), user.arn)
        self.assertEqual(self.post(session), "InvalidClientTokenId")
        self.assertEqual(self.post(session, token="x"), "InvalidClientTokenId")
        self.assertEqual(self.post(session, lambda h: h.update(
            {"X-Amz-Security-Token": session.session_token})), "SignatureDoesNotMatch")

    def test_form(self):
        user = self.box.add_user("alice")
        curl = ("--aws-sigv4", "aws:amz:us-east-1:sts", "-u",
                f"{user.access_key_id}:{user.secret_access_key}")
        for body, expected in (("Action=GetCallerIdentity&Version=2011-06-15", user.arn),
                               ("Action=GetCallerIdentity&Version=2010-05-08", "InvalidAction"),
                               ("Action=ListUsers&Version=2011-06-15", "InvalidAction"),
                               ("Action=A&Action=B", "MalformedQueryString"),
                               ("Action=A&%zz&b", "MalformedQueryString")):
            done = self.curl(self.box, self.box.url, "-d", body, *curl)
            self.assertIn(expected, done.stdout.decode())


if __name__ == "__main__":
    unittest.main()
