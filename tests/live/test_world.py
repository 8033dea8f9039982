"""The live tests promise that the host does not change, wherever the clone is."""

import hashlib
import os
import shutil
import stat
import unittest
from pathlib import Path

from live.case import LiveTest, example
from live.sshd import PROMPT, SshTest
from live.world import PASSWORD, Missing, World
from paths import AWS_MFA, STAGE, temporary


def entry(path):
    """Mode, owner and content, or why it cannot be read."""
    try:
        st = os.lstat(path)
        content = (hashlib.sha256(Path(path).read_bytes()).hexdigest()
                   if stat.S_ISREG(st.st_mode) else "")
        return (st.st_mode, st.st_uid, st.st_gid), content
    except OSError as error:
        return None, os.strerror(error.errno)


def listing(*tops):
    """Every file below tops: {name: entry}"""
    return {path: entry(path) for top in tops for folder, _, names in os.walk(top)
            for path in [folder, *(f"{folder}/{name}" for name in names)]}


# Other programs do not write here while the tests run. In /etc, a package manager may write.
QUIET = ("/etc/ssh", "/etc/sudoers.d", "/etc/security/limits.d", "/root/.aws", "/root/.ssh",
         "/run/sshd", "/run/sudo", "/run/mfa")


def host():
    """The parts of the host that a world could change if it leaked."""
    return {"files": listing("/etc"),
            "quiet": listing(*QUIET, *Path("/home").glob("*/.aws")),
            "names": {f"{top}/{name}": "there" for top in ("/home", "/dev", "/root")
                      for name in os.listdir(top)},
            "mounts": Path("/proc/self/mountinfo").read_text().splitlines(),
            "namespace": os.readlink("/proc/self/ns/mnt")}


def changed(before, after):
    return {name for name in before.keys() | after.keys()
            if before.get(name, "none") != after.get(name, "none")}


def leaks(before, after, world):
    """-> names that changed on the host and are now as in the world. Other programs change the
    host, too."""
    return {name for name in changed(before, after) if name in world and after.get(name) == world[name]}


class HostUntouched(SshTest):
    NEEDS = (*SshTest.NEEDS, "sudo")

    @classmethod
    def setUpClass(cls):
        if os.geteuid() != 0:
            raise unittest.SkipTest("needs root, for a private mount namespace")
        cls.host = host()
        super().setUpClass()
        cls.server = cls.sshd("sshd-mfa", example("pam.d/sshd-after-publickey"),
                              example("sshd_config.d/after-publickey.conf"))

    def test_a_login_and_sudo(self):
        self.stack("sudo", example("pam.d/sudo"))
        self.write("/etc/sudoers", "alice ALL=(ALL:ALL) ALL\n", mode=0o440)
        ssh = self.ssh(self.server, "-tt", "sudo id -un")
        ssh.answer(PROMPT, self.user.code)
        ssh.answer("password for alice: ", PASSWORD)
        self.assertEqual(ssh.wait(), 0, ssh.screen)
        self.assertIn("root", ssh.screen.splitlines())
        before, after = self.host, host()
        names = [name for name in self.world.written if name.startswith("/etc/")]
        self.assertIn("/etc/pam.d/sshd-mfa", names)
        root = self.world.root
        self.assertEqual(leaks(before["files"], after["files"], {
            name: entry(root + name) for name in names}), set())
        self.assertEqual(changed(before["quiet"], after["quiet"]), set())
        self.assertEqual(leaks(before["names"], after["names"], {
            f"{top}/{name}": "there" for top in ("/home", "/dev", "/root")
            for name in os.listdir(self.world.path(top))}), set())
        self.assertEqual([line for line in after["mounts"] if str(self.world.folder) in line], [])
        self.assertEqual(after["namespace"], before["namespace"])

    def test_a_leak_is_seen(self):
        was, now, noise = ((0o100644, 0, 0), "was"), ((0o100644, 0, 0), "now"), ((0, 0, 0), "apt's")
        world = {"/etc/a": now, "/etc/new": now, "/etc/same": was}
        before = {"/etc/a": was, "/etc/b": was, "/etc/gone": was, "/etc/same": was}
        self.assertEqual(leaks(before, {**before, "/etc/b": noise, "/etc/more": noise}, world), set())
        self.assertEqual(leaks(before, {**before, "/etc/a": now}, world), {"/etc/a"})
        self.assertEqual(leaks(before, {**before, "/etc/new": now}, world), {"/etc/new"})
        self.assertEqual(changed(before, {**before, "/etc/a": now}), {"/etc/a"})

    def test_nothing_of_the_host_can_be_written(self):
        """Only memory can be written, and the files by which the kernel shows its state."""
        mounts = Path(f"/proc/{self.world.holder.pid}/mountinfo").read_text().splitlines()
        for line in mounts:
            left, _, right = line.partition(" - ")
            fields, kind = left.split(), right.split()[0]
            self.assertNotIn("shared:", left)
            if "rw" in fields[5].split(","):
                self.assertTrue(kind in ("tmpfs", "overlay", "devpts") or
                                fields[4].startswith("/proc"), line)
        for name in ("/usr/x", "/x", f"{STAGE}/x"):
            self.assertNotEqual(self.world.run("/usr/bin/touch", name).returncode, 0, name)


