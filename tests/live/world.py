"""A separate machine for the live tests: users, /etc, /dev/log and terminals in a private mount
namespace (mounts.py). There, real sshd, sudo, su and login run and do not touch the host."""

import ctypes
import fcntl
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

from home import config, long_term
from live import mounts
from paths import STAGE, temporary
from terminal import Session

PASSWORD = "correct horse"
HASH = ("$6$rounds=1000$live$Sxasr5vy47U.tuvSDxJN0hKMwkR16Tg5GxOQQCFMX36A0m/TdfJlhNI86.cZlovLsCKAF"
        "N9xkbGKYORseST/P/")
PR_SET_PDEATHSIG = 1
TIOCSPTLCK, TIOCGPTN = 0x40045431, 0x80045430
CA = "/etc/ssl/sandbox-ca.pem"

# Debian 12's files, without the additions of other packages on this machine.
COMMON = {
    "common-auth": "auth [success=1 default=ignore] pam_unix.so nullok\n"
                   "auth requisite pam_deny.so\nauth required pam_permit.so\n",
    "common-account": "account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so\n"
                      "account requisite pam_deny.so\naccount required pam_permit.so\n",
    "common-session": "session [default=1] pam_permit.so\nsession requisite pam_deny.so\n"
                      "session required pam_permit.so\nsession required pam_unix.so\n",
    "common-password": "password [success=1 default=ignore] pam_unix.so obscure yescrypt\n"
                       "password requisite pam_deny.so\npassword required pam_permit.so\n",
}
COMMON["common-session-noninteractive"] = COMMON["common-session"]


class Missing(Exception):
    """Raised if this machine lacks something: the tests skip themselves."""


class Syslog:
    """Reads /dev/log. lines holds all lines that were sent so far, as "FACILITY.LEVEL PROGRAM: TEXT"."""

    LEVELS = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")
    FACILITIES = {1: "user", 3: "daemon", 4: "auth", 10: "authpriv"}

    def __init__(self, path):
        self._lines, self._marks = [], 0
        self._come = threading.Condition()
        self._path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(path)
        os.chmod(path, 0o666)
        threading.Thread(target=self._collect, daemon=True).start()

    def _collect(self):
        while True:
            line = self._socket.recv(65536).decode(errors="replace").rstrip("\n\0")
            if line == "<end>":
                return
            if line == "<mark>":
                with self._come:
                    self._marks += 1
                    self._come.notify_all()
                continue
            found = re.fullmatch(r"<(\d+)>(?:\w{3} [ \d]\d [\d:]{8} )?([^\[: ]+)(?:\[\d+\])?: (.*)",
                                 line, re.DOTALL)
            with self._come:
                self._lines.append(f"{self._priority(int(found[1]))} {found[2]}: {found[3]}"
                                  if found else line)
                self._come.notify_all()

    def _priority(self, number):
        return f"{self.FACILITIES.get(number // 8, number // 8)}.{self.LEVELS[number % 8]}"

    def _send(self, line):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.sendto(line, self._path)

    @property
    def lines(self):
        marks = self._marks
        self._send(b"<mark>")       # the socket keeps the order of lines
        with self._come:
            if not self._come.wait_for(lambda: self._marks > marks, 10):
                raise AssertionError("nobody reads the syslog")
            return self._lines

    def wait(self, pattern, count=1, timeout=10):
        """Waits for so many lines that match. Returns the matches."""
        def matches():
            return [m for m in (re.search(pattern, line) for line in self._lines) if m]
        with self._come:
            if not self._come.wait_for(lambda: len(matches()) >= count, timeout):
                raise AssertionError(f"no {count} lines like {pattern!r} in syslog, only\n"
                                     + "\n".join(self._lines))
            return matches()

    def module(self):
        """The decisions: the module's lines, without priority and program."""
        return [line for line in self.lines if "pam_aws_mfa(" in line]

    def stop(self):
        self._send(b"<end>")
        self._socket.close()


def state(st):
    """The attributes that change when a program writes or replaces a file."""
    if stat.S_ISREG(st.st_mode):
        return st.st_mode, st.st_uid, st.st_size, st.st_mtime_ns, st.st_ino
    return st.st_mode, st.st_uid


