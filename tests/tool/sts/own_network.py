"""A separate network for a test: loopback only, with a name server that gives the test's answers.

It needs root, or the rights for unshare(2). why_not() says what is missing.
"""

import ctypes
import fcntl
import os
import socket
import struct
import tempfile
import threading

CLONE_NEWNS, CLONE_NEWNET = 0x00020000, 0x40000000
MS_REC, MS_PRIVATE, MS_BIND = 0x4000, 0x40000, 0x1000
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1
A, AAAA = 1, 28

libc = ctypes.CDLL(None, use_errno=True)


def _call(name, *args):
    if getattr(libc, name)(*args) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def loopback_up():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(sock, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(sock, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))


def _enter():
    """Moves the calling thread, and all that it starts from now on, to another network and other
    files."""
    _call("unshare", CLONE_NEWNET | CLONE_NEWNS)
    _call("mount", b"none", b"/", None, MS_REC | MS_PRIVATE, None)
    loopback_up()
    for path, text in {"/etc/resolv.conf": "nameserver 127.0.0.1\noptions attempts:1 timeout:30\n",
                       "/etc/nsswitch.conf": "hosts: dns\npasswd: files\n"}.items():
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(text)
            file.flush()
            os.chmod(file.name, 0o644)
            _call("mount", file.name.encode(), path.encode(), None, MS_BIND, None)


def within(function):
    """Runs function in a separate network, and passes on its exceptions."""
    raised = []

    def body():
        try:
            _enter()
            function()
        except BaseException as error:
            raised.append(error)
    thread = threading.Thread(target=body)
    thread.start()
    thread.join()
    if raised:
        raise raised[0]


def why_not():
    """-> why this machine can have no separate network, or None"""
    try:
        within(lambda: None)
    except OSError as error:
        return f"no network of its own: {error}"


class Names:
    """A name server on port 53 of 127.0.0.1. answers: a list of addresses for each look-up of a
    program (one query for A and one for AAAA). The last list serves all later look-ups. None:
    SERVFAIL; []: no such name; "silence": no answer."""

    def __init__(self, *answers):
        self.answers, self.asked = answers, []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 53))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def lookups(self):
        return sum(kind == A for kind in self.asked)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.sendto(b"", self._socket.getsockname())     # wakes it
        self._thread.join()
        self._socket.close()

    def _serve(self):
        while True:
            query, peer = self._socket.recvfrom(512)
            if not query:
                return
            answer = self._answer(query)
            if answer:
                self._socket.sendto(answer, peer)

    def _answer(self, query):
        end = query.index(0, 12) + 1
        kind, = struct.unpack("!H", query[end:end + 2])
        step = min(self.asked.count(kind), len(self.answers) - 1)
        self.asked.append(kind)
        addresses = self.answers[step]
        if addresses == "silence":
            return None
        rcode = 2 if addresses is None else 3 if not addresses else 0
        packed = [socket.inet_pton(socket.AF_INET6 if kind == AAAA else socket.AF_INET, address)
                  for address in addresses or [] if (":" in address) == (kind == AAAA)]
        head = query[:2] + struct.pack("!HHHHH", 0x8180 | rcode, 1, len(packed), 0, 0)
        return head + query[12:end + 4] + b"".join(
            struct.pack("!HHHIH", 0xc00c, kind, 1, 0, len(data)) + data for data in packed)
