"""The Debian packages: built twice, checked by lintian, then installed, enabled, upgraded and
removed. dpkg does this in a separate world: its /etc, /usr and /var are overlays of the host's."""

import filecmp
import os
import re
import shutil
import subprocess
import unittest

import hardened
from live.world import CA, PASSWORD, Missing, World
from packages.debs import NEW_TEXT, PACKAGES, build_again, built, newer, version
from paths import REPO, temporary
from sandbox.sts import Sandbox

PROMPT = "AWS MFA code: "
CONF = "/etc/aws-mfa/aws-mfa.conf"
OWN = "[aws-mfa]\nregion = eu-west-1\n"
REST = "account required pam_permit.so\nsession required pam_permit.so\n"
# What lintian finds, and an override allows.
INTENDED = """\
aws-mfa: executable-is-not-world-readable 0711 [usr/bin/aws-mfa]
aws-mfa: executable-is-not-world-readable 0711 [usr/libexec/aws-mfa-sts]
aws-mfa: no-manual-page [usr/libexec/aws-mfa-sts]
aws-mfa: non-standard-executable-perm 0711 != 0755 [usr/bin/aws-mfa]
aws-mfa: non-standard-executable-perm 0711 != 0755 [usr/libexec/aws-mfa-sts]
libpam-aws-mfa: spare-manual-page [usr/share/man/man8/aws-mfa-keystore.8.gz]
libpam-aws-mfa: spare-manual-page [usr/share/man/man8/pam_aws_mfa.8.gz]
""".splitlines()
STACK = "auth required pam_aws_mfa.so profile=work always\n" + REST


class PackageTest(unittest.TestCase):
    folder = None

    @classmethod
    def setUpClass(cls):
        if PackageTest.folder:
            return
        PackageTest.debs = built()
        # Once for both classes.
        PackageTest.folder = temporary(unittest.addModuleCleanup)


class Built(PackageTest):
    def test_lintian_finds_nothing(self):
        """But what the overrides name; debian/*.lintian-overrides say why. A newer lintian looks for
        less, and then names an override that it does not use."""
        changes = next(self.debs[0].parent.glob("*.changes"))
        run = subprocess.run(["lintian", "--allow-root", "--display-info", "--show-overrides", changes],
                             capture_output=True, text=True)
        found = [re.sub(r"^O: |^I: (\S+: )unused-override (.*) \[.*?\]$", r"\1\2", line)
                 for line in run.stdout.splitlines() if not line.startswith("N: ")]
        self.assertEqual(sorted(found), INTENDED, run.stdout + run.stderr)

    def test_hardening(self):
        folder = temporary(self.addCleanup)
        for deb in self.debs:
            subprocess.run(["dpkg-deb", "--extract", deb, folder], check=True)
        module, = folder.glob("usr/lib/*/security/pam_aws_mfa.so")
        for program in module, folder / "usr/bin/aws-mfa", folder / "usr/libexec/aws-mfa-sts":
            self.assertEqual(hardened.lacks(program), [], program)

    def test_two_builds_are_the_same_bytes(self):
        other = temporary(self.addCleanup)
        for one, two in zip(self.debs, build_again(other)):
            self.assertTrue(filecmp.cmp(one, two, shallow=False), one.name)

    def test_version_is_the_programs(self):
        self.assertRegex((REPO / "debian/changelog").read_text(),
                         rf"\Apam-aws-mfa \({re.escape(version())}\) ")

    def test_what_is_in_them(self):
        names = {}
        for deb in self.debs:
            listed = subprocess.run(["dpkg-deb", "-c", deb], capture_output=True, text=True,
                                    check=True).stdout
            names.update((line.split()[5], line.split()[:2]) for line in listed.splitlines())
        for program in ("./usr/bin/aws-mfa", "./usr/libexec/aws-mfa-sts"):
            self.assertEqual(names[program], ["-rwx--x--x", "root/root"])
        self.assertEqual([n for n in names if n.startswith("./etc/pam.d")], [])
        for name in ("man1/aws-mfa.1", "man5/aws-mfa.conf.5", "man8/aws-mfa-keystore.8",
                     "man8/pam_aws_mfa.8"):
            self.assertIn(f"./usr/share/man/{name}.gz", names)
        units = {p.name for p in (REPO / "systemd").glob("*.s*")}
        self.assertEqual(units, {"aws-mfa-keystore.socket", "aws-mfa-keystore@.service",
                                 "aws-mfa-keystore.slice"})
        for folder, mode, files in (
                ("lib/systemd/system", "-rw-r--r--", units),
                ("lib/systemd/system/polkit-agent-helper@.service.d", "-rw-r--r--", {"aws-mfa.conf"}),
                ("lib/systemd/system-generators", "-rwxr-xr-x", {"aws-mfa-keystore-uid"}),
                ("share/bash-completion/completions", "-rw-r--r--", {"aws-mfa"}),
                ("share/zsh/vendor-completions", "-rw-r--r--", {"_aws-mfa"}),
                ("share/fish/vendor_completions.d", "-rw-r--r--", {"aws-mfa.fish"})):
            found = {n.rpartition("/")[2]: is_ for n, is_ in names.items()
                     if n.rpartition("/")[0] == f"./usr/{folder}"}
            self.assertEqual(found, {name: [mode, "root/root"] for name in files} | {
                "": ["drwxr-xr-x", "root/root"]}, folder)
        examples = {str(p.relative_to(REPO)) for p in (REPO / "examples").rglob("*")
                    if p.is_file() and p.name != "demo"}
        self.assertEqual(examples, {n[len("./usr/share/doc/libpam-aws-mfa/"):] for n in names
                                    if "/examples/" in n and not n.endswith("/")})


