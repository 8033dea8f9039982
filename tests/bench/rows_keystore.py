"""A login in keystore mode, beside one in user mode and the bare start of a service."""

import os
import socket
import struct
import time

from bench import namespaces
from bench.measure import Cost, Figure, adopt_orphans, figure, in_turn
from bench.namespaces import Child, Skipped
from bench.scene import CODE, DEVICE, KEY, LONG_TERM, SECRET
from bench.stacks import Logins, login
from bench.table import AtMost, AtMostMore, Group
from open_clone import enter, trust
from paths import AWS_MFA, STAGE

ETC, RUN = STAGE / "etc/aws-mfa", STAGE / "run"
ENTRY = f"""[aws-mfa]
user = user0
uid = 0
account = 123456789012
aws_access_key_id = {KEY}
aws_secret_access_key = {SECRET}
aws_mfa_device = {DEVICE}
"""


class Activator:
    """Starts a program for each connection, as systemd does with Accept=yes, and tells what it cost."""

    def __init__(self, path, script):
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(path))
        listener.listen(16)
        self.fd, out = os.pipe()
        parent = os.getpid()
        if os.fork() == 0:
            namespaces.end_with(parent)
            adopt_orphans()
            while True:
                with listener.accept()[0] as connection:
                    os.posix_spawn("/bin/sh", ["sh", "-c", script, AWS_MFA], {}, file_actions=[
                        (os.POSIX_SPAWN_DUP2, connection.fileno(), 3),
                        (os.POSIX_SPAWN_OPEN, 2, "/dev/null", os.O_WRONLY, 0)])
                os.write(out, struct.pack("d", self._all()))
        os.close(out)
        listener.close()

    @staticmethod
    def _all():
        """-> the CPU of all children, when the last has ended"""
        cpu = 0
        while True:
            try:
                usage = os.wait4(-1, 0)[2]
            except ChildProcessError:
                return cpu
            cpu += 1000 * (usage.ru_utime + usage.ru_stime)

    def cpu(self):
        """-> that of the last program, when it has ended"""
        return struct.unpack("d", os.read(self.fd, 8))[0]


def logins(bench):
    if os.geteuid() != 0:
        raise Skipped("needs root")
    home = bench.scene.home()
    stacks = Logins(bench.scene, [home])
    for folder in (ETC, RUN):
        folder.mkdir(parents=True, exist_ok=True)

    def prepare():
        stacks.prepare()
        enter()         # what speaks with the server is not root
        trust(ETC, RUN)
        for folder in (ETC, RUN):
            namespaces.memory(folder)
        (ETC / "keys").mkdir(mode=0o700)
        (RUN / "aws-mfa").mkdir(mode=0o755)
        (ETC / "aws-mfa.conf").write_text(
            f"[aws-mfa]\nendpoint_url = {bench.scene.url}\nca_bundle = {ETC}/ca.pem\n")
        (ETC / "ca.pem").write_bytes(bench.scene.ca.read_bytes())
        (ETC / "keys/user0").write_text(ENTRY)
        (ETC / "keys/user0").chmod(0o600)

    def user():
        home.write(LONG_TERM)
        return login("ours", CODE + "\n")

    def measure():
        serve = Activator(RUN / "aws-mfa/keystore.sock",
                          'LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" serve')
        cat = Activator(RUN / "cat.sock", "exec cat <&3 >&3")

        def keystore():
            home.write("")
            cost = login("keystore", CODE + "\n")
            return Cost(cost.wall, cost.cpu + serve.cpu())

        def echo():
            start = time.monotonic()
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(str(RUN / "cat.sock"))
                client.sendall(b"x")
                client.recv(1)
                wall = 1000 * (time.monotonic() - start)
            return Cost(wall, cat.cpu())
        return in_turn(bench.rounds(40), keystore=keystore, user=user, cat=echo,
                       permit=lambda: login("permit"))

    costs = Child(prepare, measure).result()
    yield "cpu", dict(ours=figure(costs["keystore"], over=costs["permit"]),
                      peer=figure(costs["user"], over=costs["permit"]), peer_name="user mode")
    both = Figure([u.wall + c.wall for u, c in zip(costs["user"], costs["cat"])])
    yield "wall", dict(ours=figure(costs["keystore"], "wall"), peer=both,
                       peer_name="user mode, and a service that is cat")


LOGINS = Group("keystore", {
    "cpu": ("PAM auth in keystore mode, code asked, CPU over pam_permit", AtMost(1.3)),
    "wall": ("PAM auth in keystore mode, code asked, wall", AtMostMore(3))}, logins)
