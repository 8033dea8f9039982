"""A bastion that has booted, seen from outside: by ssh, and at its console."""

import os
import shlex
import shutil
import subprocess
import time

from bastion import recipe
from live import mounts
from paths import temporary
from terminal import Session
from tool.sts import own_network

STS_PORT = 4443     # the same inside and outside: what is signed names it
# ssh runs in the folder that holds these files. The key exchange is the cheapest to emulate.
CLIENT = """
Host *
    HostName 127.0.0.1
    HostKeyAlias bastion
    StrictHostKeyChecking yes
    UserKnownHostsFile known_hosts
    IdentityFile key
    IdentitiesOnly yes
    NumberOfPasswordPrompts 1
    LogLevel ERROR
    KexAlgorithms curve25519-sha256
Host control
    ConnectTimeout 60
    Port {port}
    User root
    ControlPath master
Host mfa
    User alice
"""


class Bastion:
    """This process gets a network and mounts of its own: there all ports are free, and nothing
    outlives it. A subclass boots the folder self.root.path and sets self.screen, the console."""

    BOOT_SECONDS = 60
    clock = staticmethod(time.monotonic)

    def __init__(self, suite, packages):
        self.suite = suite
        probe = subprocess.run(["unshare", "-mn", "true"], capture_output=True, text=True)
        if probe.returncode != 0:
            raise recipe.Missing(f"no namespaces of our own here: {probe.stderr.strip()}")
        tree = recipe.tree(suite, self.KERNEL)      # before the network is gone
        self.folder = temporary(prefix="bastion")
        mounts.leave_the_host()
        mounts.call("unshare", own_network.CLONE_NEWNET)
        own_network.loopback_up()
        self.ssh_keygen("key")
        overlay = self.folder / "overlay"
        overlay.mkdir()
        self.root = recipe.Root(tree, overlay)
        recipe.dress(self.root, (self.folder / "key.pub").read_text(), packages)
        host_key = (self.root.path / "etc/ssh/ssh_host_ed25519_key.pub").read_text()
        (self.folder / "known_hosts").write_text(f"bastion {host_key}")
        self.config = self.folder / "config"
        self.config.write_text(CLIENT.format(port=recipe.CONTROL_PORT))
        self.env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "TERM": "dumb",
                    "HOME": str(self.folder)}
        self.master = None
        try:
            self.start()
            self.screen.expect("bastion login: ", self.BOOT_SECONDS)
            self.connect()
        except BaseException:
            self.stop()
            raise

    def ssh_keygen(self, name):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.folder / name],
                       check=True)

    def ssh(self, *args, host="mfa", tty=True):
        """ssh to alice, on a terminal."""
        argv = ["ssh", "-F", self.config, *(["-tt"] if tty else []), host, *args]
        remote = Session(argv, self.env, all_on_it=True, enter=lambda: os.chdir(self.folder))
        remote.clock, remote.patience = self.clock, 60
        return remote

    def run(self, script, check=True, timeout=600, **options):
        """Runs a shell script as root, over the sshd without PAM.

        -> its output; with check=False the finished process"""
        if "input" not in options:
            options.setdefault("stdin", subprocess.DEVNULL)
        run = subprocess.run(["ssh", "-F", self.config, "control", script], env=self.env, text=True,
                             cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                             timeout=timeout, **options)
        if check and run.returncode != 0:
            raise AssertionError(f"{script}: {run.returncode}\n{run.stdout}{self.state()}")
        return run.stdout if check else run

    def state(self):
        """-> whether the bastion still runs, and the last lines of its console"""
        while self.screen.read(0):
            pass
        return f"bastion: {self.screen.ended()}, {self.screen.screen[-500:]!r}"

    def write(self, name, text, owner="root", mode="644"):
        self.run(f"install -D -o {owner} -g {owner} -m {mode} /dev/stdin {shlex.quote(name)}",
                 input=text)

    def connect(self, timeout=60):
        """Opens the connection as root that run() uses."""
        end = self.clock() + timeout
        self.hang_up()
        while True:
            self.master = subprocess.Popen(
                ["ssh", "-F", self.config, "-MN", "control"], env=self.env, cwd=self.folder,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            while self.master.poll() is None and self.clock() < end:
                if (self.folder / "master").exists():
                    return
                time.sleep(0.02)
            self.hang_up()
            if self.clock() > end:
                raise AssertionError(f"no way in within {timeout} s")
            time.sleep(0.2)

    def hang_up(self):
        if self.master:
            self.master.terminate()
            self.master.wait()
            self.master = None

    def stop(self):
        self.hang_up()
        self.halt()
        self.root.unmount()
        shutil.rmtree(self.folder)
