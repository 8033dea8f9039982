"""Fifty at once on two cores: how long until all are done."""

import os
import time

from bench.measure import Figure, Process, in_turn
from bench.scene import AWS_MFA_REFRESH, CODE, LONG_TERM, curl
from bench.stacks import ENV, Logins, pamtester
from bench.table import AtMost, Group

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
    bench.need("/usr/bin/curl", "curl")
    before = os.sched_getaffinity(0)
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


# Within 20 % of the throughput: as many in a time that is 1 / 0.8 as long.
CROWDS = Group("crowd", {
    "refreshes": (f"{CROWD} refreshes at once, 2 cores, wall", AtMost(1.25)),
    "logins": (f"{CROWD} logins at once, 2 cores, wall", AtMost(1.25))}, crowd)
