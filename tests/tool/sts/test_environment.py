"""Only the settings that aws-mfa(1) names steer the process that speaks to AWS. The rest of the
environment and of the home has no effect.

Each poison is tried on curl first, and must harm it: otherwise the test would prove nothing. Then
it is tried on aws-mfa with the whole environment, and on aws-mfa-sts, which clears its own.
"""

import ctypes
import os
import re
import shutil
import subprocess
import unittest
from pathlib import Path

from home import long_term
from host import HostTest
from paths import AWS_MFA
from sandbox.sts import Sandbox
from tool.sts.ststest import Peer, halves

OPENSSL_CONF = """\
openssl_conf = all
[all]
ssl_conf = ssl
[ssl]
system_default = tls
[tls]
SignatureAlgorithms = rsa_pss_rsae_sha256
"""     # and the sandbox's key is of an elliptic curve
DEAD_PROXY = "http://127.0.0.1:1"
LANDLOCK_CREATE_RULESET, LANDLOCK_RESTRICT_SELF = 444, 446     # on every machine


class Environment(HostTest):
    def curl(self, *args, trusting=True, **env):
        """curl, which believes all of it -> its status."""
        ca = ["--cacert", self.box.ca_path] if trusting else []
        return subprocess.run(["curl", "-s", "-m", "10", "-o", "/dev/null", *ca, *args,
                               self.box.url], env={**self.env, **env}).returncode

    def refresh(self, *args, **env):
        """aws-mfa in that environment -> what ran; no code is used twice."""
        device = self.user.add_device(f"d{len(self.user.devices)}")
        return self.aws_mfa("--force", "--device", device.serial, "--token", device.code(), *args,
                            env=env)

    def direct(self, ca_bundle, box=None, user=None, **env):
        """aws-mfa-sts in that environment -> its result"""
        box, user = box or self.box, user or self.user
        peer = Peer(environment={**self.env, **env})
        self.addCleanup(peer.close)
        peer.deadline(10)
        device = user.add_device(f"d{len(user.devices)}")
        for word, text in {"access-key-id": user.access_key_id, "serial": device.serial,
                           "secret-access-key": user.secret_access_key,
                           "endpoint-url": box.url, "ca-bundle": ca_bundle,
                           "connect": "signed"}.items():
            if text:
                peer.send(word, text)
        word, _ = peer.read()
        return peer.code(device.code())["result"] if word == "ready" else (None, word)

    def harmless(self, **env):
        run = self.refresh(**env)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(self.direct(str(self.box.ca_path), **env)[0], 0)

    def trusts_nobody(self, **env):
        """Without ca_bundle the sandbox's CA is unknown, and stays so."""
        self.assertNotEqual(self.curl(trusting=False), 0)
        self.config.write_text(f"[profile work]\nendpoint_url = {self.box.url}\n")
        self.refused(self.refresh(**env), 14, "is not trusted")
        self.assertEqual(self.direct(None, **env), (None, "result"))

    def test_sslkeylogfile(self):
        log = self.home / "keys"
        self.assertEqual(self.curl(SSLKEYLOGFILE=str(log)), 0)
        self.assertIn("CLIENT", log.read_text())
        log.unlink()
        self.harmless(SSLKEYLOGFILE=str(log))
        self.assertFalse(log.exists())

    def test_openssl_conf(self):
        conf = self.home / "openssl.cnf"
        conf.write_text(OPENSSL_CONF)
        self.assertEqual(self.curl(), 0)
        self.assertEqual(self.curl(OPENSSL_CONF=str(conf)), 35)
        self.harmless(OPENSSL_CONF=str(conf))

    def test_ssl_cert_file(self):
        self.assertEqual(self.curl(trusting=False, SSL_CERT_FILE=str(self.box.ca_path)), 0)
        self.trusts_nobody(SSL_CERT_FILE=str(self.box.ca_path))

    def test_ssl_cert_dir(self):
        folder = self.home / "certs"
        folder.mkdir()
        (folder / "ca.pem").write_bytes(self.box.ca_path.read_bytes())
        subprocess.run(["openssl", "rehash", folder], check=True)
        self.assertEqual(self.curl(trusting=False, SSL_CERT_DIR=str(folder)), 0)
        self.trusts_nobody(SSL_CERT_DIR=str(folder))

    def test_curl_ca_bundle(self):
        self.assertEqual(self.curl(trusting=False, CURL_CA_BUNDLE=str(self.box.ca_path)), 0)
        self.trusts_nobody(CURL_CA_BUNDLE=str(self.box.ca_path))

    def test_curlrc(self):
        folder = self.home / "elsewhere"
        folder.mkdir()
        (folder / ".curlrc").write_text(f"proxy = {DEAD_PROXY}\n")
        self.assertEqual(self.curl(CURL_HOME=str(folder)), 7)
        self.harmless(CURL_HOME=str(folder))
        (folder / ".curlrc").rename(self.home / ".curlrc")
        self.assertEqual(self.curl(), 7)
        self.harmless()

    def test_netrc(self):
        netrc = self.home / ".netrc"
        netrc.write_text("machine 127.0.0.1\nlogin root\npassword geheim\n")
        netrc.chmod(0o600)

        def sent():
            kinds = {(r.headers.get("Authorization") or "none").split()[0]
                     for r in self.box.requests}
            self.box.requests.clear()
            return kinds
        sent()
        self.assertEqual(self.curl("--netrc"), 0)
        self.assertEqual(sent(), {"Basic"})
        self.harmless(NETRC=str(netrc))
        self.assertEqual(sent(), {"AWS4-HMAC-SHA256"})

    def test_all_proxy(self):
        for name in ("ALL_PROXY", "all_proxy"):
            self.assertEqual(self.curl(**{name: DEAD_PROXY}), 7, name)
            self.harmless(**{name: DEAD_PROXY})

    def test_http_proxy(self):
        """An http endpoint is on this machine. So no proxy is used, for whatever it is set."""
        box = Sandbox(self.tls, tls="off").start()
        self.addCleanup(box.stop)
        user = box.add_user("alice")
        self.write_credentials(long_term(user))
        self.config.write_text(f"[profile work]\nendpoint_url = {box.url}\n")
        for name in ("http_proxy", "HTTP_PROXY", "HTTPS_PROXY", "https_proxy"):
            env = {name: DEAD_PROXY}
            device = user.add_device(name)
            run = self.aws_mfa("--force", "--device", device.serial, "--token", device.code(),
                               env=env)
            self.assertEqual(run.returncode, 0, run.stderr)
            self.assertEqual(self.direct(None, box=box, user=user, **env)[0], 0)

    def test_proxies_are_no_settings_of_aws_mfa_sts(self):
        """aws-mfa reads these. aws-mfa-sts takes only the record that aws-mfa sends."""
        for name in ("HTTPS_PROXY", "https_proxy"):
            self.assertEqual(self.curl(**{name: DEAD_PROXY}), 7, name)
            self.assertEqual(self.direct(str(self.box.ca_path), **{name: DEAD_PROXY})[0], 0)

    def test_aws_mfa_sts_is_given_no_environment(self):
        if os.geteuid() != 0:
            self.skipTest("not dumpable: only root can look")
        count = sum(r.action == "GetCallerIdentity" for r in self.box.requests)
        term = self.terminal(env={"LANG": "C", "SSLKEYLOGFILE": "/nonexistent"})
        term.expect("(for work): ")
        pid = term.process.pid
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            child, = file.read().split()
        self.box.wait_for("GetCallerIdentity", count + 1)
        with open(f"/proc/{child}/comm") as file:
            self.assertEqual(file.read(), "aws-mfa-sts\n")
        with open(f"/proc/{child}/environ", "rb") as file:
            self.assertEqual(file.read(), b"")
        term.send(self.user.code() + "\n")
        self.assertEqual(term.wait()[0], 0)

    def test_aws_mfa_sts_is_confined_while_it_speaks_with_the_network(self):
        """confine_test.c shows what the filters of both processes refuse."""
        if os.geteuid() != 0:
            self.skipTest("not dumpable: only root can look")
        count = sum(r.action == "GetCallerIdentity" for r in self.box.requests)
        term = self.terminal()
        term.expect("(for work): ")
        pid = term.process.pid
        child, = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        self.box.wait_for("GetCallerIdentity", count + 1)
        both = halves(int(child))
        self.assertEqual(len(both), 2)
        for half in both:
            status = Path(f"/proc/{half}/status").read_text()
            self.assertIn("\nNoNewPrivs:\t1\n", status)
            self.assertIn("\nSeccomp:\t2\n", status)
            self.assertRegex(Path(f"/proc/{half}/limits").read_text(), r"Max file size +0 +0 ")
        term.send(self.user.code() + "\n")
        self.assertEqual(term.wait()[0], 0)

    def test_landlock_comes_before_the_network(self):
        if os.geteuid() != 0 or not shutil.which("strace"):
            self.skipTest("needs root and strace: aws-mfa-sts is not dumpable")
        if ctypes.CDLL(None).syscall(LANDLOCK_CREATE_RULESET, None, 0, 1) < 1:
            self.skipTest("this kernel has no Landlock")
        trace = self.credentials.parent / "trace"
        peer = subprocess.run(
            # By its number: strace 5.10 does not know the name.
            ["strace", "-f", "-qq", "-e", f"trace={LANDLOCK_RESTRICT_SELF},connect,seccomp,prctl",
             "-o", trace, AWS_MFA, "--profile", "work", "--token", self.user.code()],
            env=self.env, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=60)
        self.assertEqual(peer.returncode, 0, peer.stderr)
        calls = {}
        for line in trace.read_text().splitlines():
            pid, line = line.split(maxsplit=1)
            calls.setdefault(pid, []).append(line)
        at = [[[i for i, line in enumerate(lines) if re.search(word, line)] for word in (
            f"landlock_restrict_self|syscall_{LANDLOCK_RESTRICT_SELF:#x}", "PR_SET_SECCOMP",
            "AF_INET")] for lines in calls.values()]
        signer, talker = sorted((a for a in at if a[1]), key=lambda a: bool(a[2]))
        for half in (signer, talker):
            self.assertLess(max(half[0]), min(half[1]))
        self.assertEqual(signer[2], [])
        self.assertLess(max(talker[1]), min(talker[2]))

    def test_landlock_that_is_refused(self):
        """A kernel that has none, or a container's filter. Every other answer is a fault."""
        if os.geteuid() != 0 or not shutil.which("strace"):
            self.skipTest("needs root and strace: aws-mfa-sts is not dumpable")
        call = "landlock_create_ruleset"
        if subprocess.run(["strace", "-e", f"trace={call}", "true"], capture_output=True).returncode != 0:
            self.skipTest("this strace is older than Landlock, and injects nothing")
        for error, status in (("ENOSYS", 0), ("EOPNOTSUPP", 0), ("EPERM", 0), ("EACCES", 4)):
            device = self.user.add_device(error)
            run = subprocess.run(
                ["strace", "-Dfqq", "-o", "/dev/null", "-e", f"trace={call}", "-e",
                 f"inject={call}:error={error}", AWS_MFA, "--profile", "work", "--force", "--device",
                 device.serial, "--token", device.code()],
                env=self.env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
            self.assertEqual(run.returncode, status, run.stderr)
        self.assertIn("cannot confine this process to some folders: Permission denied", run.stderr)


if __name__ == "__main__":
    unittest.main()
