"""The tool by itself: a session that is still valid, big files, sizes."""

import shutil
import subprocess

from bench.measure import Figure, figure, in_turn, run
from bench.namespaces import Skipped
from bench.scene import (AWS, AWS_MFA_EXPORT, AWS_MFA_LIST, AWS_MFA_REFRESH, AWS_MFA_STATUS,
                         AWS_MFA_VALID, CODE, CURL, LONG_TERM, PROGRAMS, PYTHON, SESSION, TRUE,
                         aws, others)
from bench.table import AtLeast, AtMost, Group, Near, Under
from paths import AWS_MFA, STAGE

BASH = "/bin/bash"
BASH_COMPLETION = STAGE / "share/bash-completion/completions/aws-mfa"


def valid(bench):
    home = bench.scene.home()
    home.write(LONG_TERM + SESSION)
    costs = in_turn(bench.rounds(100), ours=lambda: run(AWS_MFA_VALID, home.env),
                    export=lambda: run(AWS_MFA_EXPORT, home.env),
                    status=lambda: run(AWS_MFA_STATUS, home.env), true=lambda: run([TRUE], home.env))
    for what in ("wall", "cpu"):
        yield f"{what} true", dict(ours=figure(costs["ours"], what),
                                   peer=figure(costs["true"], what), peer_name="/bin/true")
    for command in ("export", "status"):
        yield command, dict(ours=figure(costs[command]), peer=figure(costs["ours"]),
                            peer_name="session valid")
    bench.need(AWS, "awscli")
    slow = aws(bench.scene.url, bench.scene.ca)
    costs = in_turn(bench.rounds(5), ours=lambda: run(AWS_MFA_VALID, home.env),
                    aws=lambda: run(slow, home.env))
    for what in ("wall", "cpu"):
        yield f"{what} aws", dict(ours=figure(costs["ours"], what), peer=figure(costs["aws"], what),
                                  peer_name="aws sts get-session-token")


VALID = Group("valid", {
    "wall true": ("session valid, wall", AtMost(1.35)),
    "cpu true": ("session valid, CPU", AtMost(1.35)),
    "wall aws": ("session valid, wall", AtLeast(200, "faster")),
    "cpu aws": ("session valid, CPU", AtLeast(200, "faster")),
    "export": ("export of a valid session, CPU", AtMost(1.3)),
    "status": ("status of a valid session, CPU", AtMost(1.3))}, valid)

SIZES = (1, 100, 1000, 10000)
LISTED = (1, 1000, 10000)
READ_INI = "import configparser, sys; configparser.RawConfigParser().read(sys.argv[1])"


def big_files(bench):
    homes = {size: bench.scene.home() for size in SIZES}
    text = {size: LONG_TERM + others(size - 1) for size in SIZES}

    def refresh(size):
        homes[size].write(text[size])
        return run(AWS_MFA_REFRESH, homes[size].env, CODE + "\n")

    def still_valid(size):
        return run(AWS_MFA_VALID, homes[size].env)

    for size in SIZES:
        homes[size].write(text[size] + SESSION)
    # The biggest first: what came right after it would find the caches cold.
    found = in_turn(bench.rounds(20), **{str(s): lambda s=s: still_valid(s) for s in SIZES[::-1]})
    listed = in_turn(bench.rounds(20), **{str(s): lambda s=s: run(AWS_MFA_LIST, homes[s].env)
                                          for s in LISTED[::-1]})
    python = in_turn(bench.rounds(3), read=lambda: run(
        [PYTHON, "-I", "-c", READ_INI, homes[10000].credentials], homes[10000].env))["read"]
    renewed = in_turn(bench.rounds(10), one=lambda: refresh(1), many=lambda: refresh(10000),
                      read=lambda: still_valid(10000))

    def on_the_line(costs, size):
        # the line through 1 and 10,000, round by round: what grows faster lies under it
        line = [one + (size - 1) * (most - one) / 9999
                for one, most in zip(costs[1].values, costs[10000].values)]
        return dict(ours=costs[size], peer=Figure(line), peer_name="line through 1 and 10,000")

    costs = {size: figure(found[str(size)]) for size in SIZES}
    for size in (100, 1000):
        yield f"linear {size}", on_the_line(costs, size)
    yield "valid", dict(ours=figure(found["10000"]), peer=figure(python),
                        peer_name="Python's configparser")
    costs = {size: figure(listed[str(size)]) for size in LISTED}
    yield "list linear", on_the_line(costs, 1000)
    yield "list", dict(ours=costs[10000], peer=figure(python), peer_name="Python's configparser")
    yield "refresh", dict(ours=figure(renewed["many"], over=renewed["one"]),
                          peer=figure(renewed["read"]), peer_name="finding it valid",
                          remark="the file is read twice and written once")


BIG_FILES = Group("profiles", {
    "linear 100": ("100 profiles, session valid, CPU", Near(1.25)),
    "linear 1000": ("1,000 profiles, session valid, CPU", Near(1.25)),
    "valid": ("10,000 profiles, session valid, CPU", Under(30)),
    "list linear": ("1,000 profiles, list, CPU", Near(1.25)),
    "list": ("10,000 profiles, list, CPU", Under(40)),
    "refresh": ("10,000 profiles, refresh, CPU over one with 1", AtMost(3))}, big_files)


COMPLETE = """. "$0"
COMP_LINE="aws-mfa clear $1" COMP_POINT=99
_aws_mfa aws-mfa "$1" clear
((${#COMPREPLY[@]} == 11))"""


def completion(bench):
    """A whole bash, which calls the installed function."""
    home = bench.scene.home()
    home.write(LONG_TERM + others(10000))
    env = {**home.env, "PATH": f"{AWS_MFA.parent}:/usr/bin:/bin"}
    ours = [BASH, "--norc", "-c", COMPLETE, BASH_COMPLETION, "user-123"]
    costs = in_turn(bench.rounds(20), ours=lambda: run(ours, env),
                    bash=lambda: run([BASH, "--norc", "-c", ":"], env))
    yield "wall", dict(ours=figure(costs["ours"], "wall"), peer=figure(costs["bash"], "wall"),
                       peer_name="bash that does nothing")


COMPLETION = Group("completion", {
    "wall": ("10,000 profiles, a name completed in bash, wall", Under(60))}, completion)


def installed_size(bench):
    if not shutil.which("strip"):
        raise Skipped("strip is not installed")
    total = 0
    for program in PROGRAMS:
        copy = bench.scene.directory / "stripped"
        subprocess.run(["strip", "-o", copy, program], check=True)
        total += copy.stat().st_size
    curl = bench.scene.directory / "stripped"
    subprocess.run(["strip", "-o", curl, bench.need(CURL, "curl")], check=True)
    yield "size", dict(ours=Figure([total / 1000], "KB"),
                       peer=Figure([curl.stat().st_size / 1000], "KB"), peer_name="curl, stripped")


INSTALLED_SIZE = Group("size", {"size": ("installed size, three programs", Under(250, "KB"))},
                       installed_size)
