"""Somebody stops, freezes or starves aws-mfa-sts. This must not look like an outage (14): DESIGN
3.2.

The attempts of a class run at the same time: they are stopped most of the time.
"""

import concurrent.futures
import os
import signal
import socket
import threading
import time
import unittest

import control_group
from sandbox import faults
from sandbox.sts import Sandbox
from tool.sts import own_network
from tool.sts.ststest import STARVED, StsTest, halves

TIMEOUT = 2


def add(group, signer):
    """Both processes. The second is not missed: it starts in the group, or is there already."""
    group.add(signer)
    for pid in halves(signer)[1:]:
        group.add(pid)


class Stopped:
    """SIGSTOP and SIGCONT, as `kill` sends them to su. which: of the two processes."""

    def __init__(self, pid, which=slice(None)):
        self.pid, self.which = pid, which

    def hold(self, held):
        for pid in halves(self.pid)[self.which]:
            try:
                os.kill(pid, signal.SIGSTOP if held else signal.SIGCONT)
                if held:        # then it starts no other process
                    self.wait(pid)
            except ProcessLookupError:
                pass            # it has ended
        if held and len(halves(self.pid)[self.which]) > len(self.stopped()):
            self.hold(True)     # it started the other one just then

    def stopped(self):
        return [pid for pid in halves(self.pid)[self.which] if self.state(pid) in "TtZX"]

    @staticmethod
    def state(pid):
        try:
            with open(f"/proc/{pid}/stat") as file:
                return file.read().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return "X"

    def wait(self, pid):
        while self.state(pid) not in "TtZX":
            time.sleep(0.0001)

    def done(self):
        pass


def talker_stopped(pid):
    """The one that speaks with the network."""
    return Stopped(pid, slice(1, None))


class Frozen:
    def __init__(self, pid):
        self.group = control_group.Group("pam-aws-mfa-test")
        add(self.group, pid)

    def hold(self, held):
        self.group.freeze(held)

    def done(self):
        self.group.freeze(False)


class Closing:
    """Accepts connections and closes each after some seconds, with nothing said."""

    def __init__(self, seconds):
        self.seconds = seconds
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection = self.listener.accept()[0]
            except OSError:
                return
            threading.Timer(self.seconds, connection.close).start()

    def close(self):
        self.listener.close()


def once(held, seconds):
    held.hold(True)
    time.sleep(seconds)
    held.hold(False)


