"""Refreshes: what they cost, and how long a person waits at a true round-trip time."""

import os
import re
import socket
import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from bench.measure import Failed, Figure, Process, figure, in_turn, last_peak_kib, peak_kib, run
from bench.namespaces import Skipped
from bench.rtt import Link
from bench.scene import AWS_MFA_REFRESH, CODE, CURL, LONG_TERM, START_STS, TRUE, Server, curl
from bench.table import AtMost, AtMostMore, Group, Under
from bench.terminal import Prompt


def refresh(home):
    home.write(LONG_TERM)
    return run(AWS_MFA_REFRESH, home.env, CODE + "\n")


def loopback(bench):
    bench.need(CURL, "curl")
    home = bench.scene.home()
    peer = curl(bench.scene.url, bench.scene.ca)
    costs = in_turn(bench.rounds(40), ours=lambda: refresh(home), curl=lambda: run(peer, home.env))
    yield "cpu", dict(ours=figure(costs["ours"]), peer=figure(costs["curl"]), peer_name="curl")
    trust = bench.scene.system_trust()
    if not trust:
        raise Skipped("/etc/ssl/certs holds no bundle and hash links")
    bundle, folder = trust
    system = bench.scene.home(ca=folder)
    peer = curl(bench.scene.url, bundle)
    costs = in_turn(bench.rounds(20), ours=lambda: refresh(system),
                    curl=lambda: run(peer, system.env))
    yield "trust", dict(ours=figure(costs["ours"]), peer=figure(costs["curl"]),
                        peer_name="curl, bundle")
    # Alone: what comes right after so big a curl finds the caches cold.
    costs = in_turn(bench.rounds(40), ours=lambda: refresh(system), one=lambda: refresh(home))
    yield "one", dict(ours=figure(costs["ours"]), peer=figure(costs["one"]),
                      peer_name="the same with one CA of its own")


LOOPBACK = Group("refresh", {
    "cpu": ("whole refresh, loopback TLS, CPU", AtMost(1.15)),
    "trust": ("refresh with the system's CAs, CPU", AtMost(0.5)),
    "one": ("refresh with the system's CAs, CPU", AtMost(1.1))}, loopback)


