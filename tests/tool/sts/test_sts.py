"""aws-mfa-sts against the double of STS: the program is spawned as aws-mfa spawns it, with an
empty environment and nothing open but a socket on descriptor 3."""

import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

TESTS = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TESTS))

from sandbox import faults  # noqa: E402
from sandbox.sts import Sandbox  # noqa: E402

ROLE = "arn:aws:iam::123456789012:role/team/Admin"
SPENT = "the code may be used up: try with the next one"


def program():
    if "STAGE" in os.environ:
        return Path(os.environ["STAGE"]) / "libexec/aws-mfa-sts"
    return Path(os.environ.get("BUILD", TESTS.parent / "build")) / "aws-mfa-sts"


class Peer:
    """aws-mfa's side of the dialogue."""

    def __init__(self, descriptors=None, memory=None, environment=None):
        ours, theirs = socket.socketpair()

        def prepare():
            os.dup2(theirs.fileno(), 3)
            os.set_inheritable(3, True)
            if descriptors:
                resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))
            if memory:
                resource.setrlimit(resource.RLIMIT_AS, (memory, memory))

        self.process = subprocess.Popen(
            [str(program())], env=environment or {}, cwd="/", pass_fds=(3,), preexec_fn=prepare,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        theirs.close()
        self.socket = ours
        self.socket.settimeout(30)
        self.stream = ours.makefile("r", encoding="utf-8", newline="\n")
        self.debug = []

    def send(self, word, text=""):
        self.socket.sendall(f"{word} {text}".rstrip().encode() + b"\n")

    def deadline(self, seconds):
        self.send("deadline", str(int((time.monotonic() + seconds) * 1000)))

    def read(self):
        """The next record but debug, as (word, text); ("", "") at the end."""
        while True:
            line = self.stream.readline()
            word, _, text = line.rstrip("\n").partition(" ")
            if word != "debug":
                return word, text
            self.debug.append(text)

    def answers(self):
        """Records up to and including `result`: a dictionary, with the status as an int."""
        records = {}
        while True:
            word, text = self.read()
            if not word:
                records["result"] = (None, "no result")
                return records
            if word == "result":
                status, _, text = text.partition(" ")
                records["result"] = (int(status), text)
                return records
            records[word] = text

    def code(self, code, seconds=10):
        self.deadline(seconds)
        self.send("code", code)
        return self.answers()

    def ended(self, timeout=5):
        self.process.wait(timeout)
        return self.process.returncode

    def close(self):
        self.stream.close()
        self.socket.close()
        try:
            self.output, _ = self.process.communicate(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
            raise


class StsTest(unittest.TestCase):
    users = 0

    @classmethod
    def setUpClass(cls):
        cls.directory = Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.directory)

    def setUp(self):
        self.box = self.sandbox()
        self.user = self.new_user()

    def sandbox(self, **options):
        box = Sandbox(self.directory / "tls", **options).start()
        self.addCleanup(box.stop)
        return box

    def new_user(self, box=None):
        StsTest.users += 1
        return (box or self.box).add_user(f"user{StsTest.users}")

    def peer(self, box=None, user=None, how="signed", seconds=10, start=None, **settings):
        """A process that was told its settings; start: arguments of Peer."""
        box, user = box or self.box, user or self.user
        records = {"access-key-id": user.access_key_id, "secret-access-key": user.secret_access_key,
                   "serial": user.serial, "endpoint-url": box.url, "ca-bundle": str(box.ca_path)}
        records |= {name.replace("_", "-"): text for name, text in settings.items()}
        peer = Peer(**(start or {}))
        self.addCleanup(peer.close)
        peer.deadline(seconds)
        for word, text in records.items():
            if text is not None:
                peer.send(word, text)
        peer.send("connect", how)
        return peer

    def ready(self, **options):
        peer = self.peer(**options)
        word, text = peer.read()
        self.assertEqual(word, "ready", text)
        return peer

    def refused(self, status, *parts, peer=None, **options):
        """The warm-up (or a check before it) must end so; returns the text."""
        got = (peer or self.peer(**options)).answers()
        self.assertEqual(got["result"][0], status, got)
        for part in parts:
            self.assertIn(part, got["result"][1])
        return got["result"][1]

    def result(self, got, status, *parts):
        self.assertEqual(got["result"][0], status, got)
        for part in parts:
            self.assertIn(part, got["result"][1])

    def assert_session(self, got, session):
        self.result(got, 0)
        self.assertEqual(got["access-key-id"], session.access_key_id)
        self.assertEqual(got["secret-access-key"], session.secret_access_key)
        self.assertEqual(got["session-token"], session.session_token)
        self.assertEqual(int(got["expiration"]), int(session.expiration))


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
        self.result(peer.code(self.user.wrong_code()), 11, "wait for the next one", "RequestId")
        code = self.user.code()
        self.assert_session(peer.code(code), self.box.sessions[-1])
        self.assertEqual(self.box.connections, 1)
        again = self.ready()
        self.result(again.code(code), 11, "used before")

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


class AfterTheCode(StsTest):
    def spent(self, fault, *parts, status=15, seconds=10):
        box = self.sandbox()
        user = self.new_user(box)
        box.fault("GetSessionToken", fault)
        peer = self.ready(box=box, user=user)
        got = peer.code(user.code(), seconds)
        self.result(got, status, *parts)
        self.assertEqual(set(got), {"result"})
        self.assertEqual(len(box.codes_seen(user)), 1)
        self.assertEqual(box.connections, 1)
        self.assertEqual(peer.ended(), status)

    def test_cut_off(self):
        for fault in (faults.close(), faults.reset(), faults.processed(faults.close()),
                      faults.processed(faults.reset())):
            with self.subTest(fault.name):
                self.spent(fault, SPENT)

    def test_garbage(self):
        for fault in (faults.html(), faults.html(403), faults.empty(), faults.cut_xml(),
                      faults.redirect("https://localhost/"), faults.entities(),
                      faults.external_entity(), faults.deep(), faults.wrong_encoding(),
                      faults.gzip_bomb(), faults.raw(b"nonsense\n"), faults.big(4 << 20),
                      faults.endless()):
            with self.subTest(fault.name):
                self.spent(fault, SPENT)

    def test_incredible_credentials(self):
        for change in ({"SecretAccessKey": "a\nb = c"}, {"SessionToken": ""},
                       {"AccessKeyId": "AKIA ]"}, {"SessionToken": None},
                       {"Expiration": None}, {"Expiration": "2020-01-01T00:00:00Z"},
                       {"Expiration": "1970-01-01T00:00:00Z"},
                       {"Expiration": "9999-12-31T23:59:59Z"},
                       {"Expiration": lambda text: text.rstrip("Z")},
                       {"SecretAccessKey": "s" * 2000}):
            with self.subTest(str(change)[:80]):
                self.spent(faults.credentials(**change), SPENT)

    def test_failing_server(self):
        self.spent(faults.error("InternalFailure"), "may be used up")
        self.spent(faults.error("ServiceUnavailable"), "may be used up")
        self.spent(faults.error("Throttling"), "wait a minute")
        self.spent(faults.html(502), "may be used up")

    def test_refusals(self):
        self.spent(faults.error("InvalidClientTokenId"), "does not know the access key", status=13)
        self.spent(faults.error("AccessDenied"), "policy", status=13)
        self.spent(faults.error("RegionDisabledException"), "not enabled", status=13)
        for shape in ("Error", "Errors"):
            self.spent(faults.error("SignatureDoesNotMatch", shape=shape), "secret", status=13)
        self.spent(faults.error("SomethingNew", "because\x9b31m \u202e"), "because??31m ???",
                   status=13)

    def test_deadline(self):
        for fault in (faults.hang(), faults.hang_after_headers(), faults.drip()):
            with self.subTest(fault.name):
                began = time.monotonic()
                self.spent(fault, SPENT, seconds=1)
                self.assertLess(time.monotonic() - began, 2)

    def test_wrong_serial(self):
        serial = f"arn:aws:iam::{self.user.account}:user/{self.user.name}"
        got = self.ready(serial=serial).code(self.user.code())
        self.result(got, 13, "is it .../mfa/NAME and not .../user/NAME")

    def test_roles(self):
        self.box.add_role(ROLE)
        options = {"role_session_name": "me"}
        got = self.ready(role_arn=ROLE, duration="7200", **options).code(self.user.code())
        self.result(got, 13, "--duration", ROLE)
        got = self.ready(role_arn=ROLE + "2", **options).code(self.user.code())
        self.result(got, 13, "may not assume")


class BeforeTheCode(StsTest):
    def test_failing_server(self):
        for fault in (faults.error("InternalFailure"), faults.html(503)):
            for how in ("signed", "unsigned"):
                self.box.clear_faults()
                self.box.fault(None, fault)
                self.refused(14, "is failing", how=how)

    def test_not_sts(self):
        for fault in (faults.html(), faults.html(403), faults.empty(), faults.cut_xml(),
                      faults.redirect("https://localhost/"), faults.entities(), faults.deep(),
                      faults.wrong_encoding(), faults.gzip_bomb(), faults.close(), faults.reset(),
                      faults.raw(b"nonsense\n"), faults.big(4 << 20), faults.endless()):
            with self.subTest(fault.name):
                self.box.clear_faults()
                self.box.fault("GetCallerIdentity", fault)
                self.refused(14, "127.0.0.1")

    def test_ready_all_the_same(self):
        for error in ("AccessDenied", "Throttling"):
            self.box.clear_faults()
            self.box.fault("GetCallerIdentity", faults.error(error))
            self.assertEqual(self.peer().read(), ("ready", ""))

    def test_key(self):
        other = self.new_user()
        self.refused(13, "does not know the access key", access_key_id="AKIAUNKNOWNUNKNOWN")
        self.refused(13, "secret", secret_access_key=other.secret_access_key)
        peer = self.ready(how="unsigned", secret_access_key=other.secret_access_key)
        self.result(peer.code(self.user.code()), 13, "secret")

    def test_certificates(self):
        for kind in ("expired", "other-host", "self-signed", "incomplete-chain"):
            with self.subTest(kind):
                box = self.sandbox(certificate=kind)
                self.refused(14, "not trusted", "ca_bundle", box=box)
                self.assertEqual(box.requests, [])
        self.refused(14, "not trusted", ca_bundle=None)
        self.refused(13, "cannot be read", ca_bundle="/nonexistent.pem")

    def test_old_tls(self):
        self.refused(14, "TLS", box=self.sandbox(tls="1.0"))

    def test_no_tls(self):
        box = self.sandbox(tls="off")
        self.refused(14, box=box, endpoint_url=box.url.replace("http:", "https:"), seconds=1)

    def test_nobody_there(self):
        self.box.stop()
        self.refused(14, f"could not connect to 127.0.0.1:{self.box.port}", "refused")
        self.refused(14, "resolve", "sts.invalid", endpoint_url="https://sts.invalid", seconds=4)

    def test_deadline(self):
        for fault in (faults.hang(), faults.hang_after_headers(), faults.drip()):
            with self.subTest(fault.name):
                self.box.clear_faults()
                self.box.fault(None, fault)
                began = time.monotonic()
                self.refused(14, "in time", seconds=1)
                self.assertLess(time.monotonic() - began, 2)
        began = time.monotonic()
        self.refused(14, "in time", box=self.sandbox(mute=True), seconds=1)
        self.assertLess(time.monotonic() - began, 2)

    def test_few_descriptors(self):
        for descriptors in (5, 8, 16):
            self.refused(4, "descriptors", start={"descriptors": descriptors})

    def test_little_memory(self):
        self.refused(4, "`ulimit -H -v`", start={"memory": 32 << 20},
                     endpoint_url="https://sts.invalid")
        self.ready(start={"memory": 64 << 20})

    def test_proxy(self):
        """Refused by its port: the name must be the proxy's, without the password."""
        text = self.refused(14, "127.0.0.1:1", https_proxy="http://me:geheim@127.0.0.1:1")
        self.assertNotIn("geheim", text)
        peer = self.ready(https_proxy="http://127.0.0.1:1", no_proxy="127.0.0.1")
        self.result(peer.code(self.user.code()), 0)
        # libcurl goes around a proxy whose user it cannot decode
        for url in ("nonsense://me:geheim@127.0.0.1:1", "http://me:geheim%0a@127.0.0.1:1",
                    "http://m%0ae:geheim@127.0.0.1:1"):
            self.assertNotIn("geheim", self.refused(13, "proxy", https_proxy=url))

    def test_settings(self):
        for settings, part in (
                ({"serial": "short"}, "MFA serial"),
                ({"serial": "arn:aws:iam::123456789012:u2f/user/me"}, "virtual MFA device"),
                ({"duration": "899"}, "--duration"), ({"duration": "129601"}, "--duration"),
                ({"duration": "43201", "role_arn": ROLE, "role_session_name": "me"}, "43200"),
                ({"role_arn": "admin", "role_session_name": "me"}, "not an ARN"),
                ({"role_arn": ROLE, "role_session_name": "m"}, "role session name"),
                ({"region": "x/..", "endpoint_url": None}, "region"),
                ({"region": "cn-north-1", "endpoint_url": None}, "partition"),
                ({"endpoint_url": "http://192.0.2.1"}, "https://"),
                ({"endpoint_url": "https://me:you@localhost"}, "endpoint_url"),
                ({"secret_access_key": None}, "aws_secret_access_key")):
            with self.subTest(part):
                self.refused(13, part, **settings)
        self.assertEqual(self.box.connections, 0)

    def test_broken_protocol(self):
        for lines in ("nonsense x\n", "serial a\nserial b\n", "Serial a\n", "connect maybe\n",
                      "deadline soon\n", "serial " + "a" * 70000 + "\n"):
            peer = Peer()
            self.addCleanup(peer.close)
            peer.socket.sendall(lines.encode())
            self.refused(4, peer=peer)
            self.assertEqual(peer.ended(), 4)


class Alone(unittest.TestCase):
    def test_by_hand(self):
        done = subprocess.run([program()], stdin=subprocess.DEVNULL, capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout, done.stderr),
                         (2, "", "aws-mfa-sts is run by aws-mfa(1)\n"))
        done = subprocess.run([program(), "--version"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"^aws-mfa-sts \d")


if __name__ == "__main__":
    unittest.main()
