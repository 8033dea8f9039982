"""Every fault of faults.py, as boto3 and curl see it."""

import time
import unittest
from email.utils import parsedate_to_datetime

from botocore.exceptions import BotoCoreError
from botocore.parsers import ResponseParserError

from sandbox import faults
from sandbox.testcase import SandboxTest


class Faults(SandboxTest):
    def setUp(self):
        super().setUp()
        self.user = self.box.add_user("alice")

    def get(self, fault=None):
        self.box.clear_faults()
        if fault:
            self.box.fault("GetSessionToken", fault)
        return self.client(self.user).get_session_token()["Credentials"]

    def fetch(self, fault, *args):
        self.box.clear_faults()
        self.box.fault("GET", fault, times=1)
        return self.curl(self.box, "-i", self.box.url, *args)

    def test_aws_errors(self):
        for code, (status, message) in faults.ERRORS.items():
            for shape in ("ErrorResponse", "Error", "Errors"):
                done = self.fetch(faults.error(code, shape=shape, namespace="prefix"))
                self.assertIn(f"HTTP/1.1 {status} ".encode(), done.stdout)
                self.assertIn(f"<s:Code>{code}</s:Code>".encode(), done.stdout)
                self.assertEqual(self.box.requests[-1].error, code)
        self.assertEqual(self.refused("Throttling", self.get, faults.error("Throttling")),
                         "Rate exceeded")
        self.assertEqual(self.refused("Other", self.get, faults.error("Other", "a<b&\x9b", 418)),
                         "a<b&\x9b")

    def test_other_words_for_the_same(self):
        for fault in (faults.written("none"), faults.written("prefix"),
                      faults.written(backwards=True), faults.fraction_in_expiration(),
                      faults.offset_in_expiration()):
            self.client(self.get(fault)).get_caller_identity()
        self.assertEqual(len(self.get(faults.long_session_token(40000))["SessionToken"]), 40000)
        odd = self.get(faults.credentials(AccessKeyId="]\n[x", SecretAccessKey=None))
        self.assertEqual(odd["AccessKeyId"], "]\n[x")
        self.assertNotIn("SecretAccessKey", odd)

    def test_times_and_order(self):
        client = self.client(self.user)
        self.box.fault("GetSessionToken", faults.error("Throttling"), times=2)
        self.box.fault(None, faults.error("InternalFailure"), times=1)
        client_calls = [client.get_session_token, client.get_caller_identity,
                        client.get_session_token]
        for call, code in zip(client_calls, ("Throttling", "InternalFailure", "Throttling")):
            self.refused(code, call)
        client.get_session_token()
        self.assertEqual([r.status for r in self.box.requests], [400, 500, 400, 200])

    def test_processed(self):
        code = self.user.code()
        client = self.client(self.user)
        for fault, spent in ((faults.close(), False), (faults.processed(faults.close()), True)):
            self.box.fault("GetSessionToken", fault, times=1)
            with self.assertRaises(BotoCoreError):
                client.get_session_token(SerialNumber=self.user.serial, TokenCode=code)
            self.assertEqual(len(self.box.sessions), spent)
        self.refused("AccessDenied", client.get_session_token, SerialNumber=self.user.serial,
                     TokenCode=code)
        self.assertEqual(self.box.codes_seen(self.user), [code] * 3)

    def test_broken_lines(self):
        for fault, status in ((faults.close(), 52), (faults.reset(), 56), (faults.hang(), 28),
                              (faults.hang_after_headers(), 28), (faults.drip(0.1), 28),
                              (faults.raw(b"\x00\x01nonsense\r\n\r\n"), 1), (faults.empty(), 0),
                              (faults.html(), 0), (faults.redirect("https://localhost:1/"), 0)):
            self.box.fault("Nonsense", fault, times=1)
            patience = "0.4" if status == 28 else "5"
            done = self.curl(self.box, "-m", patience, "-d", "Action=Nonsense", self.box.url)
            self.assertEqual(done.returncode, status, fault)
        for fault in (faults.short_body(), faults.cut_xml()):
            with self.assertRaises((BotoCoreError, ResponseParserError)):
                self.get(fault)
            self.assertEqual(self.box.requests[-1].status, 200)
        for fault in (faults.short_body(), faults.hang_after_headers()):    # no body at all to cut
            self.assertNotEqual(self.fetch(fault, "-m", "0.4").returncode, 0)

    def test_bodies(self):
        done = self.fetch(faults.big(3 << 20), "-o", "/dev/null", "-w", "%{size_download}")
        self.assertEqual(done.stdout, b"%d" % (3 << 20))
        done = self.fetch(faults.endless(), "-m", "0.3", "-o", "/dev/null")
        self.assertEqual(done.returncode, 28)
        done = self.fetch(faults.gzip_bomb(5 << 20), "--compressed")
        self.assertGreater(len(done.stdout), 5 << 20)
        done = self.fetch(faults.endless_headers(), "-m", "2", "-o", "/dev/null")
        self.assertIn(done.returncode, (56, 100))     # libcurl bounds a head itself; 100 since 8.6
        for fault, text in ((faults.entities(), b'<!ENTITY e9 "&e8;&e8;'),
                            (faults.external_entity(), b"SYSTEM"), (faults.deep(), b"</a>" * 10000),
                            (faults.wrong_encoding(), b"\xff\xfe")):
            self.assertIn(text, self.fetch(fault).stdout)

    def test_closing(self):
        for fault, connections, said in ((faults.close_after(), 2, True),
                                         (faults.close_after(announced=False), 2, False),
                                         (faults.close_idle(5), 1, False)):
            before = self.box.connections
            done = self.fetch(fault, self.box.url)
            self.assertEqual(done.returncode, 0)
            self.assertEqual(self.box.connections - before, connections, fault)
            self.assertEqual(b"Connection: close" in done.stdout, said)
        client = self.client(self.user)
        self.box.fault(None, faults.close_idle(0.05), times=1)
        client.get_caller_identity()
        deadline = time.monotonic() + 5
        while self.box._open and time.monotonic() < deadline:
            time.sleep(0.01)
        self.assertFalse(self.box._open)

    def test_turning(self):
        client = self.client(self.user)
        self.box.fault(None, faults.turning(lambda box: box.refuse()), times=1)
        client.get_caller_identity()
        with self.assertRaises(BotoCoreError):
            client.get_caller_identity()

    def test_right_answers_with_a_twist(self):
        client = self.client(self.user)
        for fault in (faults.doctype(), faults.utf16()):
            self.box.fault("GetCallerIdentity", fault, times=1)
            client.get_caller_identity()        # expat takes both
        self.box.fault("GetCallerIdentity", faults.rewritten(b"alice", b"bob"), times=1)
        self.assertIn("bob", client.get_caller_identity()["Arn"])
        self.box.fault("GetCallerIdentity", faults.clock_jumps(7200), times=1)
        head = client.get_caller_identity()["ResponseMetadata"]["HTTPHeaders"]
        ahead = parsedate_to_datetime(head["date"]).timestamp() - time.time()
        self.assertAlmostEqual(ahead, 7200, delta=60)

    def test_delay(self):
        start = time.monotonic()
        self.assertIn(b"302 Found", self.fetch(faults.delay(0.2)).stdout)
        self.assertGreaterEqual(time.monotonic() - start, 0.2)


if __name__ == "__main__":
    unittest.main()