def _pss_kib(pid):
    """Its own memory, and its share of what others have, too."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Pss: +([0-9]+) kB$", text, re.MULTILINE)[1])


def _start(what, look=lambda pid: None):
    """-> ms until aws-mfa-sts, started this way, could send its first byte to a network, and what
    look(pid) saw then"""
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            began = time.monotonic()
            pid = os.posix_spawn(START_STS, [START_STS, what], {},
                                 file_actions=[(os.POSIX_SPAWN_DUP2, theirs.fileno(), 0)])
        said = ours.recv(1)
        took = 1000 * (time.monotonic() - began)
        seen = look(pid) if said else None
    if os.waitpid(pid, 0)[1] != 0 or not said:
        raise Failed(f"{START_STS} {what} does not start")
    return took, seen


def split(bench):
    """What it costs that aws-mfa-sts is two processes."""
    took = in_turn(bench.rounds(60), **{what: lambda what=what: _start(what)[0]
                                        for what in ("two", "one", "fork")})
    wall = {what: Figure(values) for what, values in took.items()}
    yield "wall", dict(ours=wall["two"], peer=wall["one"], peer_name="one process",
                       remark="of this, fork() of the one process takes "
                              f"{wall['fork'].median - wall['one'].median:.2f} ms")
    if os.geteuid() != 0:
        raise Skipped("only root may look at the memory of these processes")

    def mib(pid):
        return _pss_kib(pid) / 1024
    memory = in_turn(bench.rounds(5), one=lambda: _start("one", mib)[1],
                     two=lambda: _start("two", lambda pid: mib(pid) + mib(_child_of(pid)))[1])
    yield "memory", dict(ours=Figure(memory["two"], "MiB"), peer=Figure(memory["one"], "MiB"),
                         peer_name="one process")


SPLIT = Group("split", {
    "wall": ("signer and talker, wall to their first byte", AtMostMore(0.5)),
    "memory": ("signer and talker, memory then", AtMostMore(1, "MiB"))}, split)


def _child_of(pid):
    return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])


def memory(bench):
    bench.need(CURL, "curl")
    with Server(bench.scene, delay_ms=50) as server:    # long enough to look at who waits for it
        home = bench.scene.home(server.url)
        peer = curl(server.url, bench.scene.ca)

        def ours():
            prompt = Prompt(home)
            time.sleep(0.2)     # the person types, the connection warms up
            tool, sts = peak_kib(prompt.process.pid), _child_of(prompt.process.pid)
            # From Enter on: what it takes to get the session is part of the peak. The second process
            # shares with the first almost all that is not its own 0.2 MiB.
            prompt.type_code()
            network = last_peak_kib(sts, _child_of(sts))
            prompt.end()
            return tool, network

        def theirs():
            process = Process(peer, home.env).begin()
            peak = last_peak_kib(process.pid)
            process.wait()
            return peak
        peaks = in_turn(bench.rounds(5), ours=ours, curl=theirs)

    def mib(values):
        return Figure([v / 1024 for v in values], "MiB")
    theirs = dict(peer=mib(peaks["curl"]), peer_name="curl")
    yield "tool", dict(ours=mib(tool for tool, _ in peaks["ours"]), **theirs)
    yield "network", dict(ours=mib(network for _, network in peaks["ours"]), **theirs)


MEMORY = Group("memory", {
    "tool": ("peak memory, tool while the prompt waits", Under(3, "MiB")),
    "network": ("peak memory, network process", AtMost(1))}, memory)

RTTS = (20, 100, 300)


def _enter_goal(rtt_ms):
    return Under(round(1.1 * rtt_ms + 5))


def _warm(rtt_ms):
    """As long as a person takes at least: three round trips are needed until all is ready."""
    time.sleep(0.3 + 5 * rtt_ms / 1000)


def at_a_distance(bench):
    bench.need(CURL, "curl")
    for rtt_ms in RTTS:
        with Link(bench.scene, rtt_ms) as link:
            home = bench.scene.home(link.url)
            peer = curl(link.url, bench.scene.ca)

            def ours():
                prompt = Prompt(home)
                _warm(rtt_ms)
                return prompt.prompt_ms, prompt.enter()
            found = link.start(lambda: in_turn(
                bench.rounds(6), ours=ours, curl=lambda: run(peer, home.env),
                true=lambda: run([TRUE], home.env))).result()
        if rtt_ms == 300:
            yield "prompt", dict(ours=Figure([prompt for prompt, _ in found["ours"]]),
                                 peer=figure(found["true"], "wall"), peer_name="/bin/true")
        yield f"enter {rtt_ms}", dict(
            ours=Figure([enter for _, enter in found["ours"]]),
            peer=figure(found["curl"], "wall"), peer_name="curl",
            remark=f"one TCP handshake took {link.measured_ms:.1f} ms")


AT_A_DISTANCE = Group("rtt", {
    "prompt": ("start to prompt, RTT 300 ms", Under(10)),
    **{f"enter {rtt_ms}": (f"Enter to file written, RTT {rtt_ms} ms", _enter_goal(rtt_ms))
       for rtt_ms in RTTS}}, at_a_distance)


def slow_typist(bench):
    """All run at once: nobody wants to wait 60 s for each.

    Each Enter comes 60 s after the start of its run, and well apart from the server's closings. A
    code that crosses a closing would be lost (15), with every client.
    """
    bench.need(CURL, "curl")
    typing, idle = (5.2, 3) if bench.quick else (60, 20)
    count = 1 if bench.quick else 4

    def type_slowly(link, homes, offset):
        start, prompts, took = time.monotonic() + offset, [], {"ours": [], "curl": []}
        for n, home in enumerate(homes):
            # time enough for an Enter and a curl before the next
            time.sleep(max(0, start + 1.5 * n - time.monotonic()))
            prompts.append(Prompt(home))
        for prompt in prompts:
            time.sleep(max(0, prompt.process.start + typing - time.monotonic()))
            took["ours"].append(prompt.enter())
            took["curl"].append(run(curl(link.url, bench.scene.ca), {}))
        return took
    with ExitStack() as stack:
        links = [stack.enter_context(Link(bench.scene, rtt_ms, idle)) for rtt_ms in RTTS]
        children = []
        for n, link in enumerate(links):
            homes = [bench.scene.home(link.url) for _ in range(count)]
            children.append(link.start(partial(type_slowly, link, homes, n / 3)))
            stack.callback(children[-1].stop)
        for link, child in zip(links, children):
            took = child.result()
            yield f"enter {link.rtt_ms}", dict(
                ours=Figure(took["ours"]), peer=figure(took["curl"], "wall"), peer_name="curl",
                remark=f"typed for {typing} s, closed after {idle} s" if bench.quick else "")


SLOW_TYPIST = Group("slow", {
    f"enter {rtt_ms}": (f"the same, 60 s of typing, closed after 20 s, RTT {rtt_ms} ms",
                        _enter_goal(rtt_ms)) for rtt_ms in RTTS}, slow_typist)