class World:
    def __init__(self, stage=STAGE, layers=()):
        self.folder = temporary()
        self.stage = str(stage)
        self.holder = subprocess.Popen(
            [sys.executable, mounts.__file__, self.folder, stage, *layers], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True, start_new_session=True)
        said = self.holder.stdout.readline().strip()
        if said != "ready":
            self.holder.communicate()
            self.folder.rmdir()
            raise Missing(f"no private mount namespace here: {said}")
        self.root = f"/proc/{self.holder.pid}/root"
        self._ns = os.open(f"/proc/{self.holder.pid}/ns/mnt", os.O_RDONLY)
        self._rootfd = os.open(self.root, os.O_PATH | os.O_DIRECTORY)
        self._ns_id = os.readlink(f"/proc/{self.holder.pid}/ns/mnt")
        self.users = {}
        self.written = set()    # by write(), so not by the programs under test
        self._uids = iter(range(20001, 20100))
        self.syslog = Syslog(f"{self.root}/dev/log")
        for name in ("lock", "sshd", "sudo", "mfa"):
            self.folder_at(f"/run/{name}")
        for name, text in COMMON.items():
            self.write(f"/etc/pam.d/{name}", text)
        self.write("/etc/pam.d/other", "auth required pam_deny.so\naccount required pam_deny.so\n"
                   "password required pam_deny.so\nsession required pam_deny.so\n")
        self.write("/etc/motd", "")
        self.write("/etc/profile", "HISTFILE=\n")
        self.write("/etc/bash.bashrc", "")
        # Do not copy these from the host: its users may log in there, and its proxy may be set
        # there.
        self.write("/etc/nsswitch.conf", "passwd: files\ngroup: files\nshadow: files\n"
                   "hosts: files\n")
        self.write("/etc/hosts", f"127.0.0.1 localhost {os.uname().nodename}\n")
        for name in ("environment", "default/locale", "security/limits.conf"):
            self.write(f"/etc/{name}", "")
        for name in ("security/limits.d", "ssh", "sudoers.d"):
            shutil.rmtree(self._inside(f"/etc/{name}"), ignore_errors=True)
        self._account("root", 0, "/root")

    def path(self, name):
        return Path(self.root + str(name))

    def _inside(self, name):
        """The path of a file to write. Refuses a symlink on the way: it would lead to the host's
        files."""
        path = self.path(name)
        place = Path(self.root)
        for part in path.relative_to(place).parts[:-1]:
            place /= part
            if place.is_symlink():
                raise Missing(f"{place} is a symlink")
            place.mkdir(exist_ok=True)
        if path.is_symlink():
            path.unlink()
        return path

    def folder_at(self, name, owner=0, mode=0o755):
        path = self._inside(name)
        path.mkdir(exist_ok=True)
        os.chown(path, owner, owner)
        path.chmod(mode)

    def write(self, name, text, owner=0, mode=0o644):
        self.written.add(str(name))
        path = self._inside(name)
        path.write_text(text)
        os.chown(path, owner, owner)
        path.chmod(mode)

    def _put(self, file, name, entry, mode=0o644):
        path = self.path(f"/etc/{file}")
        lines = [line for line in path.read_text().splitlines() if line.partition(":")[0] != name]
        self.write(f"/etc/{file}", "\n".join([*lines, f"{name}:{entry}"]) + "\n", mode=mode)

    def _account(self, name, uid, home, hashed=HASH):
        self._put("passwd", name, f"x:{uid}:{uid}::{home}:/bin/bash")
        self._put("group", name, f"x:{uid}:")
        self._put("shadow", name, f"{hashed}:19000:0:99999:7:::", 0o640)
        self.users[name] = uid

    def add_user(self, name, hashed=HASH):
        """Password: PASSWORD. Home: /home/NAME."""
        self._account(name, next(self._uids), f"/home/{name}", hashed)
        self.folder_at(f"/home/{name}", self.users[name], 0o700)

    def enroll(self, name, user, box, home=None):
        """Gives an account the keys of a sandbox user, and no session."""
        uid, home = self.users[name], home or f"/home/{name}"
        shutil.rmtree(self.path(f"{home}/.aws"), ignore_errors=True)
        self.folder_at(f"{home}/.aws", uid, 0o700)
        self.write(f"{home}/.aws/credentials", long_term(user), uid, 0o600)
        self.write(f"{home}/.aws/config", config(box.url, CA), uid)

    def entrance(self, user="root", die_with_us=True):
        """For preexec_fn: the process joins this world and becomes the user."""
        uid = self.users[user]

        def enter():
            mounts.call("setns", self._ns, mounts.NEWNS)
            os.fchdir(self._rootfd)
            os.chroot(".")
            os.umask(0o022)
            os.setgroups([uid])
            os.setresgid(uid, uid, uid)
            os.setresuid(uid, uid, uid)
            os.chdir("/")
            if die_with_us:
                mounts.libc.prctl(PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL), 0, 0, 0)
        return enter

    def environment(self, user="root", **more):
        home = "/root" if user == "root" else f"/home/{user}"
        return {"HOME": home, "USER": user, "LOGNAME": user, "LC_ALL": "C.UTF-8", "TERM": "dumb",
                "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", **more}

    def run(self, *argv, user="root", env=None, timeout=60, **options):
        """Runs a program without a terminal."""
        if "input" not in options:
            options["stdin"] = subprocess.DEVNULL
        return subprocess.run([str(a) for a in argv], env=self.environment(user, **(env or {})),
                              preexec_fn=self.entrance(user), capture_output=True, text=True,
                              timeout=timeout, start_new_session=True, **options)

    def openpty(self):
        """-> (parent's end, child's end, name) of a new terminal in this world's /dev/pts"""
        parent = os.open(self.path("/dev/pts/ptmx"), os.O_RDWR | os.O_NOCTTY)
        fcntl.ioctl(parent, TIOCSPTLCK, b"\0\0\0\0")
        number = int.from_bytes(fcntl.ioctl(parent, TIOCGPTN, b"\0\0\0\0"), sys.byteorder)
        name = f"/dev/pts/{number}"
        return parent, os.open(self.path(name), os.O_RDWR | os.O_NOCTTY), name

    def console(self, *argv, user="root", env=None, pipes=False, input=None):
        """Starts a program on a terminal. pipes: standard output and error are pipes. Then the
        screen holds what the program writes to /dev/tty, and input is its standard input."""
        pair = self.openpty()
        os.chown(self.path(pair[2]), self.users[user], -1)
        console = Session(argv, self.environment(user, **(env or {})), all_on_it=not pipes,
                          stdin=None if input is None else subprocess.PIPE, pair=pair,
                          enter=self.entrance(user))
        console.input = input
        return console

    def holds(self, pid):
        """Whether the process is in this world."""
        try:
            return os.readlink(f"/proc/{pid}/ns/mnt") == self._ns_id
        except OSError:
            return False    # it has ended

    def processes(self):
        """Every process in this world except its holder: {pid: argv}"""
        found = {}
        for entry in os.listdir("/proc"):
            if entry.isdigit() and int(entry) != self.holder.pid and self.holds(entry):
                try:
                    argv = Path(f"/proc/{entry}/cmdline").read_bytes()
                    if Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2][1] != "Z":
                        found[int(entry)] = argv.decode(errors="replace").replace("\0", " ")
                except OSError:
                    pass
        return found

    def wait_for_processes(self, expected, timeout=5):
        """Waits until only those pids are left. Returns the processes that are left besides."""
        end = time.monotonic() + timeout
        while True:
            left = {pid: argv for pid, argv in self.processes().items() if pid not in expected}
            if not left or time.monotonic() > end:
                return left
            time.sleep(0.02)

    def files(self):
        """The files that were written outside the homes: {name: state()}. For /etc and /var, which
        show the host's files, it lists only files that differ from the host's. Leaves the stage
        out, which is below /root when the clone is: it belongs to all worlds."""
        found = {}
        for layer in ("/etc", "/var"):
            self._list(f"/proc/{self.holder.pid}/cwd/upper", layer, found)
        for top in ("/run", "/tmp", "/dev", "/root", "/home", "/var/log"):
            self._list(self.root, top, found)
        return found

    def _list(self, root, top, found):
        for folder, folders, names in os.walk(root + top):
            inside = folder[len(root):]
            folders[:] = [name for name in folders if f"{inside}/{name}" != self.stage]
            if inside == "/dev":
                folders.remove("pts")
            for name in [*folders, *names]:
                found[f"{inside}/{name}"] = state(os.lstat(f"{folder}/{name}"))
            if inside == "/home":
                folders.clear()

    def changes(self, before):
        """The names of files that were made, changed or removed since before, a result of
        files()."""
        after = self.files()
        changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
        return {name for name in changed if name in before or not self._is_copy(name, after[name])}

    @staticmethod
    def _is_copy(name, found):
        """True for a copy of the host's file or folder. Opening a file for writing makes a copy,
        and so does a new file in a folder."""
        try:
            return name.startswith(("/etc/", "/var/")) and state(os.lstat(name))[:4] == found[:4]
        except OSError:
            return False

    def stop(self):
        end = time.monotonic() + 10
        while (left := self.processes()) and time.monotonic() < end:
            for pid in left:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            time.sleep(0.02)
        self.syslog.stop()
        os.close(self._ns)
        os.close(self._rootfd)
        self.holder.communicate("")
        self.folder.rmdir()
