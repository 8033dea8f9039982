"""The units of keystore mode, as `make install` installs them. bastion/test_keystore.py starts them."""

import re
import shutil
import subprocess
import unittest

from paths import STAGE, temporary

UNITS = STAGE / "lib/systemd/system"
SERVICE = UNITS / "aws-mfa-keystore@.service"
GENERATOR = STAGE / "lib/systemd/system-generators/aws-mfa-keystore-uid"
NAMES = ["aws-mfa-keystore.slice", "aws-mfa-keystore.socket", "aws-mfa-keystore@.service"]
POLKIT = UNITS / "polkit-agent-helper@.service.d/aws-mfa.conf"
OLDEST = 252    # Debian 12
WORST = 1.5     # 10 is a service that gives nothing up


class Units(unittest.TestCase):
    def analyze(self, *args):
        if not shutil.which("systemd-analyze"):
            self.skipTest("no systemd-analyze here; `make deps` installs it")
        _, version = self.call("--version")
        if int(version.split()[1]) < OLDEST:
            self.skipTest(f"systemd-analyze is older than {OLDEST} here")
        return self.call(*args)

    def call(self, *args):
        run = subprocess.run(["systemd-analyze", *args], capture_output=True, text=True,
                             env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"})
        return run.returncode, run.stdout + run.stderr

    def test_what_the_service_gives_up(self):
        status, said = self.analyze("security", "--no-pager", "--offline=yes", str(SERVICE))
        level = re.search(r"Overall exposure level for .*: (\S+)", said)
        self.assertTrue(level, said)
        print(f"systemd-analyze security: {level[1]}, at most {WORST}")
        self.assertLessEqual(float(level[1]), WORST, said)
        self.assertEqual(status, 0)

    def test_systemd_understands_them(self):
        self.assertEqual(sorted(p.name for p in UNITS.iterdir()), [*NAMES, POLKIT.parent.name])
        status, said = self.analyze("verify", "--man=no", *(str(UNITS / name) for name in NAMES))
        print("systemd-analyze verify:", said.strip() or "clean")
        self.assertEqual((status, said), (0, ""))

    def test_the_paths_are_those_of_this_build(self):
        text = {name: (UNITS / name).read_text() for name in NAMES}
        self.assertEqual([name for name in NAMES if "@BINDIR" in text[name] or "@RUN" in text[name]], [])
        self.assertIn(f"\nExecStart={STAGE}/bin/aws-mfa serve\n", text["aws-mfa-keystore@.service"])
        self.assertIn(f"\nListenStream={STAGE}/run/aws-mfa/keystore.sock\n",
                      text["aws-mfa-keystore.socket"])
        self.assertTrue(POLKIT.read_text().endswith(f"\n[Service]\nReadWritePaths=-{STAGE}/run/aws-mfa\n"))

    def test_nobody_locks_others_out_and_nothing_printed_is_a_verdict(self):
        lines = {line for name in NAMES for line in (UNITS / name).read_text().splitlines()}
        for line in ("SocketMode=0600", "Accept=yes", "TriggerLimitIntervalSec=0",
                     "MaxConnections=4096", "Backlog=1024", "CollectMode=inactive-or-failed",
                     "RuntimeMaxSec=600", "DynamicUser=yes",
                     "Slice=aws-mfa-keystore.slice", "StandardInput=null", "StandardOutput=journal",
                     "StandardError=journal"):
            self.assertIn(line, lines)


class Generator(unittest.TestCase):
    """A login has a uid of its own only if a user name can hold the name of its instance."""

    def written(self, version):
        """-> what it writes if `systemctl --version` says this; None: nothing"""
        folder = temporary(self.addCleanup)
        (folder / "systemctl").write_text(f"#!/bin/sh\n{version}\n")
        (folder / "systemctl").chmod(0o755)
        run = subprocess.run([GENERATOR, folder / "out", folder / "early", folder / "late"],
                             capture_output=True, text=True, env={"PATH": f"{folder}:/usr/bin:/bin"})
        self.assertEqual((run.returncode, run.stdout, run.stderr), (0, "", ""), version)
        found = {str(p.relative_to(folder)): p.read_text()
                 for p in folder.rglob("*.conf") if p.is_file()}
        self.assertFalse(found.keys() - {"out/aws-mfa-keystore@.service.d/uid.conf"})
        return next(iter(found.values()), None)

    def test_versions(self):
        for said in ("echo 'systemd 252 (252.39-1~deb12u2)'; echo +PAM", "echo 'systemd 257 (257.7-1)'",
                     "echo 'systemd 249.11'"):
            self.assertEqual(self.written(said), "[Service]\nUser=mfa%i\n", said)
        for said in ("echo 'systemd 258 (258-1)'", "echo 'systemd 260~rc1 (260~rc1-2)'", "exit 1",
                     "echo 'command not found'", ":"):
            self.assertIsNone(self.written(said), said)

    def test_it_fits_until_257(self):
        """NUMBER-PID-UID: root connects, and a pid has seven digits."""
        self.assertLessEqual(len(f"mfa{2**32 - 1}-{2**22}-0"), 31)


if __name__ == "__main__":
    unittest.main()
