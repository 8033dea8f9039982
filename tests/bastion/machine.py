"""A bastion in a virtual machine, which qemu emulates: it has a kernel of its own."""

import ctypes
import os
import signal
import subprocess
import time
from pathlib import Path

from bastion.bastion import STS_PORT, Bastion
from bastion.recipe import CONTROL_PORT
from live import mounts
from live.world import PR_SET_PDEATHSIG
from terminal import Terminal

DISK = "2G"
WIRE = """
[Unit]
Before=network.target
Requires=sys-subsystem-net-devices-eth0.device
After=sys-subsystem-net-devices-eth0.device
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=ip address add 10.0.2.15/24 dev eth0
ExecStart=ip link set eth0 up
ExecStart=ip route add default via 10.0.2.2
[Install]
WantedBy=multi-user.target
"""
STS_SOCKET = f"""
[Socket]
ListenStream=127.0.0.1:{STS_PORT}
[Install]
WantedBy=sockets.target
"""
STS_SERVICE = f"""
[Service]
ExecStart=/usr/lib/systemd/systemd-socket-proxyd 10.0.2.2:{STS_PORT}
"""
# apparmor.service compiles a hundred profiles at each boot. The tests load profiles of their own.
IDLE = ("apparmor.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer "
        "e2scrub_all.timer fstrim.timer kmod-static-nodes.service modprobe@.service").split()
# udev then looks at the devices that units wait for, and not at hundreds.
TRIGGER = """
[Service]
ExecStart=
ExecStart=udevadm trigger --action=add --subsystem-match=net --subsystem-match=block
ExecStart=udevadm trigger --action=add --name-match=ttyS0
"""
# A processor that is emulated need not be protected from itself. qemu 7 translates a program again
# when its address has changed: random addresses double the time of all tests.
COMMAND_LINE = ("root=/dev/vda rw console=ttyS0 quiet loglevel=3 systemd.show_status=false "
                "net.ifnames=0 mitigations=off norandmaps nokaslr")


def end_with_parent():
    mounts.libc.prctl(PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL), 0, 0, 0)


class Machine(Bastion):
    KERNEL = True
    NEEDS = ("qemu-system-x86_64", "mke2fs")
    DEPS = "deps-vm"
    BOOT_SECONDS = 180

    def start(self):
        units = "/etc/systemd/system"
        for name, text in (("wire.service", WIRE), ("sts.socket", STS_SOCKET),
                           ("sts.service", STS_SERVICE)):
            self.root.write(f"{units}/{name}", text)
        for action, names in (("enable", ("wire.service", "sts.socket")), ("mask", IDLE)):
            subprocess.run(["systemctl", f"--root={self.root.path}", "-q", action, *names],
                           check=True, stdin=subprocess.DEVNULL)
        self.root.write(f"{units}/systemd-udev-trigger.service.d/few.conf", TRIGGER)
        self.root.write("/etc/fstab", "/dev/vda / ext4 defaults 0 0\n")
        (self.root.path / "var/log/journal").mkdir(exist_ok=True)
        self.root.write("/var/lib/systemd/linger/alice", "")  # the slowest part of a login
        disk = self.folder / "disk"
        subprocess.run(["mke2fs", "-q", "-t", "ext4", "-O", "^has_journal", "-d", self.root.path,
                        disk, DISK], check=True, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL)
        boot = self.root.path / "boot"
        kernel, initrd = next(boot.glob("vmlinuz-*")), next(boot.glob("initrd.img-*"))
        doors = "".join(f",hostfwd=tcp:127.0.0.1:{port}-:{port}" for port in (22, CONTROL_PORT))
        # Emulated also where /dev/kvm exists: that it does says little about whether it works.
        self.qemu = self.screen = Terminal(
            ["qemu-system-x86_64", "-accel", "tcg,tb-size=512,thread=multi", "-cpu", "max",
             "-smp", "2", "-m", "1024", "-nodefaults", "-display", "none", "-monitor", "none",
             "-serial", "stdio", "-device", "virtio-rng-pci",
             "-drive", f"file={disk},format=raw,if=virtio,cache=unsafe",
             "-netdev", f"user,id=wire{doors}", "-device", "virtio-net-pci,netdev=wire,romfile=",
             "-kernel", kernel, "-initrd", initrd, "-append", COMMAND_LINE],
            {**self.env, "TMPDIR": str(self.folder)}, all_on_it=True, enter=end_with_parent)
        self.screen.clock = self.clock

    def clock(self):
        """Stands still while the machine waits for a processor that others use."""
        waited = 0
        for thread in Path(f"/proc/{self.qemu.process.pid}/task").glob("*/schedstat"):
            try:
                waited = max(waited, int(thread.read_text().split()[1]))
            except OSError:     # it has ended
                pass
        return time.monotonic() - waited / 1e9

    def processor(self):
        """-> seconds that the machine has used so far"""
        fields = Path(f"/proc/{self.qemu.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def reboot(self):
        self.run("systemctl reboot", check=False)
        self.screen.expect("Restarting system", self.BOOT_SECONDS)      # the old kernel's last word
        self.screen.expect("bastion login: ", self.BOOT_SECONDS)
        self.connect()

    def halt(self):
        if hasattr(self, "qemu"):
            self.qemu.process.kill()
            self.qemu.process.wait()
            self.qemu.close()
