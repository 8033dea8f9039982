"""A real round-trip time: a pair of TUN devices joins two network namespaces. A process between
them holds each packet for half of the time. (netem would need a kernel with it.)"""

import collections
import fcntl
import os
import select
import signal
import socket
import statistics
import struct
import time

from bench import namespaces
from bench.namespaces import NEWNET, Child, Skipped
from bench.scene import Server

NEAR, FAR = "192.0.2.2", "192.0.2.1"    # RFC 5737: nobody's
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 1, 0x1000
SIOCSIFFLAGS, SIOCSIFADDR, SIOCSIFNETMASK = 0x8914, 0x8916, 0x891C
IFF_UP, IFF_RUNNING = 1, 0x40


def _up(name, address=None):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        def ioctl(request, data):
            fcntl.ioctl(sock, request, struct.pack("16s24s", name.encode(), data))

        def sockaddr(text):
            return struct.pack("HH4s", socket.AF_INET, 0, socket.inet_aton(text))
        if address:
            ioctl(SIOCSIFADDR, sockaddr(address))
            ioctl(SIOCSIFNETMASK, sockaddr("255.255.255.0"))
        ioctl(SIOCSIFFLAGS, struct.pack("H", IFF_UP | IFF_RUNNING))


def _tun(address):
    """A TUN device in the network namespace we are in; -> its descriptor"""
    try:
        fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22s", b"bench", IFF_TUN | IFF_NO_PI, b""))
    except OSError as error:
        raise Skipped(f"/dev/net/tun: {error.strerror}") from None
    _up("lo")
    _up("bench", address)
    return fd


def _relay(fds, hold):
    """Hands each packet over, hold seconds after it came."""
    queue = collections.deque()     # (when, to, packet): in order, for all are held equally long
    while True:
        wait = max(0, queue[0][0] - time.monotonic()) if queue else None
        for fd in select.select(fds, [], [], wait)[0]:
            due = time.monotonic() + hold
            try:
                while True:
                    queue.append((due, fds[1] if fd == fds[0] else fds[0], os.read(fd, 65536)))
            except BlockingIOError:
                pass
        while queue and queue[0][0] <= time.monotonic():
            _, to, packet = queue.popleft()
            os.write(to, packet)


class Link:
    """with Link(scene, 100) as link: link.start(function).result(), and function finds an STS at
    link.url, 100 ms away. Raises Skipped where the kernel does not let us."""

    def __init__(self, scene, rtt_ms, idle=0):
        self.rtt_ms = rtt_ms
        read, write = os.pipe()
        parent = os.getpid()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.close(read)
                self._be_the_link(scene, write, idle, parent)
            finally:
                os._exit(1)
        os.close(write)
        with os.fdopen(read) as pipe:
            kind, _, text = pipe.readline().strip().partition(" ")
        if kind != "port":
            os.waitpid(self.pid, 0)
            raise Skipped(text or "the link could not be made")
        self.near, port = text.split()
        self.url = f"https://{FAR}:{port}"
        self.measured_ms = self.start(lambda: self._measure(int(port))).result()

    def _be_the_link(self, scene, write, idle, parent):
        try:
            namespaces.unshare(NEWNET)
            near_fd = os.open("/proc/self/ns/net", os.O_RDONLY)
            near = _tun(NEAR)
            namespaces.unshare_more(NEWNET)
            far = _tun(FAR)
            namespaces.end_with(parent)
            server = Server(scene, FAR, idle=idle)
            os.write(write, f"port {near_fd} {server.port}\n".encode())
        except Exception as error:
            os.write(write, f"error {error}\n".encode())
            os._exit(0)
        os.close(write)
        _relay([near, far], self.rtt_ms / 2000)

    def _enter(self):
        ours = [f"/proc/{self.pid}/ns/user"] if os.geteuid() != 0 else []
        namespaces.enter(*ours, f"/proc/{self.pid}/fd/{self.near}")

    def start(self, function):
        return Child(self._enter, function)

    @staticmethod
    def _measure(port):
        times = []
        for _ in range(3):
            start = time.monotonic()
            socket.create_connection((FAR, port)).close()
            times.append(1000 * (time.monotonic() - start))
        return statistics.median(times)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.kill(self.pid, signal.SIGKILL)     # its server ends with it
        os.waitpid(self.pid, 0)
