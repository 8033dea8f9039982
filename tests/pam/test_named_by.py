"""named-by finds each line that needs the module, wherever libpam would find it, and none else."""

import os
import subprocess
import unittest

from paths import REPO, temporary

LINE = "auth required pam_aws_mfa.so always\n"


class NamedBy(unittest.TestCase):
    def setUp(self):
        self.root = temporary(self.addCleanup)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    def found(self):
        run = subprocess.run(["sh", REPO / "pam/named-by", self.root], capture_output=True,
                             env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}, timeout=20)
        self.assertEqual(run.stderr, b"")
        self.assertEqual(run.returncode, 0 if run.stdout else 1)
        return run.stdout.decode(errors="replace").replace(f"{self.root}/", "")

    def test_nothing_at_all(self):
        self.assertEqual(self.found(), "")

    def test_places(self):
        for name in ["etc/pam.conf", "etc/pam.d/sshd", "usr/lib/pam.d/sshd", "usr/etc/pam.d/sshd",
                     "etc/pam.d/a b", "etc/pam.d/a\nb", "etc/pam.d/a=b", "etc/pam.d/a*", "etc/pam.d/x~",
                     "etc/pam.d/a.dpkg-old:b"]:
            with self.subTest(name):
                self.write(name, "# pam_aws_mfa.so\n" + LINE)
                self.assertEqual(self.found(), f"{name}:2:{LINE}")
                (self.root / name).unlink()

    def test_what_no_login_reads(self):
        for name in ["etc/pam.d/x.dpkg-old", "etc/pam.d/a:b.dpkg-dist", "etc/pam.d/a\nb.ucf-old",
                     "etc/pam.d/common-auth.pam-old", "usr/lib/pam.d/x.rpmsave", "etc/security/x",
                     "etc/pam.d/folder/x", "etc/pam.d/.x"]:
            self.write(name, LINE)
        self.write("etc/pam.d/sshd", "#@include folder/x\n# \\\nauth required pam_unix.so # pam_aws_mfa.so\n")
        (self.root / "etc/pam.d/dangling").symlink_to("nowhere")
        os.mkfifo(self.root / "etc/pam.d/fifo")
        self.assertEqual(self.found(), "")

    def test_what_a_stack_includes(self):
        """As libpam does it: by any path, in capitals, over a line that goes on in the next one."""
        for place, name in [("etc/security/mfa", "../security/mfa"), ("etc/pam.d/folder/x", "folder/x"),
                            ("etc/pam.d/.hidden", ".hidden"), ("srv/mfa", "/srv/mfa"),
                            ("etc/pam.d/x.dpkg-old", "x.dpkg-old"), ("usr/lib/pam.d/.x", ".x")]:
            for how in ["@include {}", "auth include {}", "-auth\tsubstack\t{}", "auth INCLUDE {} # x",
                        "auth include \\\n  {}", "@include middle", "@include none\n@include {}"]:
                with self.subTest(place=place, how=how):
                    self.write(place, LINE)
                    self.write("etc/pam.d/middle", f"@include {name}\n")
                    self.write("etc/pam.d/sshd", "# caf\xe9\n".encode("latin-1") + how.format(name).encode())
                    if how != "@include middle":
                        (self.root / "etc/pam.d/middle").unlink()
                    found = self.found()
                    self.assertTrue(found.endswith(f":1:{LINE}"), found)
                    self.assertEqual(found.count("\n"), 1)
            (self.root / place).unlink()

    def test_circle(self):
        self.write("etc/pam.d/a", "@include b\n" + LINE)
        self.write("etc/pam.d/b", "@include a\n@include *\n")
        self.assertEqual(self.found(), f"etc/pam.d/a:2:{LINE}")

    def test_bytes_that_are_no_text(self):
        for line in [b"auth [success=ok] /lib/s\xe9c/pam_aws_mfa.so", b"auth required pam_aws_mfa.so x=\xe9",
                     b"\0\nauth required pam_aws_mfa.so", b"auth \\\n required \\\n pam_aws_mfa.so"]:
            with self.subTest(line):
                self.write("etc/pam.d/sshd", line)
                self.assertIn("pam_aws_mfa.so", self.found())


if __name__ == "__main__":
    unittest.main()
