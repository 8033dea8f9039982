"""Keystore mode without systemd and PAM: the test is root, and plays both."""

import contextlib
import fcntl
import os
import re
import socket
import subprocess
import unittest

from host import OTHER_UID, HostTest
from live import mounts
from open_clone import closed_to_others, trust
from paths import AWS_MFA, STAGE, temporary

SERVE_UID = 54321       # systemd gives each login a uid of its own
LOGIN = "0123abcd"
SITE = STAGE / "etc/aws-mfa"
RUN = STAGE / "run/aws-mfa"
RECORD_FD = 3
# Popen needs pipes between fork and exec: not this number, which becomes the program's socket.
while os.open("/dev/null", os.O_RDONLY) < RECORD_FD:
    pass


class Module:
    """The end of the PAM module: on a connection to `aws-mfa serve`, which this starts as systemd
    does."""

    def __init__(self, folder, peer=0, program=AWS_MFA, env=None, fds=1, pid="$$", limit=""):
        path = str(folder / "keystore.sock")
        with socket.socket(socket.AF_UNIX) as door:
            door.bind(path)
            os.chmod(path, 0o666)
            door.listen()
            self.socket = connect(path, peer)
            self.socket.settimeout(20)
            accepted, _ = door.accept()
        os.unlink(path)
        self.lines = self.socket.makefile("r", encoding="utf-8", newline="\n")
        script = f'LISTEN_PID={pid} LISTEN_FDS={fds} exec {limit} "$0" serve'
        with accepted:
            number = accepted.fileno()
            self.process = subprocess.Popen(
                ["/bin/sh", "-c", script, program], stdin=subprocess.DEVNULL, cwd="/",
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env or {},
                user=SERVE_UID, group=SERVE_UID, extra_groups=[], pass_fds=[RECORD_FD],
                preexec_fn=lambda: os.dup2(number, RECORD_FD))
        self.pipe = None

    def send(self, line, fds=()):
        """A service that has ended hears nothing; what it said can still be read."""
        data = (line + "\n").encode()
        with contextlib.suppress(BrokenPipeError):
            if fds:
                socket.send_fds(self.socket, [data], fds)
            else:
                self.socket.sendall(data)

    def read(self):
        """-> the next record; "" at the end"""
        try:
            return self.lines.readline().rstrip("\n")
        except ConnectionResetError:
            return ""

    def read_to(self, word):
        """-> the records up to one of this word, by their words"""
        found = {}
        while word not in found:
            name, _, text = self.read().partition(" ")
            if not name:
                raise AssertionError(f"no {word}: {found}, {self.end()}")
            found[name] = text
        return found

    def result(self):
        """-> (status, text) of the next result"""
        status, _, text = self.read_to("result")["result"].partition(" ")
        return int(status), text

    def end(self):
        """-> what it has printed"""
        self.lines.close()
        self.socket.close()
        out, err = self.process.communicate(timeout=20)
        assert out == "", out
        return err

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()
        self.lines.close()
        self.socket.close()


def connect(path, uid):
    """As this uid: the kernel notes who connects."""
    sock = socket.socket(socket.AF_UNIX)
    os.seteuid(uid)
    try:
        sock.connect(path)
    finally:
        os.seteuid(0)
    return sock