def in_slices(held, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        held.hold(True)
        time.sleep(0.9)
        held.hold(False)
        time.sleep(0.005)


def in_fine_slices(held, seconds):
    """Each stop is too short to be noticed."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        held.hold(True)
        time.sleep(0.3)
        held.hold(False)
        time.sleep(0.0005)


def at_last(held, seconds):
    """Only when the server has been silent for half of the time. -> when it began"""
    time.sleep(seconds * 0.6)
    held.hold(True)
    since = time.monotonic()
    time.sleep(seconds * 0.5)
    held.hold(False)
    return since


class AwakeTest(StsTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tls = cls.directory / "tls"
        cls.servers = {"healthy": Sandbox(cls.tls), "slow": Sandbox(cls.tls),
                       "impatient": Sandbox(cls.tls),
                       "hanging": Sandbox(cls.tls), "blackhole": Sandbox(cls.tls),
                       "mute": Sandbox(cls.tls, mute=True), "half": Sandbox(cls.tls, mute="half")}
        for box in cls.servers.values():
            cls.addClassCleanup(box.start().stop)
        # More than AWAKE_GAP_MS: awake.h says why no real server is less patient.
        cls.servers["impatient"].patience = 0.4
        cls.servers["impatient"].idle_timeout = 0.4
        cls.servers["slow"].fault(None, faults.delay(0.4))
        cls.servers["hanging"].fault(None, faults.hang())
        cls.servers["blackhole"].fill()
        cls.closing = Closing(0.8)
        cls.addClassCleanup(cls.closing.close)

    def attempt(self, server, **options):
        """A process that warms up there."""
        box = self.servers.get(server, self.box)
        if server == "closing":
            options["endpoint_url"] = self.closing.url
        return self.peer(box=box, user=self.new_user(box), how="unsigned",
                         **{"seconds": TIMEOUT, **options})

    @staticmethod
    def outcome(peer):
        """-> (status or "ready", text)"""
        word, text = peer.read()
        if word == "result":
            status, _, text = text.partition(" ")
            return int(status), text
        return word, text

    def disturbed(self, peer, way, kind, delay=0.0):
        """-> the outcome, and when the process was held up, where the way says so"""
        held = kind(peer.process.pid)
        try:
            time.sleep(delay)
            since = way(held, TIMEOUT + 0.3)
            return self.outcome(peer), since
        finally:
            held.done()

    def together(self, function, cases):
        """{case: function(*case)}, all of them at once"""
        with concurrent.futures.ThreadPoolExecutor(len(cases)) as pool:
            return dict(zip(cases, pool.map(lambda case: function(*case), cases)))


class HeldUp(AwakeTest):
    def never_an_outage(self, kind):
        silent = ("blackhole", "mute", "half", "hanging", "closing")
        cases = [(server, way, 0.0) for server in silent for way in (once, in_slices)]
        # closing has said by then what counts: it closes
        cases += [(server, at_last, 0.0) for server in silent if server != "closing"]
        cases += [("slow", once, 0.2)]
        # whatever it does just then; it may have come as far as it must
        cases += [("slow", in_slices, 0.0)]
        cases += [(server, in_fine_slices, ms / 1000) for server in ("healthy", "slow")
                  for ms in (0, 5, 10)]
        cases += [("healthy", once, ms / 1000) for ms in range(0, 40, 4)]
        cases += [("impatient", in_slices, ms / 1000) for ms in range(0, 40, 4)]

        def run(server, way, delay):
            for _ in range(5):
                began = time.monotonic()
                outcome, since = self.disturbed(self.attempt(server), way, kind, delay)
                if not since or since < began + TIMEOUT * 0.9:
                    return outcome
            raise AssertionError("this machine is too busy to hold a process up in time")
        for (server, way, delay), (status, text) in self.together(run, cases).items():
            with self.subTest(server, way=way.__name__, delay=delay):
                free = server in ("healthy", "impatient") or \
                    (server == "slow" and way in (in_slices, in_fine_slices))
                self.assertIn(status, (4, "ready") if free else (4,), text)
                if status == 4:     # or it had not even begun
                    self.assertRegex(text, "; but (this program was stopped or starved meanwhile|"
                                           "too little of the time was left)")

    def test_stopped(self):
        self.never_an_outage(Stopped)

    @unittest.skipIf(control_group.why_not(), control_group.why_not())
    def test_frozen(self):
        self.never_an_outage(Frozen)

    @unittest.skipIf(control_group.why_not("cpu"), control_group.why_not("cpu"))
    def test_starved(self):
        """A thousandth of a processor, and up to so much that the time nearly does."""
        def run(server, part, from_the_start):
            group = control_group.Group("pam-aws-mfa-test", "cpu")
            try:
                group.quota(part)
                peer = self.attempt(server, start={"first": lambda: group.add(os.getpid())}
                                    if from_the_start else {})
                add(group, peer.process.pid)
                time.sleep(TIMEOUT + 0.3)
                group.quota(None)
                outcome = self.outcome(peer)
                peer.process.kill()
                peer.process.wait()
                return outcome
            finally:
                group.remove()
        cases = [(server, part, start) for server in ("healthy", "impatient", "slow")
                 for part in (0.001, 0.002, 0.004, 0.008) for start in (False, True)]
        for case, (status, text) in self.together(run, cases).items():
            with self.subTest(case):
                self.assertIn(status, (4, "ready"), text)

    def test_between_the_warm_up_and_the_code(self):
        """The connection is gone, and the new one is not made in time; or is half made."""
        def run(then, way):
            box = Sandbox(self.tls).start()
            user = self.new_user(box)
            try:
                peer = self.ready(box=box, user=user, how="unsigned", seconds=TIMEOUT)
                box.become(**then)
                for thread in box.cut_connections():
                    thread.join(5)
                time.sleep(0.1)
                peer.send("code", user.code())
                if way:
                    time.sleep(0.1)
                    way(Stopped(peer.process.pid), TIMEOUT + 0.3)
                return self.outcome(peer)
            finally:
                box.stop()
        cases = [(tuple(then.items()), way) for then in ({"mute": True}, {"mute": "half"})
                 for way in (None, once, in_slices)]
        def tried(then, way):
            for _ in range(5):
                status, text = run(dict(then), way)
                if way or STARVED not in text:      # else this machine was busy
                    break
            return status, text
        for (then, way), (status, text) in self.together(tried, cases).items():
            with self.subTest(then, way=way):
                self.assertEqual(status, 4 if way else 14, text)

    def test_one_of_the_two_is_stopped(self):
        """The talker judges whether AWS was silent. It can do so while the signer is stopped."""
        def run(part, action):
            box = Sandbox(self.tls).start()
            box.fault(action, faults.hang())
            user = self.new_user(box)
            try:
                peer = self.peer(box=box, user=user, seconds=TIMEOUT)
                if action == "GetSessionToken":
                    self.assertEqual(peer.read()[0], "ready")
                    peer.deadline(TIMEOUT)
                    peer.send("code", user.code())
                box.wait_for(action, 1)
                part = ("signer", "talker").index(part)
                once(Stopped(peer.process.pid, slice(part, part + 1)), TIMEOUT + 0.3)
                return self.outcome(peer)
            finally:
                box.stop()

        def tried(part, action):
            for _ in range(5):
                status, text = run(part, action)
                if part == "talker" or STARVED not in text:     # else this machine was busy
                    break
            return status, text
        expected = {("signer", "GetCallerIdentity"): 14, ("talker", "GetCallerIdentity"): 4,
                    ("signer", "GetSessionToken"): 15, ("talker", "GetSessionToken"): 15}
        for case, (status, text) in self.together(tried, list(expected)).items():
            with self.subTest(case):
                self.assertEqual(status, expected[case], text)


class Honest(AwakeTest):
    """Nobody disturbs aws-mfa-sts: these are true outages."""

    def test_silent_and_closing(self):
        def run(server):
            return self.refused(14, again=lambda: self.attempt(server))
        texts = self.together(run, [(server,) for server in
                                    ("blackhole", "mute", "half", "hanging", "closing")])
        for (server,), text in texts.items():
            self.assertIn("" if server == "closing" else "in time", text)

    def test_late(self):
        """Most of the time was lost before the start. A definite failure needs no time."""
        def run(server, url, status):
            options = {"endpoint_url": url} if url else {}
            if status == 14:
                options["seconds"] = 8      # less than half, but this server may be late, too
            return self.refused(status, again=lambda: self.attempt(server, timeout=20, **options))
        texts = self.together(run, [("mute", None, 4), ("blackhole", None, 4),
                                    ("hanging", None, 4), ("closing", None, 14),
                                    ("healthy", "https://127.0.0.1:1", 14)])
        for (_, _, status), text in texts.items():
            if status == 4:
                self.assertIn("too little of the time was left", text)

    def test_over_before_the_code(self):
        peer = self.ready()
        self.result(peer.code(self.user.code(), -0.01), 4, "the time was over")


@unittest.skipIf(own_network.why_not(), own_network.why_not())
class Resolving(AwakeTest):
    """Another thread waits for the name server."""

    def lookup(self, disturb=None, answers=("silence",)):
        result = []

        def body():
            with own_network.Names(*answers):
                peer = self.attempt("healthy", endpoint_url="https://sts.test:1")
                result.append(disturb(peer) if disturb else self.outcome(peer))
        own_network.within(body)
        return result[0]

    def test_a_silent_name_server(self):
        for _ in range(4):
            status, text = self.lookup()
            if status == 14:
                break
        self.assertEqual(status, 14, text)
        self.assertIn("resolved in time", text)

    def test_stopped(self):
        for way in (once, in_slices, at_last):
            with self.subTest(way.__name__):
                status, text = self.lookup(lambda peer: self.disturbed(peer, way, Stopped)[0])
                self.assertEqual(status, 4, text)

    def test_in_slices_while_the_name_server_answers(self):
        for way in (in_slices, in_fine_slices):
            outcomes = []

            def body():
                with own_network.Names(["127.0.0.1"]), Sandbox(self.tls) as box:
                    peer = self.peer(box=box, user=self.new_user(box), how="unsigned",
                                     seconds=TIMEOUT, endpoint_url=f"https://sts.test:{box.port}")
                    outcomes.append(self.disturbed(peer, way, Stopped)[0])
            own_network.within(body)
            with self.subTest(way.__name__):
                self.assertIn(outcomes[0][0], (4, "ready"), outcomes[0][1])

    @unittest.skipIf(control_group.why_not(), control_group.why_not())
    def test_the_thread_alone_is_frozen(self):
        """In a separate group, while the test looks on."""
        def freeze_it(peer):
            pid = peer.talker()
            group = control_group.Group("pam-aws-mfa-test")
            try:
                group.add(pid)
                end = time.monotonic() + 5
                while len(threads := os.listdir(f"/proc/{pid}/task")) < 2:
                    self.assertLess(time.monotonic(), end, "no thread")
                group.freeze_thread(next(tid for tid in threads if int(tid) != pid))
                outcome = self.outcome(peer)
                group.thaw_threads()
                peer.ended()
                return outcome
            finally:
                group.remove()
        status, text = self.lookup(freeze_it)
        self.assertEqual(status, 4, text)
        self.assertIn("stopped or starved", text)


if __name__ == "__main__":
    unittest.main()
