"""Fifty at once on two cores: how long until all are done."""

import os
import time

from bench.measure import Figure, Process, in_turn
from bench.namespaces import Skipped
from bench.scene import AWS_MFA_REFRESH, CODE, CURL, LONG_TERM, curl
from bench.stacks import ENV, Logins, pamtester
from bench.table import AtLeast, Group

CROWD = 50


def all_at_once(commands):
    """-> ms until the last of (argv, env, input) has ended"""
    processes = [Process(*command) for command in commands]
    start = time.monotonic()
    for process in processes:
        process.begin()
    for process in processes:
        process.wait()
    return 1000 * (time.monotonic() - start)


def crowd(bench):
    bench.need(CURL, "curl")
    before = os.sched_getaffinity(0)
    if len(before) < 2:
        raise Skipped("there is only one core")
    os.sched_setaffinity(0, sorted(before)[:2])
    try:
        yield from _crowd(bench, [bench.scene.home() for _ in range(CROWD)])
    finally:
        os.sched_setaffinity(0, before)


def _crowd(bench, homes):
    peer = (curl(bench.scene.url, bench.scene.ca), ENV)

    def afresh(commands):
        for home in homes:
            home.write(LONG_TERM)
        return all_at_once(commands)
    refreshes = [(AWS_MFA_REFRESH, home.env, CODE + "\n") for home in homes]
    took = in_turn(bench.rounds(9), ours=lambda: afresh(refreshes),
                   curl=lambda: afresh([peer] * CROWD))
    yield "refreshes", dict(ours=Figure(took["ours"]), peer=Figure(took["curl"]),
                            peer_name=f"{CROWD} x curl")

    logins = [(pamtester("ours", f"user{n}"), ENV, CODE + "\n") for n in range(CROWD)]
    permit = [(pamtester("permit", f"user{n}"), ENV) for n in range(CROWD)]
    took = Logins(bench.scene, homes).inside(lambda: in_turn(
        bench.rounds(9), ours=lambda: afresh(logins),
        both=lambda: afresh([command for pair in zip(permit, [peer] * CROWD) for command in pair])))
    yield "logins", dict(ours=Figure(took["ours"]), peer=Figure(took["both"]),
                         peer_name=f"{CROWD} x (pam_permit + curl)")


# Both goals are about throughput: "within 20 %" is at least 0.8 of the peer's.
CROWDS = Group("crowd", {
    "refreshes": (f"{CROWD} refreshes at once, 2 cores, wall", AtLeast(0.8, "throughput")),
    "logins": (f"{CROWD} logins at once, 2 cores, wall", AtLeast(0.8, "throughput"))}, crowd)
