"""What aws-mfa-sts sends, how often, and what it tries again: DESIGN 3.6, with the real resolver
and kernel.

test_hostile_server.py tests what a server can do to a request. No code is seen twice there, either.
"""

import os
import resource
import socket
import subprocess
import time
import unittest

from home import long_term
from host import HostTest
from open_clone import closed_to_others
from paths import AWS_MFA
from sandbox import faults
from sandbox.sts import Sandbox
from tool.sts import own_network

REWARM_MAX = 20     # aws-mfa-sts.c


class AtTheTerminal(HostTest):
    def test_the_code_is_sent_once_and_the_person_is_told(self):
        """libcurl by itself would send it again when a reused connection dies."""
        for fault in (faults.close(), faults.reset(), faults.processed(faults.close()),
                      faults.processed(faults.reset())):
            with self.subTest(fault.name):
                self.box.clear_faults()
                self.box.fault("GetSessionToken", fault)
                device = self.user.add_device(f"d{len(self.user.devices)}")
                count, connections = len(self.box.requests), self.box.connections
                warm = sum(r.action == "GetCallerIdentity" for r in self.box.requests)
                before = self.credentials.read_bytes()
                term = self.terminal("--device", device.serial)
                term.expect("(for work): ")
                self.box.wait_for("GetCallerIdentity", warm + 1)
                code = device.code()
                term.send(code + "\n")
                status, out, err = term.wait()
                self.assertEqual((status, out), (15, ""), err)
                self.assertIn("the code may be used up: try with the next one", err)
                self.assertEqual([r.params.get("TokenCode") for r in self.box.requests[count:]],
                                 [None, code])
                self.assertEqual(self.box.connections, connections + 1)
                self.assertEqual(self.credentials.read_bytes(), before)

    def test_the_connection_is_reopened_before_enter(self):
        self.box.idle_timeout = 1.0
        self.addCleanup(setattr, self.box, "idle_timeout", None)
        term = self.terminal()
        term.expect("(for work): ")
        count = sum(r.action == "GetCallerIdentity" for r in self.box.requests)
        self.box.wait_for("GetCallerIdentity", count + 2)
        connections = self.box.connections
        term.send(self.user.code() + "\n")
        self.assertEqual(term.wait()[0], 0)
        self.assertEqual(self.box.connections, connections, "opened after Enter")


class Bounded(HostTest):
    """One connection a second, and not for ever: a person may have left."""

    def test_reopened_so_often_and_no_more(self):
        box = Sandbox(self.tls).start()
        self.addCleanup(box.stop)
        user = box.add_user("alice")
        self.write_credentials(long_term(user))
        box.fault("GetCallerIdentity", faults.close_after(announced=False))
        began = time.monotonic()
        term = self.terminal(env={"AWS_ENDPOINT_URL_STS": box.url})
        term.expect("(for work): ")
        box.wait_for("GetCallerIdentity", 1 + REWARM_MAX, timeout=60)
        self.assertGreater(time.monotonic() - began, REWARM_MAX - 1, "not one a second")
        time.sleep(2.5)     # two more would have come
        self.assertEqual(box.connections, 1 + REWARM_MAX)
        term.send(user.code() + "\n")       # and is opened once more for the code
        self.assertEqual(term.wait()[0], 0)
        self.assertEqual(box.connections, 2 + REWARM_MAX)
        self.assertEqual(len(box.codes_seen(user)), 1)


class Lacking(HostTest):
    """A caller's limits must never look like an outage (14), which failmode=safe forgives."""

    def limited(self, *limit):
        device = self.user.add_device(f"d{len(self.user.devices)}")
        seen = len(self.box.codes_seen(self.user))
        run = subprocess.run(["/usr/bin/prlimit", *limit, AWS_MFA, "--profile", "work", "--force",
                              "--device", device.serial, "--token", device.code()],
                             env=self.env, capture_output=True, text=True, timeout=60)
        self.assertNotIn(run.returncode, (14, 15), f"{limit}: {run.stderr}")
        if run.returncode != 0:
            self.assertEqual(len(self.box.codes_seen(self.user)), seen, f"{limit}: {run.stderr}")
        return run.returncode

    @unittest.skipIf(os.geteuid() != 0, "needs root, to become somebody without processes")
    @unittest.skipIf(closed_to_others(), closed_to_others())
    def test_processes(self):
        """aws-mfa itself is one, aws-mfa-sts has two, and the resolver's thread is the fourth."""
        uid = 54330
        for path in (self.home, self.home / ".aws", self.credentials):
            os.chown(path, uid, uid)

        def become(limit):
            def first():
                resource.setrlimit(resource.RLIMIT_NPROC, (limit, limit))
                os.setgroups([])
                os.setresgid(uid, uid, uid)
                os.setresuid(uid, uid, uid)
            return first
        code = self.user.code()     # it is never sent
        for limit, status in ((1, 4), (2, 4), (3, 4), (8, 14)):
            run = self.aws_mfa("--token", code, "--endpoint-url", "https://sts.invalid",
                               env={"AWS_CA_BUNDLE": "/etc/ssl/certs/ca-certificates.crt"},
                               preexec_fn=become(limit))
            self.refused(run, status, f"RLIMIT_NPROC is {limit} " if status == 4 else "resolve")

    def test_descriptors(self):
        ended = [self.limited(f"--nofile={n}") for n in range(4, 36)]
        self.assertIn(4, ended)
        self.assertEqual(ended[-1], 0)

    def test_memory(self):
        ended = [self.limited(f"--as={n << 20}") for n in range(4, 132, 4)]
        self.assertIn(4, ended)
        self.assertEqual(ended[-1], 0)

    def test_heap(self):
        ended = [self.limited(f"--data={n << 20}") for n in range(1, 40, 3)]
        self.assertIn(4, ended)
        self.assertEqual(ended[-1], 0)


