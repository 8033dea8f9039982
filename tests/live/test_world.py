"""The live tests' own promise: the host is as it was, wherever the clone stands."""

import hashlib
import os
import shutil
import stat
import tempfile
import unittest
from pathlib import Path

from host import AWS_MFA, BUILD, STAGE
from live.case import example
from live.sshd import PROMPT, SshTest
from live.world import PASSWORD, World


def listing(*tops):
    """Every file below: mode, owner and content. What cannot be read is listed by name."""
    found = {}
    for top in tops:
        for folder, _, names in os.walk(top):
            for path in [folder, *(f"{folder}/{name}" for name in names)]:
                try:
                    st = os.lstat(path)
                    content = (hashlib.sha256(Path(path).read_bytes()).hexdigest()
                               if stat.S_ISREG(st.st_mode) else "")
                except OSError as error:
                    st, content = None, str(error)
                found[path] = (st and (st.st_mode, st.st_uid, st.st_gid), content)
    return found


def host():
    """What a world that leaks would touch. Not all of /home and /run: others are at work there."""
    return {"files": listing("/etc", "/root/.aws", "/root/.ssh", "/run/sshd", "/run/sudo",
                             "/run/mfa", *Path("/home").glob("*/.aws")),
            "names": [sorted(os.listdir(top)) for top in ("/home", "/dev", "/root")],
            "mounts": Path("/proc/self/mountinfo").read_text(),
            "namespace": os.readlink("/proc/self/ns/mnt")}


class HostUntouched(SshTest):
    NEEDS = (*SshTest.NEEDS, "sudo")

    @classmethod
    def setUpClass(cls):
        if os.geteuid() != 0:
            raise unittest.SkipTest("needs root, for a private mount namespace")
        (BUILD / "tests/tmp").mkdir(parents=True, exist_ok=True)
        cls.host = host()
        super().setUpClass()
        cls.server = cls.sshd("sshd-mfa", example("pam.d/sshd-after-publickey"),
                              example("sshd_config.d/after-publickey.conf"))

    def test_a_login_and_sudo(self):
        self.stack("sudo", example("pam.d/sudo"))
        self.write("/etc/sudoers", "alice ALL=(ALL:ALL) ALL\n", mode=0o440)
        ssh = self.ssh(self.server, "-tt", "sudo id -un")
        ssh.answer(PROMPT, self.user.code())
        ssh.answer("password for alice: ", PASSWORD)
        self.assertEqual(ssh.wait(), 0, ssh.screen)
        self.assertIn("root", ssh.screen.splitlines())
        after = host()
        for what in self.host:
            self.assertEqual(after[what], self.host[what], what)

    def test_nothing_of_the_host_can_be_written(self):
        """But for what the kernel shows of itself, what can be written is in memory."""
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


class Clone(unittest.TestCase):
    @unittest.skipUnless(os.geteuid() == 0, "needs root, for a private mount namespace")
    def test_below_a_folder_that_is_closed_to_others(self):
        closed = Path(tempfile.mkdtemp(dir=BUILD / "tests/tmp"))    # 0700
        self.addCleanup(shutil.rmtree, closed)
        stage = closed / "clone/stage"
        (stage / "bin").mkdir(parents=True)
        shutil.copy(AWS_MFA, stage / "bin")
        world = World(stage)
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
