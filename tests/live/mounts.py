"""Makes a private mount namespace and holds it. Only memory can be written there.

    mounts.py FOLDER STAGE [NAME]...
        FOLDER: an empty folder
        STAGE:  the world shows it to all users at the same path
        NAME:   one more overlay, such as usr

Prints "ready", or one line that says what is missing. Ends at the end of its standard input. The
world is /proc/PID/root of this process. /proc/PID/cwd/upper holds the files that were written in
its overlays. In the world, /etc and /var are overlays of the host's folders. /run, /home, /root,
/tmp, /var/log and /dev hold only what belongs in them. The rest is read-only. No mount of the world
shows on the host.
"""

import ctypes
import os
import stat
import sys
from pathlib import Path

BIND, REC, PRIVATE, NOSUID, NODEV = 4096, 16384, 1 << 18, 2, 4
NEWNS = 0x20000
AT_FDCWD, AT_RECURSIVE, ATTR_RDONLY = -100, 0x8000, 1

libc = ctypes.CDLL(None, use_errno=True)


class Attr(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint64) for name in ("set", "clr", "propagation", "userns")]


def call(name, *args):
    args = [os.fsencode(a) if isinstance(a, (str, Path)) else a for a in args]
    args = [ctypes.c_ulong(a) if isinstance(a, int) and a > 0xffff else a for a in args]
    if getattr(libc, name)(*args) != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{name}{tuple(args)}: {os.strerror(error)}")


def mount(what, where, kind=None, flags=0, data=None):
    call("mount", what, where, kind, ctypes.c_ulong(flags), data)


def attr(where, flags=0, **values):
    one = Attr(**values)
    call("mount_setattr", AT_FDCWD, where, flags, ctypes.byref(one),
         ctypes.c_size_t(ctypes.sizeof(one)))


def leave_the_host():
    """Enters a new namespace and makes all its mounts private. This must start at the root of the
    namespace: if a chroot's root is no mount, the mounts below it would show on the host.
    """
    call("unshare", NEWNS)
    root = os.open("/", os.O_PATH | os.O_DIRECTORY)
    ns = os.open("/proc/self/ns/mnt", os.O_RDONLY)
    call("setns", ns, NEWNS)
    mount(None, "/", flags=REC | PRIVATE)
    os.fchdir(root)
    os.chroot(".")
    os.close(ns)
    os.close(root)


def memory(where, mode):
    where.mkdir(exist_ok=True)
    mount("tmpfs", where, "tmpfs", NODEV, f"mode={mode}")


def overlay(folder, root, name):
    upper, work = folder / "upper" / name, folder / "work" / name
    upper.mkdir(parents=True)
    work.mkdir(parents=True)
    os.chdir(folder)    # a clone's path may hold characters that have a meaning in these options
    mount("overlay", root / name, "overlay", NODEV,
          f"lowerdir=root/{name},upperdir=upper/{name},workdir=work/{name}")


def devices(dev):
    """Makes /dev with new terminals and room for /dev/log."""
    mount("tmpfs", dev, "tmpfs", NOSUID, "mode=755")
    for name in ("null", "zero", "full", "random", "urandom", "tty"):
        (dev / name).touch()
        mount(f"/dev/{name}", dev / name, flags=BIND)
        attr(dev / name, set=ATTR_RDONLY)
    for name, target in (("ptmx", "pts/ptmx"), ("fd", "/proc/self/fd"), ("stdin", "fd/0"),
                         ("stdout", "fd/1"), ("stderr", "fd/2")):
        (dev / name).symlink_to(target)
    (dev / "shm").mkdir(mode=0o1777)
    (dev / "pts").mkdir()
    mount("devpts", dev / "pts", "devpts", NOSUID, "newinstance,ptmxmode=0666,mode=620,gid=5")


def show(folder, root, stage):
    """Shows the clone. It may be below a folder that is closed to others, or hidden by a new
    mount."""
    for place in [*reversed(stage.parents[:-1]), stage]:
        inside = root / place.relative_to("/")
        if inside.exists() and not inside.stat().st_mode & stat.S_IXOTH:
            memory(inside, "755")
            break
    inside = root / stage.relative_to("/")
    if not (inside / "bin").exists():
        inside.mkdir(parents=True)
        mount(folder / "stage", inside, flags=BIND | REC)
        attr(inside, AT_RECURSIVE, set=ATTR_RDONLY)


def make(folder, stage, layers):
    leave_the_host()
    os.umask(0o022)
    memory(folder, "755")
    root = folder / "root"
    for place in (root, folder / "stage"):
        place.mkdir()
    mount(stage, folder / "stage", flags=BIND | REC)
    mount("/", root, flags=BIND | REC)
    attr(root, AT_RECURSIVE, set=ATTR_RDONLY)
    if "COVERAGE" in os.environ:    # a build that writes down what ran, into this folder
        counted = Path(os.environ["COVERAGE"])
        inside = root / counted.relative_to("/")
        mount(counted, inside, flags=BIND)
        attr(inside, clr=ATTR_RDONLY)
    attr(root / "proc", clr=ATTR_RDONLY)
    for name in ("etc", "var", *layers):
        overlay(folder, root, name)
    for name, mode in (("run", "755"), ("home", "755"), ("root", "700"), ("tmp", "1777"),
                       ("var/log", "755")):
        memory(root / name, mode)
    devices(root / "dev")
    show(folder, root, stage)
    os.chdir(folder)
    os.chroot(root)


if __name__ == "__main__":
    try:
        make(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
    except OSError as error:
        print(error, flush=True)
        sys.exit(1)
    print("ready", flush=True)
    sys.stdin.read()
