"""A refresh through a real forward proxy (tinyproxy), and through a network without IPv4."""

import fcntl
import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from host import OTHER_UID, HostTest
from sandbox import faults
from sandbox.sts import Sandbox
from tool.sts import own_network

SIOCSIFADDR = 0x8916
PASSWORD = "geheim"


class Proxy:
    """tinyproxy on loopback, with its own file, as an unprivileged user."""

    def __init__(self, test, *lines, host="127.0.0.1"):
        with socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host
                                  else socket.AF_INET) as probe:
            self.port = probe.getsockname()[1]
        folder = Path(tempfile.mkdtemp())   # not in BUILD: another user must get there
        test.addCleanup(shutil.rmtree, folder)
        self.log_file = folder / "log"
        config = folder / "tinyproxy.conf"
        config.write_text("\n".join([f"Port {self.port}", f"Listen {host}", "Timeout 60",
                                     f'LogFile "{self.log_file}"', "LogLevel Connect",
                                     "MaxClients 20", "StartServers 1", "MinSpareServers 1",
                                     "MaxSpareServers 9", *lines]) + "\n")
        nobody = {}
        if os.geteuid() == 0:
            nobody = {"user": OTHER_UID, "group": OTHER_UID, "extra_groups": []}
            os.chown(folder, OTHER_UID, OTHER_UID)
            os.chown(config, OTHER_UID, OTHER_UID)
        self.process = subprocess.Popen(["tinyproxy", "-d", "-c", config], env={
            "PATH": "/usr/bin:/bin"}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, start_new_session=True, **nobody)
        test.addCleanup(self._end)
        self._wait(host)
        self.address = f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"

    def _wait(self, host):
        end = time.monotonic() + 10
        while True:
            try:
                return socket.create_connection((host, self.port), 1).close()
            except OSError:
                if self.process.poll() is not None or time.monotonic() > end:
                    raise AssertionError(f"no tinyproxy: {self.process.stderr.read1()}")
                time.sleep(0.02)

    def _end(self):
        os.killpg(self.process.pid, signal.SIGKILL)     # older ones have children
        self.process.communicate()

    def connects(self, box):
        """How often it was asked to connect to a sandbox."""
        host = f"[{box.host}]" if ":" in box.host else box.host
        return self.log_file.read_text().count(f"CONNECT {host}:{box.port} ")


