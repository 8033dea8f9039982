"""What `make` builds and installs, and rules for the sources."""

import os
import platform
import re
import shutil
import subprocess
import unittest
from pathlib import Path

import hardened
from paths import BUILD, OBJECTS, REPO, STAGE, objects, temporary


def run(*argv, **options):
    return subprocess.run(argv, cwd=REPO, capture_output=True, text=True, **options)


def make(*args):
    env = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
    return run("make", "--no-print-directory", *args, env=env)


class Build(unittest.TestCase):
    def folder(self):
        return temporary(self.addCleanup)

    def needs(self, path):
        return re.findall(r"\(NEEDED\).*\[(.+?)\]", run("readelf", "-d", path).stdout)

    def test_who_links_what(self):
        self.assertEqual(self.needs(STAGE / "lib/security/pam_aws_mfa.so"),
                         ["libpam.so.0", "libc.so.6"])
        self.assertEqual(self.needs(STAGE / "bin/aws-mfa"), ["libc.so.6"])
        self.assertEqual(sorted(self.needs(STAGE / "libexec/aws-mfa-sts")),
                         ["libc.so.6", "libcrypto.so.3", "libcurl.so.4", "libexpat.so.1"])

    def test_gnutls_does_not_set_itself_up(self):
        """gnutls would report on stderr, if libcurl loads it."""
        result = run(STAGE / "libexec/aws-mfa-sts", "--version",
                     env={"GNUTLS_DEBUG_LEVEL": "9"})
        self.assertEqual((result.returncode, result.stderr), (0, ""))

    def test_the_module_exports_its_entry_points_only(self):
        symbols = run("nm", "-D", "--defined-only", STAGE / "lib/security/pam_aws_mfa.so").stdout
        self.assertEqual(sorted(line.split()[2].partition("@")[0] for line in symbols.splitlines()),
                         ["pam_sm_acct_mgmt", "pam_sm_authenticate", "pam_sm_close_session",
                          "pam_sm_open_session", "pam_sm_setcred"])

    def test_the_module_has_no_mutable_globals(self):
        objects = [str(p) for p in (BUILD / "tests/obj/pam").glob("*.o")]
        self.assertTrue(objects)
        # d, b: data that can be written; "D .data.rel.ro" is made read-only before main()
        table = run("objdump", "-t", *objects).stdout
        written = [line for line in table.splitlines()
                   if re.search(r"\sO\s+(\.data|\.bss)(?!\.rel\.ro)", line)]
        self.assertEqual(written, [])

    def test_hardening(self):
        for path in ["lib/security/pam_aws_mfa.so", "bin/aws-mfa", "libexec/aws-mfa-sts"]:
            with self.subTest(path):
                self.assertEqual(hardened.lacks(STAGE / path), [])

    @unittest.skipUnless(platform.machine() in ("x86_64", "aarch64"), "nothing of the kind here")
    def test_branch_protection(self):
        """Checks each object of the product: a program has a feature only if all its objects have
        it."""
        feature = "IBT, SHSTK" if platform.machine() == "x86_64" else "BTI, PAC"
        files = objects("include", "pam", "tool")
        self.assertGreater(len(files), 50)
        for path in files:
            self.assertIn(feature, run("readelf", "-n", path).stdout, path)

    def test_the_same_bytes_wherever_it_is_built(self):
        """And without a warning. `make check` has built the same in this folder: no object names it, and
        each fifth is compiled anew in another folder."""
        place = self.folder() / "a/longer/folder"
        for part in ("completions", "include", "pam", "tool"):
            shutil.copytree(REPO / part, place / part)
        shutil.copy(REPO / "Makefile", place)
        build, kept = (BUILD / "tests/obj").relative_to(REPO), 0
        for n, file in enumerate(objects("include", "pam", "tool")):
            data, copy = file.read_bytes(), place / file.relative_to(REPO)
            self.assertNotIn(str(REPO).encode(), data.replace(str(STAGE).encode(), b""), file)
            copy.parent.mkdir(parents=True, exist_ok=True)
            if n % 5:
                copy.write_bytes(data)      # newer than its source, so make keeps it
                kept += 1
        result = make("-C", str(place), "-j2", f"BUILD={build}", "WERROR=1", f"STAGE={STAGE}",
                      "DESTDIR=", f"PREFIX={STAGE}", f"SYSCONFDIR={STAGE}/etc", f"RUNDIR={STAGE}/run",
                      f"BINDIR={STAGE}/bin", f"LIBEXECDIR={STAGE}/libexec",
                      f"DOCDIR={STAGE}/share/doc/pam-aws-mfa", "all")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(result.stdout.count("  CC "), n + 1 - kept)
        for program in ("pam_aws_mfa.so", "aws-mfa", "aws-mfa-sts"):
            data = (place / build / program).read_bytes()
            self.assertNotIn(str(place).encode(), data)
            self.assertEqual(data, (BUILD / "tests/obj" / program).read_bytes(), program)

    def test_which_objects_hold_a_path(self):
        """Those of the files that include paths.h. Variants for tests compile these (OWN) and take all
        others from the stage."""
        hold = {str(o.relative_to(OBJECTS).with_suffix(".c")) for o in objects("include", "pam", "tool")
                if "/build_paths.h" in o.with_suffix(".d").read_text()}
        name = {str(c.relative_to(REPO)) for part in ("include", "pam", "tool") for c in (REPO / part).rglob("*.c")
                if '#include "paths.h"\n' in c.read_text()}
        self.assertEqual(hold, name)
        self.assertGreater(len(name), 15)

    def test_what_was_built_is_not_tracked(self):
        place = self.folder()
        shutil.copy(REPO / "Makefile", place)
        (place / "text").write_text("ELF, !<arch> and build/ are words\n")

        def tracked(*names):
            for command in (["init", "-q"], ["add", "-fA", "."]):
                run("git", "-C", place, *command, check=True)
            result = make("-C", str(place), "tracked")
            for name in names:
                self.assertIn(name, result.stderr)
            return result.returncode == 0

        self.assertEqual(make("-C", str(place), "tracked").returncode, 0)   # in no git repository
        self.assertTrue(tracked())
        archive = b"!<arch>\nlibx.o/"
        for name, data in [("x", Path("/bin/true").read_bytes()), ("lib/x", archive), ("tmp/x", b""),
                           ("tests/x.o", b""), ("a b/core", b""), ("__pycache__/x", b"")]:
            with self.subTest(name):
                (place / name).parent.mkdir(exist_ok=True)
                (place / name).write_bytes(data)
                self.assertFalse(tracked(name))
                (place / name).unlink()
        self.assertTrue(tracked())

    def copy_objects(self, build):
        """Those of `make check`, as if they had been compiled in another build folder. The paths that
        are compiled into some of them are others there: make must see that."""
        old = BUILD / "tests/obj"
        shutil.copytree(old, build)
        for file in build.rglob("*.d"):
            times = file.stat()
            file.write_text(file.read_text().replace(str(old.relative_to(REPO)),
                                                     str(build.relative_to(REPO))))
            os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))

    def test_install_and_uninstall(self):
        root = self.folder()
        build = (root / "build").relative_to(REPO)
        self.copy_objects(root / "build")
        args = [f"BUILD={build}", f"DESTDIR={root}/dest", "PREFIX=/usr", "SYSCONFDIR=/etc"]
        result = make(*args, "install")
        self.assertEqual(result.returncode, 0, result.stderr)
        dest = root / "dest"
        files = sorted(str(p.relative_to(dest)) for p in dest.rglob("*") if p.is_file())
        self.assertIn("usr/bin/aws-mfa", files)
        self.assertIn("usr/libexec/aws-mfa-sts", files)
        module = [f for f in files if f.endswith("/security/pam_aws_mfa.so")]
        self.assertEqual(len(module), 1)
        self.assertTrue((Path("/") / module[0]).with_name("pam_unix.so").exists(),
                        f"{module[0]}: this system keeps its modules elsewhere")
        for page in ["man1/aws-mfa.1", "man5/aws-mfa.conf.5", "man8/aws-mfa-keystore.8",
                     "man8/pam_aws_mfa.8"]:
            self.assertIn(f"usr/share/man/{page}", files)
        for script in ["bash-completion/completions/aws-mfa", "zsh/site-functions/_aws-mfa",
                       "fish/vendor_completions.d/aws-mfa.fish"]:
            self.assertIn(f"usr/share/{script}", files)
        unit = dest / "usr/lib/systemd/system/aws-mfa-keystore@.service"
        self.assertIn("\nExecStart=/usr/bin/aws-mfa serve\n", unit.read_text())
        self.assertTrue(os.access(dest / "usr/lib/systemd/system-generators/aws-mfa-keystore-uid", os.X_OK))
        self.assertFalse((dest / "etc").exists())
        self.assertIn(b"/usr/libexec/aws-mfa-sts", (dest / "usr/bin/aws-mfa").read_bytes())

        self.assertNotIn("Next, ", result.stdout)

        # Installed for this machine, though in a folder of its own.
        here = [args[0], f"PREFIX={root}/opt", f"PAMDIR={root}/opt/pam", "SYSCONFDIR=/etc"]
        other = make(*here, "DESTDIR=", "install")
        self.assertEqual(other.returncode, 0, other.stderr)
        self.assertIn(f"{root}/opt/libexec/aws-mfa-sts".encode(),
                      (root / "build/aws-mfa").read_bytes())
        self.says_the_next_steps(other.stdout, root / "opt/share/doc/pam-aws-mfa")
        again = make(*here, "all")
        self.assertNotIn(" CC ", again.stdout)

        stack = dest / "etc/pam.d/sshd"
        stack.parent.mkdir(parents=True)
        stack.write_text("# pam_aws_mfa.so\n@include x\nauth required pam_aws_mfa.so always\n")
        refused = make(*args, "uninstall")
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("etc/pam.d/sshd:3:auth required pam_aws_mfa.so always\n", refused.stderr)
        self.assertTrue((dest / module[0]).exists())
        self.assertEqual(make(*args, "uninstall", "FORCE=1").returncode, 0)
        self.assertFalse((dest / module[0]).exists())
        self.assertEqual(make(*args, "install").returncode, 0)
        stack.write_text("# pam_aws_mfa.so\n")
        self.assertEqual(make(*args, "uninstall").returncode, 0)
        stack.unlink()
        self.assertEqual([p for p in dest.rglob("*") if p.is_file()], [])

    def says_the_next_steps(self, said, documents):
        """What the package says, too: see test_deb."""
        steps = (REPO / "pam/next-steps").read_text().replace("@DOCDIR@", str(documents))
        self.assertTrue(said.endswith("\n" + steps), said)
        for name in "sshd_config.d", "pam.d":
            self.assertIn(f" one of {name},", steps)
            self.assertTrue((documents / "examples" / name).is_dir(), name)

    def test_deps_without_apt_get_names_the_packages(self):
        bare = self.folder()
        for tool in ["sh", "make"]:
            (bare / tool).symlink_to(shutil.which(tool, path="/usr/bin:/bin"))
        result = run(str(bare / "make"), "deps", env={"PATH": str(bare)})
        self.assertNotEqual(result.returncode, 0)
        line = result.stderr.splitlines()[0]
        self.assertIn("needs apt-get", line)
        self.assertIn("libpam0g-dev", line)


class Demo(unittest.TestCase):
    def test_demo(self):
        # The person's own files must not be opened. These are FIFOs: a program that opens one
        # hangs.
        home = temporary(self.addCleanup)
        (home / ".aws").mkdir()
        os.mkfifo(home / ".aws/credentials")
        os.mkfifo(home / ".aws/config")
        env = {"PATH": "/usr/bin:/bin", "HOME": str(home), "BUILD": str(BUILD)}
        # People run it on a terminal. There the AWS CLI would start a pager.
        demo = run("script", "-qefc", "sh examples/demo", "/dev/null", env=env, timeout=120)
        self.assertEqual(demo.returncode, 0, demo.stdout + demo.stderr)
        for part in ["AWS MFA code: ", "successfully authenticated", "user/demo", "still valid",
                     "is wrong or was used before", "assumed-role/Admin/demo"]:
            self.assertIn(part, demo.stdout)
        self.assertLess(len(demo.stdout.splitlines()), 75)


if __name__ == "__main__":
    unittest.main()