class Written(LiveTest):
    """The tests' check for files that are left. It does not see the host's own files."""

    def change(self, script):
        before = self.world.files()
        run = self.world.run("sh", "-ec", script)
        self.assertEqual(run.returncode, 0, run.stderr)
        return self.world.changes(before)

    def setUp(self):
        super().setUp()
        self.world.write("/etc/ours", "one\n")

    def nothing_is_left(self):
        """These tests leave files on purpose."""

    def test_what_is_written_is_seen(self):
        for script, expected in [
                ("touch /etc/new", "/etc/new"), ("touch /var/lib/new", "/var/lib/new"),
                ("mkdir /var/new-folder", "/var/new-folder"), ("echo two >>/etc/ours", "/etc/ours"),
                ("chmod 600 /etc/ours", "/etc/ours"), ("rm /etc/ours", "/etc/ours"),
                ("echo more >>/etc/issue", "/etc/issue"),
                ("chmod 600 /etc/login.defs", "/etc/login.defs"),
                ("rm /etc/issue.net", "/etc/issue.net"),
                ("cp -p /etc/debian_version /etc/x; mv /etc/x /etc/debian_version; touch -d 2001-01-01 "
                 "/etc/debian_version", "/etc/debian_version"),
                ("chmod 700 /var/lib/dpkg", "/var/lib/dpkg"), ("ln -s x /etc/link", "/etc/link"),
                ("touch /tmp/new", "/tmp/new"), ("touch /run/new", "/run/new"),
                ("touch /var/log/new", "/var/log/new"), ("touch /root/new", "/root/new"),
                ("mkdir /home/new", "/home/new"), ("touch /dev/new", "/dev/new")]:
            with self.subTest(script):
                if expected.startswith("/etc/") and not os.path.lexists(self.world.path(expected)):
                    self.assertRegex(script, "^(touch|ln)", f"no {expected} here")
                self.assertEqual(self.change(script), {expected})

    def test_what_is_only_opened_is_not(self):
        for script in ("exec 3<>/etc/shells", "touch -r /etc/gai.conf /etc/gai.conf",
                       "touch /var/lib/dpkg/new; rm /var/lib/dpkg/new"):
            with self.subTest(script):
                self.assertEqual(self.change(script), set())

    def test_the_host_s_files_are_not_looked_at(self):
        found = self.world.files()
        self.assertIn("/etc/ours", found)
        for name in ("/etc/os-release", "/etc/ld.so.cache", "/var/lib/dpkg/status"):
            self.assertTrue(os.path.lexists(self.world.path(name)), name)
            self.assertNotIn(name, found)


class Clone(unittest.TestCase):
    @unittest.skipUnless(os.geteuid() == 0, "needs root, for a private mount namespace")
    def test_below_a_folder_that_is_closed_to_others(self):
        closed = temporary(self.addCleanup)     # mode 0700
        stage = closed / "clone/stage"
        (stage / "bin").mkdir(parents=True)
        shutil.copy(AWS_MFA, stage / "bin")
        try:
            world = World(stage)
        except Missing as missing:
            self.skipTest(str(missing))
        try:
            world.add_user("alice")
            run = world.run(stage / "bin/aws-mfa", "--version", user="alice")
            self.assertEqual(run.returncode, 0, run.stderr)
        finally:
            world.stop()
        self.assertEqual(world.holder.returncode, 0)
        self.assertFalse(world.folder.exists())


if __name__ == "__main__":
    unittest.main()
