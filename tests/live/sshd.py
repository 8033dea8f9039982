"""A real sshd with a stack for the test, and the client that calls it."""

import contextlib
import functools
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from live.case import LiveTest

SSHD = "/usr/sbin/sshd"
FOLDER = "/run/mfa"
HOST_KEY = f"{FOLDER}/host_key"
PROMPT = "AWS MFA code: "


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@functools.cache
def known(*settings):
    """The options that this machine's sshd knows."""
    def says(setting):
        return subprocess.run([SSHD, "-t", "-f", "/dev/null", "-o", setting], capture_output=True,
                              text=True).stderr
    return [setting for setting in settings if "Bad configuration option" not in says(setting)]


class Sshd:
    """NAME is the PAM service, and /etc/pam.d/NAME holds stack. sshd takes NAME from its argv[0]
    or, since OpenSSH 9.8, from a setting. All tests call from one address, so there are no
    penalties."""

    def __init__(self, world, name, stack, config):
        self.world, self.name = world, name
        self.port = free_port()
        self.log = f"{FOLDER}/{name}.log"
        world.write(f"/etc/pam.d/{name}", stack)
        world.write(f"{FOLDER}/{name}.conf", "\n".join([
            config, *known(f"PAMServiceName {name}", "PerSourcePenalties no"), f"Port {self.port}\n"
            f"ListenAddress 127.0.0.1\nHostKey {HOST_KEY}\nPidFile {FOLDER}/{name}.pid\n"
            "LogLevel DEBUG3\nPrintLastLog no\nSubsystem sftp /usr/lib/openssh/sftp-server\n"]))
        program = f"{FOLDER}/{name}"
        world.path(program).symlink_to(SSHD)
        self.process = subprocess.Popen(
            [program, "-D", "-f", f"{FOLDER}/{name}.conf", "-E", self.log],
            env=world.environment(), preexec_fn=world.entrance(), stdin=subprocess.DEVNULL,
            start_new_session=True)
        self.pid = self.process.pid
        end = time.monotonic() + 10
        pidfile = f"{FOLDER}/{name}.pid"        # sshd listens once it is closed
        while not world.path(pidfile).exists() or any(
                path.endswith(pidfile) for path in self.descriptors()):
            if self.process.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"{name} has not started: {self.said()}")
            time.sleep(0.01)
        self.descriptors_at_start = self.descriptors()

    def descriptors(self):
        found = []
        for link in Path(f"/proc/{self.pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):    # sshd has just closed it
                found.append(os.readlink(link))
        return sorted(found)

    def said(self):
        return self.world.path(self.log).read_text(errors="replace")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(10)


class SshTest(LiveTest):
    NEEDS = ("sshd", "ssh", "ssh-keygen")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        world = cls.world
        world.folder_at("/home/client/.ssh", world.users["client"], 0o700)
        world.run("/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "",
                  "-f", "/home/client/.ssh/id_ed25519", user="client")
        public = world.path("/home/client/.ssh/id_ed25519.pub").read_text()
        for name in ("alice", "bob", "root"):
            home = "/root" if name == "root" else f"/home/{name}"
            world.folder_at(f"{home}/.ssh", world.users[name], 0o700)
            world.write(f"{home}/.ssh/authorized_keys", public, world.users[name], 0o600)
        world.run("/usr/bin/ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", HOST_KEY)
        world.write("/home/client/.ssh/known_hosts",
                    "mfa " + world.path(f"{HOST_KEY}.pub").read_text(), world.users["client"])
        world.write("/home/client/.ssh/config",
                    "Host *\nHostName 127.0.0.1\nUser alice\nHostKeyAlias mfa\n"
                    "StrictHostKeyChecking yes\nNumberOfPasswordPrompts 1\n"
                    "GSSAPIAuthentication no\n",
                    world.users["client"], 0o600)

    @classmethod
    def sshd(cls, name, stack, config):
        sshd = Sshd(cls.world, name, stack, config)
        cls.addClassCleanup(sshd.stop)
        cls.daemons.append(sshd)
        return sshd

    def setUp(self):
        super().setUp()
        shutil.rmtree(self.world.path("/home/client/work"), ignore_errors=True)

    def ssh(self, sshd, *args, user="alice", methods=None, **options):
        """Runs the client on a new terminal. args after "--" are the command."""
        argv = ["/usr/bin/ssh", "-p", sshd.port, "-l", user]
        if methods:
            argv += ["-o", f"PreferredAuthentications={methods}"]
            if "publickey" not in methods:
                argv += ["-o", "PubkeyAuthentication=no"]
        return self.console(*argv, "mfa", *args, user="client", **options)

    def logged_in(self, ssh):
        self.assertEqual(ssh.wait(), 0, ssh.screen)

    def refused(self, ssh, methods="keyboard-interactive"):
        """methods: the methods that sshd still offers"""
        self.assertEqual(ssh.wait(), 255, ssh.screen)
        self.assertIn(f"Permission denied ({methods}).", ssh.screen)