class KeystoreTest(HostTest):
    """alice has the uid OTHER_UID, a home without any file, and an entry."""

    program = AWS_MFA

    @classmethod
    def setUpClass(cls):
        if os.geteuid() != 0:
            raise unittest.SkipTest("needs root, to become other users")
        if closed_to_others():
            raise unittest.SkipTest(closed_to_others())
        trust(SITE, RUN)
        super().setUpClass()
        cls.tls.chmod(0o755)

    def setUp(self):
        super().setUp()
        self.folder = temporary(self.addCleanup)
        self.folder.chmod(0o755)
        # All tests have the stage. Here its site file is another one.
        self.site = self.folder / "site"
        self.site.mkdir(mode=0o755)
        mounts.mount(self.site, SITE, flags=mounts.BIND)
        self.addCleanup(mounts.call, "umount2", SITE, 0)
        self.write_site()
        self.credentials.unlink()
        self.config.unlink()
        self.credentials.parent.rmdir()
        os.chown(self.home, OTHER_UID, OTHER_UID)
        self.entry = self.folder / "alice"
        self.write_entry()
        self.ends = []
        self.addCleanup(lambda: [os.close(fd) for fd in self.ends])

    def write_site(self, **settings):
        path = self.site / "aws-mfa.conf"
        values = {"endpoint_url": self.box.url, "ca_bundle": self.box.ca_path, **settings}
        path.write_text("[aws-mfa]\n" + "".join(f"{k} = {v}\n" for k, v in values.items()))
        path.chmod(0o644)

    def write_entry(self, **keys):
        values = {"user": "alice", "uid": OTHER_UID, "aws_access_key_id": self.user.access_key_id,
                  "aws_secret_access_key": self.user.secret_access_key,
                  "aws_mfa_device": self.user.serial, "account": "123456789012", **keys}
        self.entry.write_text("[aws-mfa]\n" + "".join(f"{k} = {v}\n" for k, v in values.items()))
        self.entry.chmod(0o600)

    def module(self, **options):
        module = Module(self.folder, **{"program": self.program, **options})
        self.addCleanup(module.kill)
        return module

    def pipe(self):
        """-> (reading, writing)"""
        ends = os.pipe()
        self.ends += ends
        return ends

    def open_entry(self):
        fd = os.open(self.entry, os.O_RDONLY)
        self.ends.append(fd)
        return fd

    def place(self):
        """-> what the module holds among those that wait"""
        fd = os.open(self.folder / "waiting", os.O_RDWR | os.O_CREAT, 0o600)
        self.ends.append(fd)
        return fd

    def login(self, *lines, user=f"user {OTHER_UID} alice", fds=None, **options):
        """-> a module that has opened the conversation"""
        module = self.module(**options)
        if fds is None:
            module.pipe, writing = self.pipe()
            fds = [self.open_entry(), writing, self.place()]
        for line in ("version 1", f"login {LOGIN}", *lines):
            module.send(line)
        module.send(user, fds)
        return module

    def asked(self, *lines, **options):
        module = self.login(*lines, **options)
        module.read_to("ask")
        return module

    def handed_over(self, module):
        """-> what is in the pipe, as a dict; {} if there is nothing"""
        os.set_blocking(module.pipe, False)
        try:
            data = os.read(module.pipe, 1 << 16).decode()
        except BlockingIOError:
            return {}
        self.assertTrue(data.endswith("\nend\n"))
        return dict(line.split(" ", 1) for line in data.splitlines()[:-1])

    def refused(self, module, status, *parts):
        """Before anybody was asked."""
        record = module.read()
        said = module.end()
        self.assertRegex(record, f"^result {status} ", said)
        for part in parts:
            self.assertIn(part, record)
        return said

    def store(self, pipe, home=None, uid=OTHER_UID, env=None):
        """Runs `aws-mfa store`: -> (status, text) of its result; None without one"""
        ours, its = socket.socketpair()
        with its:
            number = its.fileno()
            self.process = subprocess.Popen(
                [self.program, "store", "--login", LOGIN], stdin=pipe, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, cwd="/", user=uid, group=uid, extra_groups=[],
                env={"HOME": str(home or self.home), **(env or {})}, pass_fds=[RECORD_FD],
                preexec_fn=lambda: os.dup2(number, RECORD_FD))
        return ours

    def stored(self, pipe, **options):
        with self.store(pipe, **options) as sock:
            sock.settimeout(20)
            said = sock.makefile("r").read()
        self.process.wait(20)
        found = re.fullmatch(r"result (\d+) ?(.*)\n", said)
        self.assertTrue(found, said)
        return int(found[1]), found[2]


def fill(writing, leave=0):
    """Makes a pipe of one page that has no room, or only for so many bytes."""
    size = fcntl.fcntl(writing, 1031, 4096)     # F_SETPIPE_SZ
    os.write(writing, b"x" * (size - leave))
