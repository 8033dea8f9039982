"""Time that files and locks take is no outage of AWS, which failmode=safe would forgive."""

import fcntl
import os
import socket
import struct
import subprocess
import threading
import time
import unittest

from host import AWS_MFA, HostTest
from sandbox import faults


class SlowProxy:
    """Each connection through it takes delay seconds, as to a server that is far away."""

    def __init__(self, delay):
        self.delay = delay
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client = self.listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=self._relay, args=(client,), daemon=True).start()

    def _relay(self, client):
        with client:
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                head += client.recv(1)
            host, port = head.split()[1].decode().rsplit(":", 1)
            time.sleep(self.delay)
            with socket.create_connection((host, int(port))) as far:
                try:
                    client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                except OSError:
                    return
                back = threading.Thread(target=self._copy, args=(far, client), daemon=True)
                back.start()
                self._copy(client, far)
                back.join()

    @staticmethod
    def _copy(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass    # either side has gone

    def close(self):
        self.listener.close()


class LostTime(HostTest):
    def lock(self, kind):
        fcntl.fcntl(self.locked, 37, struct.pack("hhqqi4x", kind, 0, 0, 0, 0))  # F_OFD_SETLK

    def result(self, wait):
        """Sends a wrong code while another holds the lock for wait seconds -> the result."""
        self.lock(fcntl.F_WRLCK if wait else fcntl.F_UNLCK)
        self.records.write(b"code 000000\n")
        time.sleep(wait)
        self.lock(fcntl.F_UNLCK)
        for line in self.records:
            if line.startswith(b"result "):
                return int(line.split()[1])
        self.fail("no result")

    def test_waiting_adds_up_over_the_codes_of_a_login(self):
        proxy = SlowProxy(0.45)     # of which the third has no room left
        self.addCleanup(proxy.close)
        # so that each code needs a connection of its own
        self.box.fault("GET", faults.close_after())
        self.box.fault("GetSessionToken", faults.close_after())
        self.locked = os.open(self.credentials.with_name(".credentials.aws-mfa-lock"),
                              os.O_RDWR | os.O_CREAT, 0o600)
        self.addCleanup(os.close, self.locked)
        ours, its = socket.socketpair()
        with ours, its:
            run = subprocess.Popen(
                [AWS_MFA, "pam", "--profile", "work", "--timeout", "3", "--always"],
                env={**self.env, "https_proxy": proxy.url}, pass_fds=[3],
                preexec_fn=lambda: os.dup2(its.fileno(), 3))
            its.close()
            self.addCleanup(run.wait)
            self.records = ours.makefile("rwb", buffering=0)
            self.addCleanup(self.records.close)
            self.assertTrue(any(line.startswith(b"ask ") for line in self.records))
            # each less than half of the time, together nearly all of it
            self.assertEqual([self.result(wait) for wait in (0.85, 0.85, 0)], [11, 11, 4])


if __name__ == "__main__":
    unittest.main()
