"""Calls to AWS beside the code: every action that may be called, against the double of STS and IAM."""

import time
import unittest

from sandbox import faults
from sandbox.testcase import SandboxTest
from tool.sts.ststest import Peer, StsTest


class CallTest(StsTest):
    def caller(self, keys=None, seconds=10, **settings):
        """A process that has its settings; answers() of call() are (records in order, status, text)."""
        keys = keys or self.user
        records = {"access-key-id": keys.access_key_id, "secret-access-key": keys.secret_access_key,
                   "session-token": keys.session_token, "endpoint-url": self.box.url,
                   "iam-endpoint-url": self.box.url, "ca-bundle": str(self.box.ca_path)}
        records |= {name.replace("_", "-"): text for name, text in settings.items()}
        peer = Peer()
        self.addCleanup(peer.close)
        peer.deadline(seconds)
        for word, text in records.items():
            if text is not None:
                peer.send(word, text)
        return peer

    def call(self, peer, call, seconds=None):
        if seconds:
            peer.deadline(seconds)
        peer.send("call", call)
        records = []
        while True:
            word, text = peer.read()
            if word in ("result", ""):
                status, _, text = text.partition(" ")
                return records, int(status), text
            records.append((word, text))

    def fields(self, records):
        return [r for r in records if r[0] not in ("server-time", "request-id", "created", "steps")]


