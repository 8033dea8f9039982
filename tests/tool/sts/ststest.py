"""aws-mfa-sts spawned as aws-mfa spawns it, against the double of STS: with an empty environment and
nothing open but a socket on descriptor 3."""

import itertools
import os
import resource
import socket
import subprocess
import time
import unittest
from pathlib import Path

from paths import AWS_MFA_STS, temporary
from sandbox.sts import Sandbox

ROLE = "arn:aws:iam::123456789012:role/team/Admin"
STARVED = "this program was stopped or starved meanwhile"
SPENT = "the code may be used up: try with the next one"


def halves(signer):
    """-> [its pid, and the talker's if it runs]"""
    try:
        children = Path(f"/proc/{signer}/task/{signer}/children").read_text()
    except OSError:
        return [signer]     # it has ended
    return [signer, *map(int, children.split())]


class Peer:
    """aws-mfa's side of the dialogue."""

    def __init__(self, descriptors=None, memory=None, environment=None, first=None,
                 argv=(str(AWS_MFA_STS),)):
        ours, theirs = socket.socketpair()

        def prepare():
            os.dup2(theirs.fileno(), 3)
            os.set_inheritable(3, True)
            if first:
                first()
            if descriptors:
                resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))
            if memory:
                resource.setrlimit(resource.RLIMIT_AS, (memory, memory))

        self.process = subprocess.Popen(
            list(argv), env=environment or {}, cwd="/", pass_fds=(3,), preexec_fn=prepare,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        theirs.close()
        self.socket = ours
        self.socket.settimeout(30)
        self.stream = ours.makefile("r", encoding="utf-8", newline="\n")
        self.debug = []

    def halves(self):
        """-> [the signer's pid, and the talker's if it runs]"""
        return halves(self.process.pid)

    def talker(self):
        """-> its pid, once it runs"""
        end = time.monotonic() + 5
        while len(pids := self.halves()) < 2:
            assert time.monotonic() < end, "no talker"
            time.sleep(0.001)
        return pids[1]

    def send(self, word, text=""):
        """A peer that ended earlier has said why: read that."""
        try:
            self.socket.sendall(f"{word} {text}".rstrip().encode() + b"\n")
        except (BrokenPipeError, ConnectionResetError):
            pass

    def deadline(self, seconds):
        self.send("deadline", str(int((time.monotonic() + seconds) * 1000)))

    def read(self):
        """The next record but debug, as (word, text); ("", "") at the end."""
        while True:
            line = self.stream.readline()
            word, _, text = line.rstrip("\n").partition(" ")
            if word != "debug":
                return word, text
            self.debug.append(text)

    def answers(self):
        """Records up to and including `result`: a dictionary, with the status as an int."""
        records = {}
        while True:
            word, text = self.read()
            if not word:
                records["result"] = (None, "no result")
                return records
            if word == "result":
                status, _, text = text.partition(" ")
                records["result"] = (int(status), text)
                return records
            records[word] = text

    def code(self, code, seconds=10):
        self.deadline(seconds)
        self.send("code", code)
        return self.answers()

    def ended(self, timeout=5):
        self.process.wait(timeout)
        return self.process.returncode

    def close(self):
        self.stream.close()
        self.socket.close()
        try:
            self.output, _ = self.process.communicate(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
            raise


class StsTest(unittest.TestCase):
    numbers = itertools.count(1)    # threads draw from it

    @classmethod
    def setUpClass(cls):
        cls.directory = temporary(cls.addClassCleanup)

    def setUp(self):
        self.box = self.sandbox()
        self.user = self.new_user()

    def sandbox(self, **options):
        box = Sandbox(self.directory / "tls", **options).start()
        self.addCleanup(box.stop)
        return box

    def new_user(self, box=None):
        name = f"user{next(StsTest.numbers)}"
        return (box or self.box).add_user(name)

    def peer(self, box=None, user=None, how="signed", seconds=10, start=None, timeout=None,
             **settings):
        """A process that was told its settings; start: arguments of Peer; timeout: where the whole
        time is more than what is left of it, `seconds`."""
        box, user = box or self.box, user or self.user
        records = {"access-key-id": user.access_key_id, "secret-access-key": user.secret_access_key,
                   "serial": user.serial, "endpoint-url": box.url, "ca-bundle": str(box.ca_path)}
        records |= {name.replace("_", "-"): text for name, text in settings.items()}
        peer = Peer(**(start or {}))
        self.addCleanup(peer.close)
        peer.deadline(seconds)
        peer.send("timeout", str(timeout or seconds))
        for word, text in records.items():
            if text is not None:
                peer.send(word, text)
        peer.send("connect", how)
        return peer

    def ready(self, **options):
        peer = self.peer(**options)
        word, text = peer.read()
        self.assertEqual(word, "ready", text)
        return peer

    def refused(self, status, *parts, peer=None, again=None, **options):
        """The warm-up (or a check before it) must end so; returns the text. again: what makes a
        peer. Tries again if the program reports that it was starved: this machine was busy then."""
        again = again or (lambda: self.peer(**options))
        for _ in range(1 if peer else 5):
            got = (peer or again()).answers()
            if STARVED not in got["result"][1]:
                break
        self.assertEqual(got["result"][0], status, got)
        for part in parts:
            self.assertIn(part, got["result"][1])
        return got["result"][1]

    def result(self, got, status, *parts):
        self.assertEqual(got["result"][0], status, got)
        for part in parts:
            self.assertIn(part, got["result"][1])

    def assert_session(self, got, session):
        self.result(got, 0)
        self.assertEqual(got["access-key-id"], session.access_key_id)
        self.assertEqual(got["secret-access-key"], session.secret_access_key)
        self.assertEqual(got["session-token"], session.session_token)
        self.assertEqual(int(got["expiration"]), int(session.expiration))