WHY_NOT = own_network.why_not()


@unittest.skipIf(WHY_NOT, WHY_NOT)
class Names(HostTest):
    """The sandbox is sts.test, and a name server of ours says where that is."""

    def refresh(self, *answers, status, prepare=lambda box: None, timeout=3, host="127.0.0.1"):
        """-> (what ran, how often the name was looked up, seconds)"""
        result = []

        def body():
            with own_network.Names(*answers) as names, Sandbox(self.tls, host=host) as box:
                prepare(box)
                user = box.add_user("alice")
                self.write_credentials(long_term(user))
                code = user.code()
                start = time.monotonic()
                run = self.aws_mfa("--timeout", str(timeout), "--token", code,
                                   env={"AWS_ENDPOINT_URL_STS": f"https://sts.test:{box.port}"})
                seconds = time.monotonic() - start
                self.assertEqual(run.returncode, status, run.stderr)
                self.assertEqual(box.codes_seen(user), [code] if status == 0 else [])
                self.assertLess(seconds, timeout + 1)
                result.extend([run, names.lookups(), seconds])
        own_network.within(body)
        return result

    def test_a_name_server_that_fails_is_asked_again(self):
        self.assertEqual(self.refresh(None, ["127.0.0.1"], status=0)[1], 2)

    def test_a_name_server_that_fails_for_good(self):
        run, lookups, _ = self.refresh(None, status=14)
        self.assertEqual(lookups, 2)
        self.refused(run, 14, "could not resolve sts.test")

    def test_no_such_name(self):
        self.refused(self.refresh([], status=14)[0], 14, "could not resolve sts.test")

    def test_a_name_server_that_does_not_answer(self):
        run, _, seconds = self.refresh("silence", status=14, timeout=2)
        self.refused(run, 14, "sts.test", "resolved in time")
        self.assertGreater(seconds, 1.8)

    def test_the_next_address(self):
        run, lookups, _ = self.refresh(["127.0.0.2"], status=14)
        self.refused(run, 14, "could not connect to sts.test", "refused")
        self.assertEqual(lookups, 2, "a refused connection is tried again")
        self.assertEqual(self.refresh(["127.0.0.2", "127.0.0.1"], status=0)[1], 1)
        self.assertEqual(self.refresh(["::1", "127.0.0.1"], status=0)[1], 1)

    def test_a_failed_connect_is_tried_again(self):
        self.assertEqual(self.refresh(["127.0.0.2"], ["127.0.0.1"], status=0)[1], 2)

    def test_an_address_that_hangs_does_not_hold_up_the_next(self):
        """RFC 8305; libcurl gives the first family 200 ms."""
        def prepare(box):
            hanging = Sandbox(self.tls, host="::1", port=box.port).start()
            self.addCleanup(hanging.stop)
            hanging.fill()
        seconds = self.refresh(["::1", "127.0.0.1"], status=0, prepare=prepare, timeout=10)[2]
        self.assertGreater(seconds, 0.19, "::1 was not tried")
        self.assertLess(seconds, 2)

    def test_ports(self):
        """Not an outage, but this machine's lack; without ports of UDP no name can be looked up."""
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            held = []

            def prepare(_):
                with open("/proc/sys/net/ipv4/ip_local_port_range", "w") as file:
                    file.write("61000 61001")
                for port in (61000, 61001):
                    for family, address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
                        sock = socket.socket(family, kind)
                        held.append(sock)
                        if family == socket.AF_INET6:
                            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                        sock.bind((address, port))
                        if kind == socket.SOCK_STREAM:
                            sock.listen()
            with self.subTest(kind.name):
                run = self.refresh(["127.0.0.1"], status=4, prepare=prepare)[0]
                self.refused(run, 4, "no local ports are left")
            for sock in held:
                sock.close()


if __name__ == "__main__":
    unittest.main()
