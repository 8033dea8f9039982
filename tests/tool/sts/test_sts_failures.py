"""aws-mfa-sts: what goes wrong after a code was sent, and before."""

import itertools
import os
import resource
import time
import unittest

from botocore.loaders import create_loader
from botocore.retries import standard

from open_clone import closed_to_others
from sandbox import faults
from tool.sts.ststest import ROLE, SPENT, Peer, StsTest

# uids under which nothing runs, also when these tests run in two places of this machine
NOBODY_ELSE = 100000 + 10 * os.getpid()


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

    def test_what_botocore_tries_again(self):
        """Its lists, so that ours cannot fall behind: whether the code is used up is open, and
        where the rate is limited it is no outage either."""
        definitions = create_loader().load_data("_retry")["definitions"].values()
        responses = [d["applies_when"].get("response", {}) for d in definitions]
        throttled = set(standard.ThrottledRetryableChecker._THROTTLED_ERROR_CODES)
        transient = set(standard.TransientRetryableChecker._TRANSIENT_ERROR_CODES) - throttled
        throttled |= {r["service_error_code"] for r in responses if "service_error_code" in r}
        statuses = set(standard.TransientRetryableChecker._TRANSIENT_STATUS_CODES)
        statuses |= {r["http_status_code"] for r in responses if "service_error_code" not in r
                     and "http_status_code" in r} | {408}
        self.assertGreater(len(throttled), 10)
        self.assertIn("RequestTimeoutException", transient)
        self.assertIn(429, statuses)
        for part, codes in (("limits the rate", throttled), ("may be used up", transient)):
            for code in codes:
                with self.subTest(code):
                    self.once_more(faults.error(code, "so", 400), part)
        for status in statuses:
            with self.subTest(status):
                self.once_more(faults.error("SomethingNew", "so", status), "may be used up")
        for code in throttled:
            with self.subTest(code, warm_up=True):
                self.box.clear_faults()
                self.box.fault("GET", faults.error(code, "so", 503))
                self.ready(how="unsigned")

    def once_more(self, fault, part):
        self.box.clear_faults()
        self.box.fault("GetSessionToken", fault)
        user = self.new_user()
        self.result(self.ready(user=user).code(user.code()), 15, part)

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
        got = self.ready(duration="7200", role_arn=ROLE, **options).code(self.user.code())
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
                self.out_of_time()
        self.out_of_time(box=self.sandbox(mute=True))

    def out_of_time(self, **options):
        """Soon after the deadline of the last try."""
        began = []

        def again():
            began[:] = [time.monotonic()]
            return self.peer(seconds=1, **options)
        self.refused(14, "in time", again=again)
        self.assertLess(time.monotonic() - began[0], 2)

    def test_few_descriptors(self):
        for descriptors in (5, 8, 16):
            self.refused(4, "descriptors", start={"descriptors": descriptors})
        ended = Peer(descriptors=5)
        self.addCleanup(ended.close)
        ended.ended()       # before it was told anything
        ended.deadline(10)
        self.refused(4, "descriptors", peer=ended)

    @unittest.skipIf(os.geteuid() != 0, "needs root, to become somebody without processes")
    @unittest.skipIf(closed_to_others(), closed_to_others())
    def test_no_thread(self):
        """The resolver needs one. libcurl calls that a name that cannot be resolved."""
        self.directory.chmod(0o755)

        def become(uid, limit):
            def first():
                resource.setrlimit(resource.RLIMIT_NPROC, (limit, limit))
                os.setgroups([])
                os.setresgid(uid, uid, uid)
                os.setresuid(uid, uid, uid)
            return {"first": first}
        # the talker cannot start, then the thread of the talker cannot
        uids = itertools.count(NOBODY_ELSE)     # what has ended counts until the test ends
        for settings in ({"endpoint_url": "https://sts.invalid"},
                         {"https_proxy": "http://proxy.invalid:3128"}):
            for limit, part in ((1, "the process that speaks with AWS cannot start"),
                                (2, "cannot connect")):
                self.refused(4, part, "ulimit -u", "no more processes or threads can be started: "
                             f"RLIMIT_NPROC is {limit} ", start=become(next(uids), limit), **settings)
            self.refused(14, "resolve", start=become(next(uids), 8), **settings)

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
        # libcurl bypasses a proxy if it cannot decode its user
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
                ({"role_arn": "arn:aws:iam:::role/Admin", "role_session_name": "me",
                  "endpoint_url": None}, "has no account"),
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


if __name__ == "__main__":
    unittest.main()