class Calls(CallTest):
    def test_one_after_the_other(self):
        user, old = self.user, self.user.keys[0]
        phone, token = user.add_device(f"{user.name}-phone"), user.add_hardware("GAHT12345678")
        peer = self.caller()
        records, status, text = self.call(peer, "GetCallerIdentity")
        self.assertEqual((status, text), (0, self.box.url.partition("//")[2]))
        self.assertEqual(self.fields(records), [("arn", user.arn), ("account-id", user.account)])
        self.assertLess(abs(int(dict(records)["server-time"]) - time.time()), 5)
        self.assertRegex(dict(records)["request-id"], r"\A[0-9a-f-]{36}\Z")
        self.assertRegex(dict(records)["steps"], r"\A3 \d+ \d+ [1-9]\d*\Z")
        records, status, _ = self.call(peer, "TrySession")     # on the open connection
        self.assertEqual((self.fields(records), status, "steps" in dict(records)), ([], 0, False))
        self.assertNotIn("TokenCode", self.box.requests[-1].params)
        records, status, _ = self.call(peer, "ListMFADevices", 10)
        self.assertEqual(status, 0)
        self.assertEqual(self.fields(records), [
            pair for serial in (user.serial, phone.serial, token.serial)
            for pair in (("item", ""), ("serial", serial))])
        self.assertEqual([abs(int(t) - time.time()) < 5 for w, t in records if w == "created"],
                         [True] * 3)
        records, status, _ = self.call(peer, "CreateAccessKey")
        new = user.keys[1]
        self.assertEqual((self.fields(records), status), ([
            ("access-key-id", new.access_key_id), ("secret-access-key", new.secret_access_key)], 0))
        self.assertEqual(self.call(peer, f"UpdateAccessKey AccessKeyId={new.access_key_id} "
                                         "Status=Inactive")[1:2], (0,))
        records, status, _ = self.call(peer, "ListAccessKeys")
        self.assertEqual((self.fields(records), status), ([
            ("item", ""), ("access-key-id", old.access_key_id), ("key-status", "Active"),
            ("item", ""), ("access-key-id", new.access_key_id), ("key-status", "Inactive")], 0))
        self.assertEqual(self.call(peer, f"DeleteAccessKey AccessKeyId={new.access_key_id}")[1], 0)
        self.assertEqual(user.keys, [old])
        peer.socket.shutdown(1)
        self.assertEqual(peer.ended(), 0)
        self.assertEqual(self.box.connections, 2)   # one to each service

    def test_with_the_keys_of_a_session(self):
        self.box.policy_needs_mfa(self.user)
        records, status, text = self.call(self.caller(), "ListAccessKeys")
        self.assertEqual((status, dict(records)["aws-error"]), (13, "AccessDenied"))
        self.assertIn("because no identity-based policy allows the iam:ListAccessKeys", text)
        SandboxTest.client(self, self.user).get_session_token(
            SerialNumber=self.user.serial, TokenCode=self.user.code())
        session = self.box.sessions[-1]
        peer = self.caller(session, session_token=None)
        half = len(session.session_token) // 2      # a long token comes in several records
        peer.send("session-token", session.session_token[:half])
        peer.send("session-token", session.session_token[half:])
        self.assertEqual(self.call(peer, "ListAccessKeys")[1], 0)

    def test_the_errors_of_aws(self):
        user = self.user
        user.add_key()
        stranger = "AKIA" + "A" * 16
        denied = self.new_user()
        self.box.policy_denies(denied, "iam:ListMFADevices")
        for keys, call, error, *parts in [
                (user, "CreateAccessKey", "LimitExceeded", "AccessKeysPerUser: 2"),
                (user, f"DeleteAccessKey AccessKeyId={stranger}", "NoSuchEntity", stranger),
                (user, "ListMFADevices UserName=nobody-else", "NoSuchEntity", "nobody-else"),
                (user, "DeleteAccessKey AccessKeyId=short", "ValidationError"),
                (denied, "ListMFADevices", "AccessDenied", "a policy denies the request")]:
            with self.subTest(call=call):
                records, status, text = self.call(self.caller(keys), call)
                self.assertEqual((status, dict(records)["aws-error"]), (13, error), text)
                self.assertIn("request-id", dict(records))
                for part in parts:
                    self.assertIn(part, text)

    def test_a_key_that_is_too_new(self):
        self.box.new_keys_take(3600)
        self.addCleanup(self.box.new_keys_take, 0)
        self.call(self.caller(), "CreateAccessKey")
        new = self.user.keys[1]
        peer = self.caller(new)
        records, status, _ = self.call(peer, "GetCallerIdentity")
        self.assertEqual((status, dict(records)["aws-error"]), (13, "InvalidClientTokenId"))
        new.known_from = 0
        self.assertEqual(self.call(peer, "GetCallerIdentity", 10)[1], 0)

    def test_a_wrong_clock_is_corrected(self):
        self.box.date_skew = 3600
        peer = self.caller()
        self.assertEqual(self.call(peer, "CreateAccessKey")[1], 0)
        self.assertEqual(len(self.user.keys), 2)
        self.assertEqual([r.error for r in self.box.requests], ["SignatureDoesNotMatch", None])
        self.box.date_skew = 2 * 86400
        _, status, text = self.call(self.caller(), "GetCallerIdentity")
        self.assertEqual(status, 13)
        self.assertIn("differ by 48 hours", text)

    def test_parts_of_a_list(self):
        serials = [self.user.serial] + [self.user.add_device(f"{self.user.name}-{n}").serial
                                        for n in range(6)]
        self.box.accounts.page_size = 2
        records, status, _ = self.call(self.caller(), "ListMFADevices")
        self.assertEqual(([t for w, t in records if w == "serial"], status), (serials, 0))
        self.assertEqual([r.params.get("Marker") for r in self.box.requests],
                         [None, "page 2", "page 4", "page 6"])

    def test_a_list_that_does_not_end(self):
        self.box.fault("ListMFADevices", faults.rewritten(
            b"<IsTruncated>false</IsTruncated>",
            b"<IsTruncated>true</IsTruncated><Marker>page 0</Marker>"))
        _, status, text = self.call(self.caller(), "ListMFADevices")
        self.assertEqual(status, 14)
        self.assertIn("a list that does not end", text)
        self.assertEqual(len(self.box.requests), 16)
        self.box.clear_faults()
        self.box.fault("ListMFADevices", faults.rewritten(b"cated>false", b"cated>true"))
        self.assertIn("breaks off", self.call(self.caller(), "ListMFADevices")[2])


