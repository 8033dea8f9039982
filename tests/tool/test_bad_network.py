"""What a network, a server or AWS itself refuses has its own clear message and status."""

import os
import stat
import subprocess
import time
import unittest

from host import ROLE, HostTest
from paths import AWS_MFA
from sandbox import faults
from sandbox.sts import Sandbox


class BadNetwork(HostTest):
    """Before the code is sent, the status is 14 and no code is spent. Afterwards it is 15: the code
    may be spent."""

    def run_with(self, **env):
        before = self.credentials.read_bytes()
        start = time.monotonic()
        device = self.user.add_device(f"d{len(self.user.devices)}")
        run = self.aws_mfa("--timeout", "3", "--device", device.serial, "--token", device.code(),
                           env=env)
        self.assertLess(time.monotonic() - start, 4.5)
        self.assertEqual(self.credentials.read_bytes(), before)
        return run

    def other(self, **options):
        box = Sandbox(self.tls, **options).start()
        self.addCleanup(box.stop)
        return {"AWS_ENDPOINT_URL_STS": box.url, "AWS_CA_BUNDLE": str(box.ca_path)}

    def test_sts_down(self):
        self.refused(self.run_with(AWS_ENDPOINT_URL_STS="https://localhost:1"), 14,
                     "could not connect to localhost:1")

    def test_name_not_resolved(self):
        self.refused(self.run_with(AWS_ENDPOINT_URL_STS="https://sts.invalid"), 14, "sts.invalid")

    def test_tls_not_trusted(self):
        for kind in ["self-signed", "expired", "other-host"]:
            with self.subTest(kind=kind):
                self.refused(self.run_with(**self.other(certificate=kind)), 14, "127.0.0.1")

    def test_unknown_ca_names_the_setting(self):
        self.config.write_text(f"[profile work]\nendpoint_url = {self.box.url}\n")
        self.refused(self.run_with(), 14, "ca_bundle")

    def test_a_server_that_never_speaks(self):
        self.refused(self.run_with(**self.other(mute=True)), 14, "127.0.0.1")

    def test_plain_http_to_another_host(self):
        self.refused(self.run_with(AWS_ENDPOINT_URL_STS="http://192.0.2.1"), 13, "https")

    # the fault, and the messages before and after the code was sent
    FAULTS = {
        "html": (faults.html(), "log-in page", "not understood"),
        "truncated": (faults.cut_xml(), "does not answer as STS does", "not understood"),
        "short": (faults.short_body(), "no answer from", "gave no whole answer"),
        "500": (faults.error("InternalFailure", status=500), "HTTP 500", "InternalFailure"),
        "close": (faults.close(), "no answer from", "gave no whole answer"),
        "redirect": (faults.redirect("https://example.invalid/"), "redirect", "redirect"),
        "hang": (faults.hang(), "in time", "in time"),
        "big": (faults.big(), "too long", "too long"),
    }

    def test_before_the_code(self):
        for name, (fault, words, _) in self.FAULTS.items():
            with self.subTest(name):
                self.box.clear_faults()
                self.box.fault("GetCallerIdentity", fault)
                self.refused(self.run_with(), 14, words)
        self.assertEqual(self.box.codes_seen(self.user), [])

    def test_throttled_before_the_code_is_no_obstacle(self):
        self.box.fault("GetCallerIdentity", faults.error("Throttling"))
        run = self.aws_mfa("--token", self.user.code())
        self.assertEqual(run.returncode, 0, run.stderr)

    def test_after_the_code(self):
        more = {"throttled": (faults.error("Throttling"), None, "limits the rate"),
                "processed": (faults.processed(faults.close()), None, "gave no whole answer")}
        for name, (fault, _, words) in {**self.FAULTS, **more}.items():
            with self.subTest(name):
                self.box.clear_faults()
                self.box.fault("GetSessionToken", fault)
                device = self.user.add_device(name)
                seen = len(self.box.codes_seen(self.user))
                before = self.credentials.read_bytes()
                run = self.aws_mfa("--timeout", "3", "--device", device.serial,
                                   "--token", device.code())
                self.refused(run, 15, words, "may be used up", "next one")
                self.assertEqual(self.credentials.read_bytes(), before)
                self.assertEqual(len(self.box.codes_seen(self.user)), seen + 1)

    def test_wrong_and_reused_codes(self):
        self.refused(self.aws_mfa("--token", self.user.wrong_code()), 11, "next")
        self.refused(self.aws_mfa("--token", "123456"), 11, self.user.serial)   # its account too
        code = self.user.code()
        self.assertEqual(self.aws_mfa("--token", code).returncode, 0)
        self.refused(self.aws_mfa("--force", "--token", code), 11, "next")

    def test_wrong_device(self):
        serial = self.user.serial.replace("mfa/", "mfa/not-")
        run = self.aws_mfa("--device", serial, "--token", self.user.code())
        self.refused(run, 13, "is it .../mfa/")

    def test_key_unknown_and_wrong(self):
        self.write_credentials(self.credentials.read_text().replace(
            self.user.access_key_id, "AKIAXXXXXXXXXXXXXXXX"))
        run = self.aws_mfa("--token", self.user.code())
        self.refused(run, 13, "RequestId")
        self.assertNotIn("deactivated,", run.stderr)
        self.assertEqual(self.box.codes_seen(self.user), [])

    def test_a_code_that_aws_quotes_is_not_shown(self):
        code = self.user.code()
        self.box.fault("GetSessionToken", faults.error(
            "ValidationError", f"Value '{code}' at 'tokenCode' failed", status=400))
        run = self.aws_mfa("--token", code)
        self.refused(run, 13, "******")
        self.assertNotIn(code, run.stderr)

    def test_a_code_that_is_part_of_a_number_stays(self):
        """As in every ARN of account 123456789012. The code itself is struck out everywhere."""
        code = "123456"
        for said, shown in [("arn:aws:iam::123456789012:mfa/x", "arn:aws:iam::123456789012:mfa/x"),
                            ("0123456", "0123456"), ("1234567", "1234567"), ("x123456y", "x******y"),
                            ("123456,123456 0123456 123456", "******,****** 0123456 ******")]:
            self.box.clear_faults()
            self.box.fault("GetSessionToken", faults.error("ValidationError", f"({said})", status=400))
            device = self.user.add_device(f"struck{len(self.user.devices)}")
            run = self.aws_mfa("--device", device.serial, "--token", code)
            self.refused(run, 13, f"({shown})")
        for code in ("111111", "121212"):       # the next place it could stand at overlaps
            self.box.clear_faults()
            self.box.fault("GetSessionToken", faults.error(
                "ValidationError", f"({code[0]}{code} {code})", status=400))
            device = self.user.add_device(f"struck{len(self.user.devices)}")
            run = self.aws_mfa("--device", device.serial, "--token", code)
            self.refused(run, 13, f"({code[0]}{code} ******)")

    def test_policy(self):
        self.refused(self.aws_mfa("--assume-role", ROLE + "X", "--token", self.user.code()), 13,
                     ROLE + "X")

    def test_role_duration_above_its_maximum(self):
        run = self.aws_mfa("--assume-role", ROLE, "--duration", "2h", "--token", self.user.code())
        self.refused(run, 13, "--duration")

    def test_no_room_is_found_out_before_the_code_is_spent(self):
        """The file's size limit is a way to fail the write that works for root, too."""
        before = self.credentials.read_bytes()
        limited = ["/usr/bin/prlimit", "--fsize=16"]
        run = subprocess.run([*limited, AWS_MFA, "--profile", "work", "--token", self.user.code()],
                             env=self.env, capture_output=True, text=True)
        self.refused(run, 13, "there is no room for it: File too large")
        self.assertEqual(self.box.codes_seen(self.user), [])
        self.assertEqual(self.credentials.read_bytes(), before)
        self.assertEqual(stat.S_IMODE(self.credentials.stat().st_mode), 0o600)
        self.assertNotIn(".credentials.aws-mfa-new", os.listdir(self.credentials.parent))


if __name__ == "__main__":
    unittest.main()
