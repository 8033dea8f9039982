"""aws-mfa-sts: sessions, the clock, waiting for a person, and being run by hand."""

import re
import socket
import subprocess
import time
import unittest

from paths import AWS_MFA_STS, BUILD
from sandbox import faults
from tool.sts.ststest import ROLE, StsTest


class Session(StsTest):
    def test_one_connection_two_requests(self):
        peer = self.peer()
        self.assertEqual(peer.read(), ("ready", f"{self.user.account} {self.user.arn}"))
        got = peer.code(self.user.code())
        self.assert_session(got, self.box.sessions[-1])
        self.assertTrue(got["request-id"])
        self.assertEqual(peer.ended(), 0)
        self.assertEqual([r.action for r in self.box.requests],
                         ["GetCallerIdentity", "GetSessionToken"])
        self.assertEqual(self.box.connections, 1)
        peer.close()
        self.assertEqual(peer.output, b"")

    def test_unsigned_warm_up(self):
        peer = self.peer(how="unsigned")
        self.assertEqual(peer.read(), ("ready", ""))
        self.assert_session(peer.code(self.user.code()), self.box.sessions[-1])
        self.assertEqual([r.action for r in self.box.requests], ["GET", "GetSessionToken"])
        self.assertIsNone(self.box.requests[0].access_key_id)
        self.assertEqual(self.box.connections, 1)

    def test_code_sent_before_ready(self):
        peer = self.peer()
        peer.send("code", self.user.code())
        self.assert_session(peer.answers(), self.box.sessions[-1])

    def test_duration(self):
        self.ready(duration="900").code(self.user.code())
        self.assertEqual(self.box.requests[-1].params["DurationSeconds"], "900")

    def test_role(self):
        self.box.add_role(ROLE)
        peer = self.ready(role_arn=ROLE, role_session_name="a.person@host")
        got = peer.code(self.user.code())
        self.assert_session(got, self.box.sessions[-1])
        self.assertEqual(self.box.requests[-1].params["RoleArn"], ROLE)
        self.assertEqual(self.box.requests[-1].params["RoleSessionName"], "a.person@host")

    def test_wrong_code_then_right_one(self):
        peer = self.ready()
        self.result(peer.code(self.user.wrong_code()), 11, "the next one comes in", "RequestId")
        code = self.user.code()
        self.assert_session(peer.code(code), self.box.sessions[-1])
        self.assertEqual(self.box.connections, 1)
        again = self.ready()
        self.result(again.code(code), 11, "used before")

    def test_when_the_next_code_comes(self):
        """By the server's clock, as a telephone shows it; a device with a number of its own may
        be some seconds off."""
        for skew in (0, 7200 + 11, -7):
            self.box.date_skew = skew
            before = self.box.now()
            got = self.ready().code(self.user.wrong_code())
            self.result(got, 11)
            left = int(re.search(r"; the next one comes in (\d+) s", got["result"][1])[1])
            # its Date has whole seconds
            ends = [now - 1 + left for now in (before, self.box.now() + 1)]
            self.assertTrue(any(ends[0] - 1 <= end <= ends[1] + 1 for end in
                                (before // 30 * 30 + 30, before // 30 * 30 + 60)), (left, before))
            self.assertIn(left, range(1, 31))
        self.box.fault("GetSessionToken", faults.error(
            "AccessDenied", "MultiFactorAuthentication failed with invalid MFA one time pass code."))
        got = self.ready(serial="GAHT12345678").code(self.user.wrong_code())
        self.result(got, 11, "; the next one comes within 30 s")

    def test_not_six_digits(self):
        peer = self.ready()
        for code in ("12345", "12a456", ""):
            self.result(peer.code(code), 11)
        self.assertEqual(len(self.box.requests), 1)

    def test_written_otherwise(self):
        for fault in (faults.written("prefix"), faults.written("none", backwards=True),
                      faults.fraction_in_expiration(), faults.offset_in_expiration(),
                      faults.long_session_token()):
            with self.subTest(fault.name):
                user = self.new_user()
                self.box.clear_faults()
                self.box.fault("GetSessionToken", fault)
                got = self.ready(user=user).code(user.code())
                self.result(got, 0)
                self.assertEqual(got["access-key-id"], self.box.sessions[-1].access_key_id)

    def test_ipv6(self):
        box = self.sandbox(host="::1")
        user = self.new_user(box)
        self.assertIn("expiration", self.ready(box=box, user=user).code(user.code()))

    def test_http_on_loopback(self):
        box = self.sandbox(tls="off")
        user = self.new_user(box)
        peer = self.ready(box=box, user=user, ca_bundle=None, https_proxy="http://127.0.0.1:1")
        self.assertIn("expiration", peer.code(user.code()))

    def test_no_http_in_a_login(self):
        """A program that binds the port would judge the login."""
        box = self.sandbox(tls="off")
        for url in (box.url, box.url.replace("http:", "HTTP:")):
            self.refused(13, "over http", "expected https", box=box, user=self.new_user(box),
                         ca_bundle=None, endpoint_url=url, how="unsigned")
        self.assertEqual(box.connections, 0)

    def test_environment_counts_for_nothing(self):
        keys = self.directory / "keys.log"
        environment = {"SSLKEYLOGFILE": str(keys), "HTTPS_PROXY": "http://127.0.0.1:1",
                       "https_proxy": "http://127.0.0.1:1", "ALL_PROXY": "http://127.0.0.1:1",
                       "OPENSSL_CONF": "/nonexistent", "CURL_HOME": "/nonexistent",
                       "SSL_CERT_FILE": "/nonexistent"}
        peer = self.ready(start={"environment": environment})
        self.result(peer.code(self.user.code()), 0)
        self.assertFalse(keys.exists())


class Clock(StsTest):
    def test_two_hours_off(self):
        for how in ("signed", "unsigned"):
            for skew in (-7200, 7200):
                with self.subTest(how, skew=skew):
                    box = self.sandbox()
                    box.date_skew = skew
                    user = self.new_user(box)
                    got = self.ready(box=box, user=user, how=how).code(user.code())
                    self.assert_session(got, box.sessions[-1])
                    self.assertEqual(box.connections, 1)

    def stepping(self, box, how, ahead):
        """-> (a process that is warmed up and has such a clock, its user, what sets the clock)"""
        clock = self.directory / f"clock{next(self.numbers)}"

        def step(seconds):
            clock.write_text(f"{seconds:<20}")
        step(ahead)
        user = self.new_user(box)
        preload = BUILD / "tests/tool/sts/stepping_clock.so"
        peer = self.ready(box=box, user=user, how=how, start={
            "environment": {"LD_PRELOAD": str(preload), "STEP": str(clock),
                            "ASAN_OPTIONS": "verify_asan_link_order=0"}})   # where there is one
        return peer, user, step

    def test_set_while_the_prompt_is_up(self):
        """NTP sets the clock, or a person sets it wrongly. Or a virtual machine was paused, and its
        kernel did not count that time."""
        for how in ("signed", "unsigned"):
            for slow, before, after, passed in (
                    (0, 0, 7200, 0), (0, 0, -7200, 0), (7200, 0, 7200, 0), (-7200, 0, -7200, 0),
                    (0, 7200, 0, 0), (0, 0, 200, 0), (200, 0, 430, 0), (7200, 7200, 0, 0),
                    (0, 0, 7200, 7200), (7200, 0, 14400, 7200), (0, 0, 0, 0)):
                with self.subTest(how, slow=slow, before=before, after=after, passed=passed):
                    box = self.sandbox()
                    box.date_skew = slow
                    peer, user, step = self.stepping(box, how, before)
                    step(after)
                    box.date_skew = slow + passed
                    got = peer.code(user.code())
                    self.assert_session(got, box.sessions[-1])
                    self.assertLess(abs(int(got["server-time"]) - box.now()), 3)
                    self.assertEqual(len(box.codes_seen(user)), 1)
                    self.assertEqual(box.connections, 1)

    def test_a_server_without_a_clock(self):
        """Its answers have no Date."""
        self.box.fault(None, faults.without_date())
        got = self.ready().code(self.user.code())
        self.result(got, 0)
        self.assertNotIn("server-time", got)

    def test_days_off(self):
        for how in ("signed", "unsigned"):
            self.box.date_skew = 10 * 365 * 86400
            self.refused(13, "clock", how=how)


class Idle(StsTest):
    def test_reopened_before_enter(self):
        self.box.idle_timeout = 1.2
        peer = self.ready()
        self.box.wait_for("GetCallerIdentity", 2, 5)
        self.assertEqual(self.box.connections, 2)
        connections = self.box.connections
        self.result(peer.code(self.user.code()), 0)
        self.assertEqual(self.box.connections, connections)

    def test_server_that_keeps_nothing(self):
        self.box.fault(None, faults.close_after())
        peer = self.ready()
        time.sleep(1.5)
        self.assertEqual(self.box.connections, 1)
        self.result(peer.code(self.user.code()), 0)
        self.assertEqual(self.box.connections, 2)
        self.assertEqual(len(self.box.codes_seen(self.user)), 1)

    def test_unannounced_close(self):
        self.box.fault(None, faults.close_after(announced=False))
        peer = self.ready()
        time.sleep(2.5)
        self.assertLessEqual(self.box.connections, 4)
        self.result(peer.code(self.user.code()), 0)

    def test_network_comes_back(self):
        peer = self.ready()
        self.box.stop()
        time.sleep(0.3)
        self.box.start()
        self.result(peer.code(self.user.code()), 0)

    def test_network_goes_for_good(self):
        peer = self.ready()
        self.box.stop()
        self.result(peer.code(self.user.code()), 14, "could not connect")

    def test_ends_with_the_socket(self):
        for how in ("signed", "unsigned"):
            peer = self.ready(how=how)
            peer.socket.shutdown(socket.SHUT_RDWR)
            self.assertEqual(peer.ended(), 0)


class Alone(unittest.TestCase):
    def test_by_hand(self):
        done = subprocess.run([AWS_MFA_STS], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout, done.stderr),
                         (2, "", "aws-mfa-sts: only aws-mfa(1) can run this program; run aws-mfa\n"))
        done = subprocess.run([AWS_MFA_STS, "--version"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"^aws-mfa-sts \d")


if __name__ == "__main__":
    unittest.main()