class Installed(PackageTest):
    """Each test begins with a host on which the packages have never been."""

    def setUp(self):
        if os.geteuid() != 0:
            self.skipTest("needs root, for a private mount namespace")
        try:
            self.world = World(layers=["usr"])
        except Missing as missing:
            self.skipTest(str(missing))
        self.addCleanup(self.world.stop)
        self.box = Sandbox(temporary(self.addCleanup)).start()
        self.addCleanup(self.box.stop)
        self.world.write(CA, self.box.ca_path.read_text())
        for name in ("alice", "bob"):
            self.world.add_user(name)
        self.enrolled = 0
        self.user = self.box.add_user("alice")
        self.world.enroll("alice", self.user, self.box)
        for deb in self.debs:
            shutil.copy(deb, self.world.path("/root"))
        self.stacks = self.read_stacks()

    def read_stacks(self):
        return {p.name: p.read_bytes() for p in self.world.path("/etc/pam.d").iterdir()}

    def dpkg(self, *args, fails=False, input="", **env):
        # Triggers are other packages' work, such as an index of all man pages.
        run = self.world.run("/usr/bin/dpkg", "--no-triggers", *args, input=input,
                             env={"DEBIAN_FRONTEND": "noninteractive", **env})
        self.assertEqual(run.returncode != 0, fails, run.stdout + run.stderr)
        return run.stdout + run.stderr

    def install(self, **options):
        return self.dpkg("--install", *(f"/root/{deb.name}" for deb in self.debs), **options)

    def install_as_the_page_says(self):
        """The block of README.md, with the packages where `make deb` leaves them."""
        block, = re.findall(r"(?m)^    (make .* apt-get .*)$", (REPO / "README.md").read_text())
        make, _, install = block.partition(" && ")
        self.assertEqual(make, "make deps deb")
        folder = "/root/clone/build/deb"
        self.world.path(folder).mkdir(parents=True)
        for deb in self.debs[0].parent.glob("*.deb"):
            shutil.copy(deb, self.world.path(folder))
        # What takes time: a trigger of another package, and the lists of a mirror, of which nothing is needed.
        self.world.path("/var/lib/man-db/auto-update").unlink(missing_ok=True)
        shutil.rmtree(self.world.path("/var/lib/apt/lists"))
        run = self.world.run("/bin/sh", "-c", f"cd /root/clone && {install}", env={
            "DEBIAN_FRONTEND": "noninteractive"})
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        return run.stdout

    def newer(self):
        """The same packages, as the version after this one."""
        for deb in self.debs:
            shutil.copy(newer(deb, self.folder), self.world.path("/root"))

    def logs_in(self, code=None):
        """True if su lets alice in with this code, after her password if the stack asks for it."""
        su = self.world.console("/usr/bin/su", "-c", "id -un", "alice", user="bob")
        self.addCleanup(lambda: su.process.poll() is None and su.kill())
        if "pam_unix" in self.world.path("/etc/pam.d/su").read_text():
            su.answer("Password: ", PASSWORD)
        if code:
            su.answer(PROMPT, code)
        return su.wait() == 0 and su.screen.splitlines()[-1] == "alice"

    def code(self):
        """Of a new device: a code works once."""
        self.enrolled += 1
        user = self.box.add_user(f"alice{self.enrolled}")
        self.world.enroll("alice", user, self.box)
        return user.code()

    def left(self):
        """The files that the packages have left, without dpkg's own notes."""
        found = []
        for top in ("/etc", "/usr", "/var/lib/pam"):
            found += [str(p) for p in self.world.path(top).rglob("*")
                      if re.search(r"aws.?mfa", p.name) and "dpkg" not in str(p)]
        return found

    def test_installing_changes_no_stack_and_names_the_next_steps(self):
        said = self.install_as_the_page_says()
        self.assertEqual(self.read_stacks(), self.stacks)
        steps = (REPO / "pam/next-steps").read_text()
        self.assertIn(steps.replace("@DOCDIR@", "/usr/share/doc/libpam-aws-mfa"), said)
        steps = [said.index(step) for step in
                 ("root shell kept open", "1. each user:", "2. sshd:", "3. the stack:")]
        self.assertEqual(steps, sorted(steps))
        for page in re.findall(r"/usr/share/doc/\S+?(?=[,\s])", said):
            self.assertTrue(self.world.path(page).is_dir(), page)

    def test_by_hand_from_login_to_purge(self):
        self.install()
        self.world.write("/etc/pam.d/su", STACK)
        self.assertTrue(self.logs_in(self.code()))
        self.assertFalse(self.logs_in("000000"))

        self.world.path(CONF).write_text(OWN)
        self.newer()
        said = self.install(input="\n")      # the answer that dpkg proposes
        self.assertIn(f"Configuration file '{CONF}'", said)
        self.assertNotIn("Next,", said)
        self.assertTrue(self.logs_in(self.code()))
        self.assertEqual(self.world.path(CONF).read_text(), OWN)

        for purge in ("--remove", "--purge"):
            refused = self.dpkg(purge, *PACKAGES, fails=True)
            self.assertIn("/etc/pam.d/su:1:auth required pam_aws_mfa.so profile=work always", refused)
            self.assertTrue(self.logs_in(self.code()), "it still works")
        self.world.write("/etc/pam.d/su", "auth required pam_permit.so\n"
                         "# auth required pam_aws_mfa.so\n" + REST)
        self.dpkg("--remove", *PACKAGES)
        self.assertTrue(self.logs_in())
        self.assertEqual(self.world.path(CONF).read_text(), OWN)
        self.dpkg("--purge", *PACKAGES)
        self.assertEqual(self.left(), [])
        self.install()
        self.world.write("/etc/pam.d/su", STACK)
        self.assertTrue(self.logs_in(self.code()))

    def test_removing_all_the_same(self):
        self.install()
        self.world.write("/etc/pam.d/su", STACK)
        self.dpkg("--purge", *PACKAGES, AWS_MFA_FORCE="1")
        self.assertEqual(self.left(), [])
        self.assertFalse(self.logs_in())

    def test_by_pam_auth_update(self):
        self.world.write("/etc/pam.d/su", "@include common-auth\n" + REST)
        update = ["/usr/sbin/pam-auth-update", "--package", "--force"]
        self.assertEqual(self.world.run(*update).returncode, 0)
        clean = self.read_stacks()
        self.install()
        self.assertEqual(self.read_stacks(), clean, "off until the administrator enables it")
        run = self.world.run("/usr/sbin/pam-auth-update", "--enable", "aws-mfa")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn(b"pam_aws_mfa.so", self.world.path("/etc/pam.d/common-auth").read_bytes())
        default = self.world.path("/home/alice/.aws/credentials")
        default.write_text(default.read_text().replace("[work-", "[default-"))
        config = self.world.path("/home/alice/.aws/config")
        config.write_text(config.read_text().replace("[profile work]", "[default]"))
        su = self.world.console("/usr/bin/su", "-c", "id -un", "alice", user="bob")
        su.answer("Password: ", PASSWORD)
        su.answer(PROMPT, self.user.code)
        self.assertEqual(su.wait(), 0, su.screen)
        self.newer()
        self.install()
        self.assertIn(NEW_TEXT, self.world.path(CONF).read_text(), "nobody had changed it")
        self.assertIn(b"pam_aws_mfa.so", self.world.path("/etc/pam.d/common-auth").read_bytes())
        self.dpkg("--purge", *PACKAGES)
        self.assertEqual(self.read_stacks(), clean)
        self.assertEqual(self.left(), [])

    def test_a_refused_removal_takes_nothing_away(self):
        """It keeps pam-auth-update's text and the administrator's changes in it."""
        common = self.world.path("/etc/pam.d/common-auth")
        update = "/usr/sbin/pam-auth-update"
        self.assertEqual(self.world.run(update, "--package", "--force").returncode, 0)
        self.install()
        self.assertEqual(self.world.run(update, "--enable", "aws-mfa").returncode, 0)
        enabled = common.read_text()
        self.assertIn("pam_aws_mfa.so nullok", enabled)
        self.world.write("/etc/security/mfa", STACK)
        for files in [{"other": "@include ../security/mfa\n"}, {"other": STACK},
                      {"common-auth": enabled.replace("pam_aws_mfa.so nullok", "pam_aws_mfa.so always"),
                       "other": STACK}]:
            with self.subTest(files):
                self.world.path("/etc/pam.d/other").unlink(missing_ok=True)
                self.world.write("/etc/pam.d/common-auth", enabled)
                for name, text in files.items():
                    self.world.write(f"/etc/pam.d/{name}", text)
                before = self.read_stacks()
                self.assertIn("name the module", self.dpkg("--remove", *PACKAGES, fails=True))
                self.assertEqual(self.read_stacks(), before)


if __name__ == "__main__":
    unittest.main()
