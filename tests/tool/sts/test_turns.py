"""aws-mfa-sts's side of its conversation with aws-mfa, which sends every record there is."""

from tool.sts.ststest import ROLE, Peer, StsTest
from turns import in_turn, records

REFUSED = "aws-mfa sent a record that aws-mfa-sts does not understand"
SETTINGS = ("access-key-id secret-access-key serial region endpoint-url iam-endpoint-url ca-bundle "
            "https-proxy no-proxy duration fips dual-stack legacy-endpoint give-up-root deadline timeout")
OF_ROLE = "role-session-name external-id source-identity session-policy tag transitive-tag-key"


class Turns(StsTest):
    def settings(self):
        return [f"access-key-id {self.user.access_key_id}",
                f"secret-access-key {self.user.secret_access_key}", f"serial {self.user.serial}",
                f"endpoint-url {self.box.url}", f"ca-bundle {self.box.ca_path}"]

    def before_connect(self, expected, before):
        """Whatever comes of the settings: are they understood?"""
        for record in records():
            if in_turn("connect call", record):      # their texts are few
                continue
            with self.subTest(record=record):
                word = record.split()[0]
                peer = Peer()
                self.addCleanup(peer.close)
                for line in [*before, record, *["connect unsigned"] * (word != "connect")]:
                    if line.split()[0] != word or line == record:
                        peer.send(*line.split(" ", 1))
                text = " ".join(peer.read())
                (self.assertNotIn if in_turn(expected, record) else self.assertIn)(REFUSED, text)

    def test_settings(self):
        self.before_connect(f"{SETTINGS} session-token role-arn", self.settings())

    def test_twice(self):
        for word in SETTINGS.split():
            with self.subTest(word=word):
                record = next(r for r in records() if r.split()[0] == word)
                peer = Peer()
                self.addCleanup(peer.close)
                for line in [record, record, "connect unsigned"]:
                    peer.send(*line.split(" ", 1))
                self.assertIn(REFUSED, " ".join(peer.read()))

    def test_of_a_role(self):
        self.before_connect(f"role-arn {OF_ROLE}", [*self.settings(), f"role-arn {ROLE}"])

    def test_in_the_place_of_connect(self):
        for text in ["", "sign", "7"]:
            peer = Peer()
            self.addCleanup(peer.close)
            peer.send("connect", text)
            self.assertIn(REFUSED, " ".join(peer.read()))

    def test_after_a_call(self):
        for record in records():
            with self.subTest(record=record):
                peer = Peer()
                self.addCleanup(peer.close)
                for line in [*self.settings(), "call GetCallerIdentity"]:
                    peer.send(*line.split(" ", 1))
                self.result(peer.answers(), 0)
                peer.send(*record.split(" ", 1))
                if record.split()[0] == "deadline":
                    peer.deadline(10)
                status, text = peer.answers()["result"]
                self.assertEqual(status, 4)
                self.assertIn("aws-mfa sent a call that aws-mfa-sts does not understand", text)
                if in_turn("call", record):
                    peer.send("call", "GetCallerIdentity")
                    self.result(peer.answers(), 0)
                else:
                    self.assertEqual(peer.ended(), 4)

    def test_what_cannot_be_called(self):
        """Nothing that takes a code, and no parameter that an action does not have."""
        for call in ["", "GetSessionToken", "AssumeRole", "getcalleridentity", " GetCallerIdentity",
                     "GetCallerIdentity UserName=x", "ListMFADevices UserName",
                     "ListMFADevices UserName=", "ListMFADevices Action=CreateAccessKey",
                     "ListMFADevices UserName=a  UserName=b", "ListMFADevices username=a",
                     "ListMFADevices  =a", "CreateAccessKey AccessKeyId=x", "ListUsers",
                     "UpdateAccessKey " + "UserName=a " * 5]:
            with self.subTest(call=call):
                peer = Peer()
                self.addCleanup(peer.close)
                for line in self.settings():
                    peer.send(*line.split(" ", 1))
                peer.send("call", call)
                status, text = peer.answers()["result"]
                self.assertEqual(status, 4)
                self.assertIn("a call that aws-mfa-sts does not understand", text)
        self.assertEqual(self.box.requests, [])

    def warmed_up(self, codes):
        for record in records():
            with self.subTest(record=record):
                peer = self.ready(how="unsigned")
                for _ in range(codes):
                    peer.send("code", self.user.wrong_code())
                    self.result(peer.answers(), 11)
                word = record.split()[0]
                peer.send(*(["code", "000000"] if word == "code" else record.split(" ", 1)))
                if word == "deadline":
                    peer.send("code", "000000")
                status, text = peer.answers()["result"]
                (self.assertNotIn if in_turn("deadline code", record) else self.assertIn)(REFUSED, text)
                self.assertEqual(status == 4 and REFUSED in text, not in_turn("deadline code", record))

    def test_while_a_code_is_waited_for(self):
        self.warmed_up(codes=0)

    def test_after_a_wrong_code(self):
        self.warmed_up(codes=1)
