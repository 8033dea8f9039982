"""The image of a bastion: a small Debian that boots, made by mmdebstrap and kept in BUILD/bastion.

A tree is keyed on its suite and its packages. To make it anew, remove it.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

from live import mounts
from live.world import HASH
from paths import BUILD
from suites.suites import mirror, settings

PLACE = BUILD / "bastion"
PACKAGES = ("systemd systemd-sysv dbus libpam-systemd openssh-server sudo login passwd procps curl "
            "libexpat1").split()
# What a machine has and a container has not.
KERNEL = ("linux-image-cloud-amd64 initramfs-tools zstd apparmor udev iproute2 "
          "ca-certificates").split()
# dpkg need not wait for the disk. No path-exclude: mmdebstrap has a slow filter for it.
DPKG = ("force-unsafe-io",)
# Without this, Debian 12 installs all of Perl to merge /usr.
MERGED = Path("/usr/share/mmdebstrap/hooks/maybe-merged-usr")
MNT_DETACH = 2

CONTROL_PORT = 2222     # of an sshd without PAM, the way back in
CONTROL = f"""
Port {CONTROL_PORT}
UsePAM no
AuthenticationMethods publickey
PermitRootLogin yes
MaxSessions 100
PidFile /run/control.pid
SetEnv DEBIAN_FRONTEND=noninteractive
"""
CONTROL_UNIT = """
[Unit]
After=network.target
[Service]
Type=notify
ExecStart=/usr/sbin/sshd -D -f /etc/ssh/control.conf
RuntimeDirectory=sshd
RuntimeDirectoryPreserve=yes
KillMode=process
[Install]
WantedBy=multi-user.target
"""
# A login prompt on the console says that all doors are open.
GETTY = """
[Unit]
After=control.service ssh.service
"""


class Missing(Exception):
    """What this machine lacks, for a skip."""


def host_suite():
    """-> the Debian release that this machine runs"""
    system = dict(re.findall(r'(?m)^(\w+)="?(.*?)"?$', Path("/etc/os-release").read_text()))
    if system["ID"] != "debian" or "VERSION_CODENAME" not in system:
        raise Missing("this is no release of Debian")
    return system["VERSION_CODENAME"]


def reachable(suite):
    """Whether apt finds the release at its mirror, as mmdebstrap will; else Missing is raised."""
    try:
        url = f"{mirror()}dists/{suite}/InRelease"
    except StopIteration:
        raise Missing("apt knows no mirror; `apt-get update` tells it") from None
    release = PLACE / "InRelease"
    run = subprocess.run(["/usr/lib/apt/apt-helper", "download-file", url, release],
                         capture_output=True, text=True)
    if run.returncode != 0:
        raise Missing(f"no mirror is reachable: {url}")
    release.unlink()


def tree(suite, kernel):
    """-> the folder that holds the image. Slow when it is made, which needs the network."""
    packages = PACKAGES + (KERNEL if kernel else [])
    key = hashlib.sha256(repr((suite, packages, DPKG)).encode()).hexdigest()[:12]
    PLACE.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = PLACE / f"{suite}-{key}"
    with open(PLACE / f"{suite}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            reachable(suite)
            make(suite, packages, made)
    return made


def make(suite, packages, made):
    new = made.with_name(f"{made.name}.new")
    if new.exists():
        shutil.rmtree(new)      # nothing is mounted there: the namespace of mmdebstrap is gone
    argv = ["mmdebstrap", "--mode=root", "--variant=minbase", "--format=directory",
            f"--include={','.join(packages)}", '--aptopt=Acquire::Languages "none"',
            *([f"--hook-dir={MERGED}"] if MERGED.exists() else []),
            *(f"--aptopt={line}" for line in settings().splitlines()),
            *(f"--dpkgopt={option}" for option in DPKG), suite, new, mirror()]
    log = PLACE / f"{suite}.log"
    with open(log, "w") as file:
        run = subprocess.run(["unshare", "-m", "--propagation", "private", *argv],
                             stdin=subprocess.DEVNULL, stdout=file, stderr=file)
    if run.returncode != 0:
        raise AssertionError(f"mmdebstrap failed:\n{log.read_text(errors='replace')[-2000:]}")
    new.rename(made)


class Root:
    """A copy of a tree in memory, to be written to; in a mount namespace of this process."""

    def __init__(self, lower, folder):
        mounts.mount("tmpfs", folder, "tmpfs", mounts.NODEV, "mode=755")
        for name in ("lower", "upper", "work", "root"):
            (folder / name).mkdir()
        mounts.mount(lower, folder / "lower", flags=mounts.BIND)
        self.path = folder / "root"
        os.chdir(folder)    # a clone's path may hold what means something in these options
        mounts.mount("overlay", self.path, "overlay", 0,
                     "lowerdir=lower,upperdir=upper,workdir=work")
        os.chdir("/")

    def unmount(self):
        mounts.call("umount2", self.path.parent, MNT_DETACH)

    def write(self, name, text, mode=0o644):
        path = self.path / name[1:]
        path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)

    def within(self, *argv):
        subprocess.run(["chroot", self.path, *argv], check=True, stdin=subprocess.DEVNULL,
                       env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"})


def dress(root, key, packages):
    """Root and alice are reached by a key. Of the product nothing is installed yet."""
    root.write("/etc/hostname", "bastion\n")
    root.write("/etc/hosts", "127.0.0.1 localhost bastion\n")
    root.write("/etc/machine-id", "b" * 32 + "\n")      # else a first boot presets all units
    for name in ("/etc/.updated", "/var/.updated"):     # else a boot makes caches anew
        root.write(name, "")
    for file in (root.path / "etc/ssh").glob("ssh_host_*"):
        if "ed25519" not in file.name:      # sshd checks each at every start
            file.unlink()
    # The tests restart sshd and getty as often as they need.
    root.write("/etc/systemd/system.conf.d/often.conf", "[Manager]\nDefaultStartLimitBurst=1000\n")
    root.write("/etc/ssh/control.conf", CONTROL)
    root.write("/etc/systemd/system/control.service", CONTROL_UNIT)
    for name in ("console-getty", "serial-getty@"):
        root.write(f"/etc/systemd/system/{name}.service.d/last.conf", GETTY)
    wants = root.path / "etc/systemd/system/multi-user.target.wants/control.service"
    wants.symlink_to("/etc/systemd/system/control.service")
    root.within("usermod", "-p", HASH, "root")
    # In a container, limits count what this user runs anywhere on the machine.
    uid = 20000 + os.getpid() % 40000
    for name in ("alice", "bob"):
        root.within("useradd", "-m", "-s", "/bin/bash", "-p", HASH, "-u", str(uid), name)
        uid += 1
    for home, owner in (("/root", "root"), ("/home/alice", "alice"), ("/home/bob", "bob")):
        root.write(f"{home}/.ssh/authorized_keys", key, 0o600)
        root.within("chown", "-R", f"{owner}:", f"{home}/.ssh")
    for package in packages:
        shutil.copy(package, root.path / "root")
