#!/usr/bin/python3
"""`make check-suites`: what README.md says, on Debian machines made from nothing.

    suites.py [NAME...]         of PLANS, or of another release; without one: all of PLANS

For each plan, debootstrap makes a small system in BUILD/suites. Each of its users (root, a user with
sudo) gets a copy of the system and a clone of what is committed here, and runs the steps. A line is
printed for each step, and what the steps said is in BUILD/suites/*.log. Packages are kept in
BUILD/suites/packages. The status is 1 when a step failed, or when the tests that are skipped are not
the same in bookworm and trixie. Needs root.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.dont_write_bytecode = True
from paths import BUILD, REPO   # noqa: E402

PLACE = BUILD / "suites"
PACKAGES = PLACE / "packages"
STEPS = {"demo": "make deps demo", "check": "make deps check", "lint": "make lint"}
NO_WARNING = "WERROR=1 LDFLAGS=-Wl,--fatal-warnings"

# The oldest base (include/base.in). Its ssh server and its tools for lint are too old. So only
# tests run that need neither.
OLD_TESTS = "_test tests/pam tests/tool/sts test_base tests/tool/test_"
OLD_PACKAGES = """libcmocka-dev curl libpam-wrapper libnss-wrapper pamtester awscli python3 strace acl
    procps python3-botocore python3-boto3 openssl mandoc util-linux e2fsprogs sudo
    tinyproxy-bin"""
OLD_STEPS = {"deps": f"apt-get update -qq && make deps TEST_PACKAGES='{' '.join(OLD_PACKAGES.split())}'",
             "check": f"make {NO_WARNING} check ONLY='{OLD_TESTS}'"}

# A compiler for another machine builds the programs, and qemu runs them.
ARM_LIBRARIES = "libpam0g libcurl4-openssl libssl libiniparser libexpat1 libcmocka"
ARM_STEPS = {
    "deps": "dpkg --add-architecture arm64 && apt-get update -qq && DEBIAN_FRONTEND=noninteractive "
            "apt-get install -qq -y --no-install-recommends crossbuild-essential-arm64 python3 "
            "qemu-user-static " + " ".join(f"{name}-dev:arm64" for name in ARM_LIBRARIES.split()),
    "check": f"make {NO_WARNING} check ONLY=_test CC=aarch64-linux-gnu-gcc "
             "AR=aarch64-linux-gnu-ar RUNNER=qemu-aarch64-static"}

# name: (suite, who, steps)
PLANS = {"bookworm": ("bookworm", ("root", "user"), STEPS),
         "trixie": ("trixie", ("root", "user"), STEPS),
         "bullseye": ("bullseye", ("root",), OLD_STEPS),
         "arm64": ("bookworm", ("root",), ARM_STEPS)}
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "TERM": "dumb"}

# The mounts do not show outside, and they end with the command. pivot_root changes the root,
# because a chroot allows no user namespaces.
ENTER = """
mount --bind "$1" "$1" && cd "$1" && mount -t proc proc proc && mount --rbind /sys sys &&
mount --rbind /dev dev && mount -t tmpfs tmpfs run && mount --bind "$2" var/cache/apt/archives &&
pivot_root . mnt && umount -l mnt && cd / && shift 2 && exec "$@"
"""


def run(*argv, **options):
    return subprocess.run([str(a) for a in argv], check=True, **options)


def output(*argv):
    return run(*argv, stdout=subprocess.PIPE, text=True).stdout


def mirror():
    """-> the mirror that apt uses on this machine"""
    uris = output("apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages").split()
    return next(uri for uri in uris if "security" not in uri)


def settings():
    """-> the settings with which apt reaches its mirror on this machine"""
    lines = output("apt-config", "dump").splitlines()
    return "\n".join(line for line in lines if re.match("Acquire::(Check-|https?::|Retries)", line))


class Machine:
    def __init__(self, plan, who, base):
        self.name, self.root = f"{plan}-{who}", PLACE / f"{plan}-{who}"
        self.home = "/root" if who == "root" else f"/home/{who}"
        self.who = who
        remove(self.root)
        run("cp", "-a", base, self.root)
        if who != "root":
            self.within("apt-get", "install", "-qq", "-y", "--no-install-recommends", "sudo")
            self.within("useradd", "-m", "-s", "/bin/sh", who)
            (self.root / f"etc/sudoers.d/{who}").write_text(f"{who} ALL=(ALL:ALL) NOPASSWD: ALL\n")
        run("git", "-c", "safe.directory=*", "clone", "-q", "--no-hardlinks", REPO,
            self.root / self.home[1:] / "clone")
        self.within("chown", "-R", f"{who}:", f"{self.home}/clone")

    def within(self, *argv, log=subprocess.DEVNULL, check=True):
        argv = ["unshare", "-m", "--propagation", "private", "sh", "-c", ENTER, "sh", self.root,
                PACKAGES, *argv]
        return subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                              env=ENVIRONMENT, check=check).returncode

    def step(self, name, command):
        """-> (whether it succeeded, what it said)"""
        log = PLACE / f"{self.name}-{name}.log"
        began = time.monotonic()
        with open(log, "w") as file:
            status = self.within("su", "-", self.who, "-c", f"cd clone && {command}", log=file,
                                 check=False)
        said = log.read_text(errors="replace")
        counts = re.search(r"(?m)^\d+ passed.*", said)
        print(f"{'FAIL' if status else 'ok':4}  {self.name:15}  {name:5}  "
              f"{time.monotonic() - began:4.0f} s  {counts[0] if counts else ''}", flush=True)
        if status:
            faults = re.findall(r"(?m)^(?:FAIL|E: |make: \*\*\*|.*\berror:).*", said)
            print(*(f"      {line}" for line in [f"see {log}", *faults]), sep="\n", flush=True)
        return status == 0, said


def remove(root):
    """Removes a system. Its mounts were in namespaces that have ended."""
    if any(f" {root}" in line for line in Path("/proc/self/mounts").read_text().splitlines()):
        raise RuntimeError(f"something is mounted below {root}")
    if root.exists():
        shutil.rmtree(root)


def base(suite):
    root = PLACE / suite
    remove(root)
    with open(PLACE / f"{suite}.log", "w") as log:
        run("debootstrap", f"--cache-dir={PACKAGES}", "--variant=minbase",
            "--include=git,make,ca-certificates", suite, root, mirror(), stdout=log,
            stderr=subprocess.STDOUT)
    (root / "etc/apt/apt.conf.d/01mirror").write_text(settings() + "\n")
    (root / "etc/hosts").write_text(f"127.0.0.1 localhost {os.uname().nodename}\n::1 localhost\n")
    return root


def compared(skips):
    """skips: {who: {suite: {name: the whole line}}} -> whether they are the same everywhere"""
    same = True
    for who, suites in skips.items():
        for suite, skipped in suites.items():
            for name in sorted(set().union(*suites.values()) - skipped.keys()):
                same = False
                reasons = {lines[name] for lines in suites.values() if name in lines}
                print(f"FAIL  {suite}-{who} does not skip what another suite does:", *sorted(reasons),
                      sep="\n      ")
    return same


def main():
    if not shutil.which("debootstrap"):
        sys.exit("no debootstrap here; `make deps-vm` installs it")
    PACKAGES.mkdir(parents=True, exist_ok=True)
    good, skips = True, {"root": {}, "user": {}}
    for plan in sys.argv[1:] or PLANS:
        suite, people, steps = PLANS.get(plan, (plan, ("root", "user"), STEPS))
        root = base(suite)
        for who in people:
            machine = Machine(plan, who, root)
            for name, command in steps.items():
                succeeded, said = machine.step(name, command)
                good = good and succeeded
                if command == "make deps check":
                    skips[who][plan] = {line.partition(": ")[0]: line
                                        for line in re.findall("(?m)^skip .*", said)}
            remove(machine.root)
        remove(root)
    return 0 if compared(skips) and good else 1


if __name__ == "__main__":
    sys.exit(main())
