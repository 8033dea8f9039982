"""IAM's side of the sandbox, checked by boto3, awscli and botocore's service model."""

import json
import subprocess
import unittest

from sandbox.testcase import SandboxTest


class Iam(SandboxTest):
    def iam(self, keys):
        return self.client(keys, service="iam")

    def test_devices(self):
        user = self.box.add_user("alice")
        serials = [user.serial, user.add_device("second").serial,
                   user.add_hardware("GAHT12345678").serial, user.add_passkey("key").serial]
        self.assertRegex(serials[3], r"\Aarn:aws:iam::123456789012:u2f/user/alice/key-[A-Z2-7]{16}\Z")
        answer = self.iam(user).list_mfa_devices()
        self.assertEqual([d["SerialNumber"] for d in answer["MFADevices"]], serials)
        self.assertEqual({d["UserName"] for d in answer["MFADevices"]}, {"alice"})
        self.assertFalse(answer["IsTruncated"])
        self.assertEqual(self.box.requests[-1].params["Version"], "2010-05-08")
        # STS takes the codes of a hardware token, but has none of a passkey.
        token = user.devices[2]
        self.client(user).get_session_token(SerialNumber=token.serial, TokenCode=token.code())
        self.refused("AccessDenied", self.client(user).get_session_token,
                     SerialNumber=serials[3], TokenCode=user.code())

    def test_pages(self):
        user = self.box.add_user("alice")
        serials = [user.serial] + [user.add_device(f"d{n}").serial for n in range(4)]
        self.box.accounts.page_size = 2
        pages = list(self.iam(user).get_paginator("list_mfa_devices").paginate())
        self.assertEqual([len(page["MFADevices"]) for page in pages], [2, 2, 1])
        self.assertEqual([d["SerialNumber"] for p in pages for d in p["MFADevices"]], serials)
        self.assertEqual(len(self.iam(user).list_mfa_devices(MaxItems=1)["MFADevices"]), 1)
        self.refused("ValidationError", self.iam(user).list_mfa_devices, Marker="x")

    def test_the_life_of_a_key(self):
        user = self.box.add_user("alice")
        old, iam = user.keys[0], self.iam(user)
        made = iam.create_access_key()["AccessKey"]
        self.assertEqual((made["UserName"], made["Status"]), ("alice", "Active"))
        listed = iam.list_access_keys()["AccessKeyMetadata"]
        self.assertEqual([(k["AccessKeyId"], k["Status"]) for k in listed],
                         [(old.access_key_id, "Active"), (made["AccessKeyId"], "Active")])
        self.assertEqual(self.refused("LimitExceeded", iam.create_access_key),
                         "Cannot exceed quota for AccessKeysPerUser: 2")
        self.assertEqual(self.box.requests[-1].status, 409)
        new = self.iam(user.keys[1])
        new.update_access_key(AccessKeyId=old.access_key_id, Status="Inactive")
        self.refused("InvalidClientTokenId", iam.list_access_keys)
        self.refused("InvalidClientTokenId", self.client(old).get_caller_identity)
        new.update_access_key(AccessKeyId=old.access_key_id, Status="Active")
        iam.list_access_keys()
        new.delete_access_key(AccessKeyId=old.access_key_id)
        self.refused("InvalidClientTokenId", iam.list_access_keys)
        self.assertEqual(self.refused("NoSuchEntity", new.delete_access_key,
                                      AccessKeyId=old.access_key_id),
                         f"The Access Key with id {old.access_key_id} cannot be found.")
        self.assertEqual(self.box.requests[-1].status, 404)
        self.assertEqual(user.access_key_id, made["AccessKeyId"])

    def test_a_new_key_takes_time(self):
        user = self.box.add_user("alice")
        self.box.new_keys_take(3600)
        self.iam(user).create_access_key()
        new = self.client(user.keys[1])
        self.refused("InvalidClientTokenId", new.get_caller_identity)
        user.keys[1].known_from = 0
        self.assertEqual(new.get_caller_identity()["Arn"], user.arn)

    def test_policies(self):
        user, other = self.box.add_user("alice"), self.box.add_user("bob")
        iam = self.iam(user)
        self.box.policy_denies(user, "iam:List*")
        self.assertEqual(self.refused("AccessDenied", iam.list_access_keys),
                         f"User: {user.arn} is not authorized to perform: iam:ListAccessKeys on "
                         "resource: user alice with an explicit deny in an identity-based policy")
        iam.create_access_key()
        self.iam(other).list_access_keys()
        self.box.policy_allows(user)
        self.box.policy_needs_mfa(user)
        self.refused("AccessDenied", iam.list_access_keys)
        session = self.session(user)
        self.assertEqual(len(self.iam(session).list_access_keys()["AccessKeyMetadata"]), 2)
        self.box.policy_allows(user)
        without = self.client(user).get_session_token()["Credentials"]
        self.refused("InvalidClientTokenId", self.iam(without).list_access_keys)

    def test_users(self):
        user = self.box.add_user("alice")
        self.box.add_user("bob")
        iam = self.iam(user)
        self.assertEqual(iam.list_mfa_devices(UserName="bob")["MFADevices"][0]["UserName"], "bob")
        self.assertEqual(self.refused("NoSuchEntity", iam.list_mfa_devices, UserName="eve"),
                         "The user with name eve cannot be found.")
        role = "arn:aws:iam::123456789012:role/Admin"
        self.box.add_role(role, requires_mfa=False)
        session = self.client(user).assume_role(RoleArn=role, RoleSessionName="me")["Credentials"]
        self.refused("ValidationError", self.iam(session).list_mfa_devices)
        self.iam(session).list_mfa_devices(UserName="bob")

    def test_the_model_checks_requests(self):
        iam = self.iam(self.box.add_user("alice"))
        iam.meta.events.register(
            "before-call.iam", lambda params, **_: params["body"].update(self.raw))
        for raw, constraint in (({"Status": "active"}, "satisfy enum value set: [Active, Inactive"),
                                ({"AccessKeyId": "AKIA EXAMPLE EXAMPLE"}, "satisfy regular"),
                                ({"AccessKeyId": "A" * 129}, "less than or equal to 128"),
                                ({"AccessKeyId": "AKIA"}, "valid min length: 16"),
                                ({"Extra": "x"}, "UpdateAccessKey has no parameter Extra")):
            self.raw = raw
            self.assertIn(constraint, self.refused(
                "ValidationError", iam.update_access_key, AccessKeyId="A" * 20, Status="Active"))

    def test_signatures_name_the_service(self):
        user = self.box.add_user("alice")
        done = self.curl(self.box, self.box.url, "--aws-sigv4", "aws:amz:us-east-1:sts", "-u",
                         f"{user.access_key_id}:{user.secret_access_key}", "-d",
                         "Action=ListAccessKeys&Version=2010-05-08")
        self.assertIn(b"<Code>SignatureDoesNotMatch</Code>", done.stdout)
        self.assertIn(b'<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">', done.stdout)

    def test_aws_cli(self):
        user = self.box.add_user("alice")
        done = subprocess.run(
            ["/usr/bin/aws", "--endpoint-url", self.box.url, "--output", "json", "iam",
             "list-access-keys"],
            env={**self.environment, "AWS_CA_BUNDLE": str(self.box.ca_path),
                 "AWS_ACCESS_KEY_ID": user.access_key_id,
                 "AWS_SECRET_ACCESS_KEY": user.secret_access_key},
            capture_output=True, text=True, check=True)
        self.assertEqual(json.loads(done.stdout)["AccessKeyMetadata"][0]["AccessKeyId"],
                         user.access_key_id)

    def test_an_administrator(self):
        admin, other = self.box.add_user("admin"), self.box.add_user("other")
        self.box.accounts.admins.add("admin")
        iam = self.iam(admin)
        self.refused("AccessDenied", self.iam(other).create_group, GroupName="g")
        self.assertEqual(iam.create_group(GroupName="g")["Group"]["Arn"], "arn:aws:iam::123456789012:group/g")
        self.refused("EntityAlreadyExists", iam.create_group, GroupName="g")
        iam.create_user(UserName="alice")
        iam.add_user_to_group(GroupName="g", UserName="alice")
        self.refused("NoSuchEntity", iam.add_user_to_group, GroupName="g", UserName="bob")
        self.refused("MalformedPolicyDocument", iam.put_group_policy, GroupName="g", PolicyName="p",
                     PolicyDocument="{")
        arn = iam.create_policy(PolicyName="p", PolicyDocument="{}")["Policy"]["Arn"]
        iam.attach_group_policy(GroupName="g", PolicyArn=arn)
        self.refused("NoSuchEntity", iam.attach_group_policy, GroupName="g", PolicyArn=arn + "x")
        trust = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "sts:AssumeRole"}
        code = {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}
        for name, statement in (("Open", trust), ("Coded", trust | code)):
            iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps({"Statement": [statement]}))
        made = iam.create_access_key(UserName="alice")["AccessKey"]
        self.assertEqual(made["AccessKeyId"], self.box.accounts.users["alice"].access_key_id)
        alice = self.client(self.box.accounts.users["alice"].keys[0])
        for name, refused in (("Open", False), ("Coded", True)):
            call = {"RoleArn": f"arn:aws:iam::123456789012:role/{name}", "RoleSessionName": "alice"}
            if refused:
                self.refused("AccessDenied", alice.assume_role, **call)
            else:
                alice.assume_role(**call)


if __name__ == "__main__":
    unittest.main()