class Failures(CallTest):
    """What has not been answered: 14 if nothing can have changed, 15 if it may have."""

    def test_a_server_that_fails(self):
        for fault, parts in [(faults.error("InternalFailure"), ["HTTP 500"]),
                             (faults.reply(503, b"x"), ["not XML of AWS"]),
                             (faults.html(), ["not XML of AWS"]),
                             (faults.redirect("https://example.com"), []),
                             (faults.reply(200, b"<ListAccessKeysResponse/>", "text/xml"), None)]:
            for action, status in (("ListAccessKeys", 14), ("CreateAccessKey", 15)):
                with self.subTest(fault.name, action=action):
                    self.box.fault(action, fault)
                    _, got, text = self.call(self.caller(), action)
                    self.box.clear_faults()
                    self.assertEqual(got, 0 if parts is None else status, text)
                    for part in parts or []:
                        self.assertIn(part, text)

    def test_throttling_changes_nothing(self):
        self.box.fault(None, faults.error("Throttling"))
        for action in ("ListAccessKeys", "CreateAccessKey"):
            records, status, text = self.call(self.caller(), action)
            self.assertEqual((status, dict(records)["aws-error"]), (14, "Throttling"))
            self.assertIn("limits the rate", text)

    def test_a_change_is_sent_once(self):
        """Also on a connection that the server closes without an answer."""
        for fault in (faults.processed(faults.close()), faults.processed(faults.hang())):
            with self.subTest(fault.name):
                user = self.new_user()
                peer = self.caller(user, seconds=2)
                self.assertEqual(self.call(peer, "ListAccessKeys")[1], 0)
                self.box.fault("CreateAccessKey", fault)
                _, status, text = self.call(peer, "CreateAccessKey", 1)
                self.box.clear_faults()
                self.assertEqual(status, 15, text)
                self.assertIn("has not said whether it carried out CreateAccessKey", text)
                self.assertEqual(len(user.keys), 2)
        self.assertEqual(sum(r.action == "CreateAccessKey" for r in self.box.requests), 2)

    def test_a_server_that_is_not_there(self):
        peer = self.caller()
        self.assertEqual(self.call(peer, "GetCallerIdentity")[1], 0)
        self.box.stop()
        for action in ("GetCallerIdentity", "CreateAccessKey"):
            _, status, text = self.call(peer, action, 2)
            self.assertEqual(status, 14, text)
        self.box.start()
        self.assertEqual(self.call(peer, "GetCallerIdentity", 10)[1], 0)

    def test_answers_that_are_not_iam_s(self):
        serial = self.user.serial.encode()
        for old, new in [(serial, b"a b"), (serial, b""), (serial, b"&#xe4;"), (serial, b"x" * 600),
                         (b"EnableDate>2", b"EnableDate>x")]:
            with self.subTest(new=new):
                self.box.fault("ListMFADevices", faults.rewritten(old, new))
                _, status, text = self.call(self.caller(), "ListMFADevices")
                self.box.clear_faults()
                self.assertEqual(status, 14)
                self.assertIn("not what AWS sends", text)

    def test_more_items_than_there_can_be(self):
        for n in range(40):
            self.user.add_device(f"{self.user.name}-{n}")
        _, status, text = self.call(self.caller(), "ListMFADevices")
        self.assertEqual(status, 14)
        self.assertIn("not what AWS sends", text)

    def test_settings(self):
        for settings, part in [({"secret_access_key": None}, "aws_secret_access_key is missing"),
                               ({"iam_endpoint_url": "http://example.com"}, "http would show"),
                               ({"iam_endpoint_url": self.box.url, "fips": ""}, "FIPS")]:
            with self.subTest(settings):
                _, status, text = self.call(self.caller(**settings), "ListAccessKeys")
                self.assertEqual(status, 13)
                self.assertIn(part.lower(), text.lower())
        self.assertEqual(self.box.requests, [])


if __name__ == "__main__":
    unittest.main()
