"""Linux namespaces, entered by a forked child: what it changes there ends with it. Python 3.11
has no unshare and setns yet."""

import ctypes
import os
import pickle
import signal
import traceback
from pathlib import Path

NEWNS, NEWUSER, NEWNET = 0x00020000, 0x10000000, 0x40000000
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18
PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None, use_errno=True)


class Skipped(Exception):
    """What cannot be measured here, and why."""


def _check(result, what):
    if result != 0:
        error = ctypes.get_errno()
        raise Skipped(f"{what}: {os.strerror(error)}")


def unshare(flags):
    """New namespaces; who is not root becomes in a new user namespace what root is in it."""
    uid, gid = os.geteuid(), os.getegid()
    if uid != 0 and not flags & NEWUSER:
        _check(_libc.unshare(NEWUSER), "unshare(CLONE_NEWUSER)")
        for name, text in [("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"),
                           ("gid_map", f"{gid} {gid} 1")]:
            try:
                Path(f"/proc/self/{name}").write_text(text)
            except OSError as error:    # AppArmor may forbid it, unshare having succeeded
                raise Skipped(f"/proc/self/{name}: {error.strerror}") from None
    _check(_libc.unshare(flags), "unshare")


def unshare_more(flags):
    """Like unshare, for a caller that is already in a new user namespace."""
    _check(_libc.unshare(flags), "unshare")


def enter(*paths):
    for path in paths:
        with open(path) as file:
            _check(_libc.setns(file.fileno(), 0), f"setns {path}")


def bind(source, target):
    _check(_libc.mount(str(source).encode(), str(target).encode(), None, MS_BIND, None),
           f"mount --bind {target}")


def memory(target):
    """An empty folder in memory, over the one that is there."""
    _check(_libc.mount(b"none", str(target).encode(), b"tmpfs", 0, b"mode=755"), f"mount {target}")


def private_mounts():
    """From the namespace's own root: that of a chroot need not be a mount."""
    root = os.open("/", os.O_PATH | os.O_DIRECTORY)
    enter("/proc/self/ns/mnt")
    _check(_libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None), "mount --make-rprivate /")
    os.fchdir(root)
    os.chroot(".")
    os.close(root)


def end_with(parent):
    """To be called after what changes credentials: that makes the kernel forget it."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


class Child:
    """Calls function in a forked process, after prepare, which may raise Skipped."""

    def __init__(self, prepare, function):
        self.fd, out = os.pipe()
        parent = os.getpid()
        self.pid = os.fork()
        if self.pid:
            os.close(out)
            return
        try:
            os.close(self.fd)
            try:
                prepare()
                end_with(parent)
                answer = True, function()
            except BaseException as error:  # any error: the parent reports it
                error.add_note("in a child:\n" + traceback.format_exc())
                answer = False, error
            with os.fdopen(out, "wb") as pipe:
                pickle.dump(answer, pipe)
        finally:
            os._exit(0)

    def stop(self):
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            self.pid = None

    def result(self):
        try:
            with os.fdopen(self.fd, "rb") as pipe:
                data = pipe.read()
        finally:
            self.stop()
        if not data:
            raise RuntimeError("a child ended without an answer")
        good, answer = pickle.loads(data)
        if not good:
            raise answer
        return answer
