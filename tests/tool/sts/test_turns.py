"""aws-mfa-sts's side of its conversation with aws-mfa, which sends every record there is."""

from tool.sts.ststest import ROLE, Peer, StsTest
from turns import in_turn, records

REFUSED = "aws-mfa sent a record that aws-mfa-sts does not understand"
SETTINGS = ("access-key-id secret-access-key serial region endpoint-url ca-bundle https-proxy no-proxy "
            "duration fips dual-stack legacy-endpoint deadline timeout")
OF_ROLE = "role-session-name external-id source-identity tag transitive-tag-key"


class Turns(StsTest):
    def settings(self):
        return [f"access-key-id {self.user.access_key_id}",
                f"secret-access-key {self.user.secret_access_key}", f"serial {self.user.serial}",
                f"endpoint-url {self.box.url}", f"ca-bundle {self.box.ca_path}"]

    def before_connect(self, expected, before):
        """Whatever comes of the settings: are they understood?"""
        for record in records():
            if in_turn("connect", record):      # its text is one of two
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
        self.before_connect(f"{SETTINGS} role-arn", self.settings())

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