class ThroughAProxy(HostTest):
    def setUp(self):
        super().setUp()
        self.connections = self.box.connections

    def refresh(self, **env):
        return self.aws_mfa("--timeout", "5", "--token", self.user.code(), env=env)

    def test_without_credentials(self):
        proxy = Proxy(self)
        for scheme in ("http://", ""):
            self.user = self.box.add_user(f"proxied{scheme[:4]}")
            self.write_credentials()
            count = proxy.connects(self.box)
            run = self.refresh(HTTPS_PROXY=f"{scheme}{proxy.address}")
            self.assertEqual(run.returncode, 0, run.stderr)
            self.assertEqual(proxy.connects(self.box), count + 1, "one connection, two requests")
        self.assertEqual(self.aws("sts", "get-caller-identity").returncode, 0)

    def test_with_credentials(self):
        proxy = Proxy(self, f"BasicAuth me {PASSWORD}")
        run = self.refresh(HTTPS_PROXY=f"http://me:{PASSWORD}@{proxy.address}")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(proxy.connects(self.box), 1)
        self.assertNotIn("Proxy-Authorization", str([r.headers.items() for r in self.box.requests]))

    def test_wrong_credentials(self):
        proxy = Proxy(self, "BasicAuth me other")
        for user in (f"me:{PASSWORD}@", ""):
            run = self.refresh(HTTPS_PROXY=f"http://{user}{proxy.address}")
            self.refused(run, 13, f"the proxy {proxy.address} wants other credentials",
                         "HTTPS_PROXY", "http://USER:PASSWORD@HOST:PORT")
            self.assertNotIn(PASSWORD, run.stderr)
        self.assertEqual(self.box.connections, self.connections)
        self.assertEqual(self.box.codes_seen(self.user), [])

    def test_a_host_that_is_not_allowed(self):
        proxy = Proxy(self, "ConnectPort 443")
        run = self.refresh(HTTPS_PROXY=f"http://me:{PASSWORD}@{proxy.address}")
        self.refused(run, 14, f"the proxy {proxy.address} does not connect to 127.0.0.1",
                     "no code was sent")
        self.assertNotIn(PASSWORD, run.stderr)
        self.assertEqual(self.box.connections, self.connections)

    def test_a_proxy_that_is_not_there(self):
        run = self.refresh(HTTPS_PROXY=f"http://me:{PASSWORD}@127.0.0.1:1")
        self.refused(run, 14, "could not connect to the proxy 127.0.0.1:1")
        self.assertNotIn(PASSWORD, run.stderr)

    def test_a_proxy_that_does_not_answer(self):
        with socket.create_server(("127.0.0.1", 0)) as mute:
            port = mute.getsockname()[1]
            run = self.aws_mfa("--timeout", "1", "--token", self.user.code(),
                               env={"HTTPS_PROXY": f"http://me:{PASSWORD}@127.0.0.1:{port}"})
            self.refused(run, 14, f"through the proxy 127.0.0.1:{port} in time")
            self.assertNotIn(PASSWORD, run.stderr)

    def test_the_certificate_is_sts_s_all_the_same(self):
        """A proxy that takes TLS apart is a man in the middle."""
        proxy = Proxy(self)
        bad = Sandbox(self.tls, certificate="other-host").start()
        self.addCleanup(bad.stop)
        run = self.refresh(HTTPS_PROXY=f"http://{proxy.address}", AWS_ENDPOINT_URL_STS=bad.url)
        self.refused(run, 14, "not trusted")
        self.assertEqual(bad.requests, [])

    def test_no_proxy(self):
        for names in ("127.0.0.1", "localhost,127.0.0.1", "*"):
            proxy = Proxy(self)
            device = self.user.add_device(f"d{len(self.user.devices)}")
            run = self.aws_mfa("--force", "--device", device.serial, "--token", device.code(),
                               env={"HTTPS_PROXY": f"http://{proxy.address}", "NO_PROXY": names})
            self.assertEqual(run.returncode, 0, run.stderr)
            self.assertEqual(proxy.connects(self.box), 0, names)
        proxy = Proxy(self)
        run = self.aws_mfa("--force", "--token", self.user.code(), env={
            "HTTPS_PROXY": f"http://{proxy.address}", "NO_PROXY": "example.com,127.0.0.2"})
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(proxy.connects(self.box), 1)

    def test_http_never(self):
        proxy = Proxy(self)
        with Sandbox(self.tls, tls="off") as box:
            self.user = box.add_user("alice")
            self.write_credentials()
            self.config.write_text(f"[profile work]\nendpoint_url = {box.url}\n")
            url = f"http://{proxy.address}"
            run = self.refresh(HTTPS_PROXY=url, HTTP_PROXY=url, http_proxy=url, ALL_PROXY=url)
            self.assertEqual(run.returncode, 0, run.stderr)
            self.assertNotIn(f":{box.port}", proxy.log_file.read_text())

    def test_cut_line_behind_a_proxy(self):
        """The rule that a code is sent once holds here, too."""
        proxy = Proxy(self)
        self.box.fault("GetSessionToken", faults.close())
        run = self.refresh(HTTPS_PROXY=f"http://{proxy.address}")
        self.refused(run, 15, "the code may be used up")
        self.assertEqual(len(self.box.codes_seen(self.user)), 1)
        self.assertEqual(proxy.connects(self.box), 1)


WHY_NOT = own_network.why_not()


@unittest.skipIf(WHY_NOT, WHY_NOT)
class WithoutIPv4(HostTest):
    """Loopback has no address but ::1."""

    def alone(self, function):
        def body():
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
                fcntl.ioctl(sock, SIOCSIFADDR, struct.pack(
                    "16sHH4s8x", b"lo", socket.AF_INET, 0, socket.inet_aton("0.0.0.0")))
            with self.assertRaises(OSError):
                with socket.create_server(("127.0.0.1", 0)) as server:
                    socket.create_connection(server.getsockname(), 1)
            with Sandbox(self.tls, host="::1") as box:
                self.user = box.add_user("alice")
                self.write_credentials()
                self.config.write_text(f"[profile work]\nendpoint_url = {box.url}\n"
                                       f"ca_bundle = {box.ca_path}\n")
                function(box)
        own_network.within(body)

    def test_refresh(self):
        def body(box):
            run = self.aws_mfa("--token", self.user.code())
            self.assertEqual(run.returncode, 0, run.stderr)
            self.assertEqual(box.connections, 1)
        self.alone(body)
        self.assertIn("aws_session_token", self.section())

    def test_refresh_through_a_proxy(self):
        def body(box):
            proxy = Proxy(self, host="::1")
            run = self.aws_mfa("--token", self.user.code(),
                               env={"HTTPS_PROXY": f"http://{proxy.address}"})
            self.assertEqual(run.returncode, 0, run.stderr)
            self.assertEqual(proxy.connects(box), 1)
        self.alone(body)


if __name__ == "__main__":
    unittest.main()
