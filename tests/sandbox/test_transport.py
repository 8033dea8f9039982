"""Connections, TLS, and how they end, as curl sees it."""

import socket
import subprocess
import time
import unittest

from sandbox import faults
from sandbox.testcase import SandboxTest


class Transport(SandboxTest):
    def outcome(self, *args, **options):
        """curl's exit status."""
        box = self.sandbox(**options)
        return self.curl(box, "-o", "/dev/null", box.url, *args).returncode

    def test_certificates(self):
        for kind in ("expired", "other-host", "self-signed", "incomplete-chain"):
            self.assertEqual(self.outcome(certificate=kind), 60, kind)
            self.assertEqual(self.outcome("--insecure", certificate=kind), 0, kind)

    def test_versions(self):
        for version in ("1.0", "1.1", "1.2", "1.3"):
            old = ("--tlsv1.0", "--tls-max", version, "--ciphers", "ALL:@SECLEVEL=0")
            self.assertEqual(self.outcome(*old, tls=version), 0, version)
            self.assertEqual(self.outcome("--tlsv1.2", tls=version), 35 if version < "1.2" else 0)
        self.assertEqual(self.outcome(tls="off"), 0)

    def test_ipv6(self):
        try:
            with socket.socket(socket.AF_INET6) as probe:
                probe.bind(("::1", 0))
        except OSError as error:
            self.skipTest(f"no IPv6 loopback: {error}")
        self.assertEqual(self.outcome(host="::1"), 0)

    def test_mute(self):
        for how in (True, "half", "drip"):
            self.assertEqual(self.outcome("-m", "0.3", mute=how), 28)

    def test_becoming_another(self):
        box = self.sandbox()

        def get(seconds="20"):
            done = self.curl(box, "-m", seconds, "-o", "/dev/null", "-w", "%{time_connect}", box.url)
            return done.returncode, float(done.stdout) > 0
        self.assertEqual(get(), (0, True))
        box.become(certificate="expired")
        self.assertEqual(get()[0], 60)
        box.become()
        self.assertEqual(get(), (0, True))
        box.fill()
        self.assertEqual(get("0.5"), (28, False))
        box.refuse()
        self.assertEqual(get(), (7, False))

    def test_stop_does_not_wait_for_anyone(self):
        box = self.sandbox()
        box.fault(None, faults.hang())
        for said in (b"", b"\x16\x03\x01", b"GET / HTTP/1.1\r\n"):
            sock = socket.create_connection(("127.0.0.1", box.port))
            self.addCleanup(sock.close)
            sock.sendall(said)
        curl = subprocess.Popen(["curl", "-s", "--noproxy", "*", "--cacert", box.ca_path, box.url])
        box.wait_for("GET")
        start = time.monotonic()
        box.stop()
        self.assertLess(time.monotonic() - start, 1)
        self.assertNotEqual(curl.wait(5), 0)

    def test_idle_connections_can_be_cut(self):
        client = self.client(self.box.add_user("alice"))
        client.get_caller_identity()
        for thread in self.box.cut_connections():
            thread.join(5)
        client.get_caller_identity()
        self.assertEqual(self.box.connections, 2)


if __name__ == "__main__":
    unittest.main()
