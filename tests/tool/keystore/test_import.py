"""aws-mfa keystore import: the keys of a home, and whatever its user and others do meanwhile."""

import fcntl
import os
import re
import shlex
import shutil
import socket
import time
import unittest
from contextlib import contextmanager
from pathlib import Path

from home import long_term
from host import ROLE
from paths import AWS_MFA, BUILD
from tool.keystore.admintest import KEYS, AdminTest


class Import(AdminTest):
    def setUp(self):
        super().setUp()
        self.home = self.world.path("/home/alice/.aws/credentials")

    def move(self, *args, **options):
        return self.run_it("import", "alice", "--profile", "work", *args, **options)

    def put(self, name, text, mode=0o600):
        """-> a file of alice beside the credentials file"""
        path = self.home.parent / name
        path.write_text(text)
        os.chown(path, self.uid, self.uid)
        path.chmod(mode)
        return path

    def refused(self, words):
        before = self.home.read_bytes()
        self.assertIn(words, self.move("--yes", status=13).stderr)
        self.assertEqual((self.names(), self.home.read_bytes()), ([], before))

    def test_it_moves(self):
        self.home.write_text("# mine\n" + long_term(self.user) + "region = x\n[work]\na = b\n")
        run = self.move("--yes", "--role-arn", "arn:aws:iam::123456789012:role/Bastion")
        self.holds(role_arn="arn:aws:iam::123456789012:role/Bastion", profile="work")
        self.assertEqual(self.home.read_text(),
                         "# mine\n[work-long-term]\nregion = x\n[work]\na = b\n")
        st = self.home.stat()
        self.assertEqual((st.st_uid, st.st_mode & 0o7777), (self.uid, 0o600))
        self.assertIn("[work-long-term] of /home/alice/.aws/credentials has no keys any more", run.stdout)
        line, = self.journal()
        self.assertIn("keystore import: user=alice ", line)
        self.assertIn("there are no long-term keys in [work-long-term]",
                      self.move("--yes", status=12).stderr)
        self.assertIn("[default-long-term]", self.run_it("import", "alice", "--yes", status=12).stderr)

    def test_the_kernel_is_old(self):
        self.move("--yes", env=self.preload(BUILD / "tests/tool/old_kernel.so"))
        self.holds(profile="work")

    def test_it_asks(self):
        self.assertIn("add --yes", self.move(status=2).stderr)
        before = self.home.read_text()
        for answer in ("n", ""):
            console = self.console(AWS_MFA, "keystore", "import", "alice", "--profile", "work")
            console.expect(f"AWS accepts the key: user {self.user.name}, account 123456789012")
            console.expect(f"Move key {self.user.access_key_id} out of the home of alice? [Y/n] ")
            console.send(answer + "\n")
            console.wait()
            self.assertEqual((self.names(), self.home.read_text() == before),
                             ([], True) if answer else (["alice"], False))

    def test_other_keys_in_an_entry_stay(self):
        other = self.box.add_user("elsewhere")
        self.add(user=other)
        self.assertIn("to replace it add --force", self.move("--yes", status=2).stderr)
        self.holds(other)
        self.assertIn(self.user.secret_access_key, self.home.read_text())
        self.move("--yes", "--force")
        self.holds(profile="work")

    def test_an_interrupted_one_goes_on(self):
        """The entry keeps its role."""
        self.add("alice", "--role-arn", "arn:aws:iam::123456789012:role/Bastion")
        self.assertIn("has these keys already and stays as it is, with its own profile",
                      self.move("--yes").stdout)
        self.holds(role_arn="arn:aws:iam::123456789012:role/Bastion")
        self.assertNotIn(self.user.secret_access_key, self.home.read_text())

    def test_the_entry_changes_at_the_question(self):
        """Another administrator removes it: the home has the only copy of the keys then."""
        self.add("alice", "--profile", "work")
        before = self.home.read_text()
        console = self.console(AWS_MFA, "keystore", "import", "alice", "--profile", "work")
        console.expect(f"Move key {self.user.access_key_id} out of the home of alice? [Y/n] ")
        self.run_it("remove", "alice", "--yes")
        console.send("y\n")
        console.expect("has changed meanwhile")
        self.assertEqual((console.wait(), self.home.read_text()), (13, before))

    def test_an_entry_of_somebody_else(self):
        """Who had the name before: no login would take it."""
        self.add("alice", "--profile", "work")
        path, before = self.world.path(KEYS / "alice"), self.home.read_text()
        path.write_text(re.sub("uid = .*", "uid = 4711", path.read_text()))
        self.assertIn("is of uid 4711, but alice is uid", self.move("--yes", status=13).stderr)
        self.assertEqual(self.home.read_text(), before)

    def test_the_secret_stands_elsewhere_in_the_file(self):
        """It would stay in the home, and import would say that it has gone."""
        keys = long_term(self.user).partition("\n")[2]
        for text, line in ((f"[DEFAULT]\n{keys}[work-long-term]\n", None),
                           (f"{long_term(self.user)}[work]\n{keys}", None),
                           (f"# old: {self.user.secret_access_key}\n{long_term(self.user)}", 1),
                           (f"{long_term(self.user)}note = {self.user.secret_access_key}\n", None)):
            self.home.write_text(text)
            line = line or len(text[:text.rindex(self.user.secret_access_key)].splitlines())
            self.assertIn(f":{line}: the secret is in this line, and would stay in the home",
                          self.move("--yes", status=13).stderr)
            self.assertEqual((self.names(), self.home.read_text()), ([], text))
        self.home.write_text(long_term(self.user))
        config = f"[profile work]\n# {self.user.secret_access_key}\n"
        self.world.write("/home/alice/.aws/config", config, self.uid, 0o600)
        self.assertIn("config:2: the secret is in this line", self.move("--yes", status=13).stderr)

    def test_other_options_need_force(self):
        """The same keys, and options that would drop the role: as for keystore add."""
        before = self.home.read_text()
        options = ("--role-arn", "arn:aws:iam::123456789012:role/Bastion", "--external-id", "x1")
        self.move("--yes", *options)
        for other in (("--duration", "1h"), options[:2], (*options, "--duration", "1h")):
            self.home.write_text(before)
            self.assertIn("to replace it add --force", self.move("--yes", *other, status=2).stderr)
            self.holds(role_arn=options[1], external_id="x1", profile="work")
        self.move("--yes", *options)
        self.home.write_text(before)
        self.move("--yes", "--force", "--duration", "1h")
        self.holds(duration="3600", profile="work")

    def test_root_opens_nothing_in_the_home(self):
        """What alice cannot read, import does not read for her; and no fault changes a file."""
        shadow = self.world.path("/etc/shadow").read_bytes()
        self.home.unlink()
        for target in ("/etc/shadow", KEYS / "bob"):
            os.symlink(target, self.home)
            self.assertIn("ermission denied", self.move("--yes", status=13).stderr)
            self.home.unlink()
        os.mkfifo(self.home)
        os.chown(self.home, self.uid, self.uid)
        self.move("--yes", status=13)
        self.home.unlink()
        self.world.write("/home/alice/.aws/credentials", long_term(self.user).replace(
            self.user.secret_access_key, self.user.secret_access_key[::-1]), self.uid, 0o600)
        self.assertIn("does not belong to the access key", self.move("--yes", status=13).stderr)
        self.assertEqual((self.names(), self.world.path("/etc/shadow").read_bytes()), ([], shadow))
        self.assertTrue(re.search("aws_secret_access_key", self.home.read_text()))

    # --- what would stay in the home ---

    def test_a_rotation_has_a_second_key(self):
        """It would stay, and `aws-mfa rotate` could not end the rotation any more."""
        for line in ("aws_mfa_old_secret_access_key", "aws_mfa_new_secret_access_key", "aws_mfa_rotate_started"):
            self.home.write_text(f"{long_term(self.user)}{line} = x\n")
            self.refused("a rotation of the key in [work-long-term] is not finished; as this user, run "
                         "aws-mfa rotate work until")

    def test_copies_beside_the_file(self):
        folder = self.home.parent
        for name in ("credentials.bak", "credentials~", ".credentials.swp", ".credentials.aws-mfa-kept",
                     "config~", "credentials$(x)"):
            self.put(name, f"junk {self.user.secret_access_key}")
            quoted = shlex.quote(f"/home/alice/.aws/{name}")
            self.refused(f"{quoted}: the secret is in this file, too")
            (folder / name).unlink()
        self.put("credentials.bak", "[other]\n")
        self.put("credentials.old", "x", mode=0)
        self.refused("credentials.old: may have the secret, and cannot be read; remove it")
        (folder / "credentials.old").unlink()
        with open(self.put("credentials.old", self.user.secret_access_key), "r+") as large:
            large.truncate(9 << 20)
        self.refused("credentials.old: may have the secret, and cannot be searched")
        (folder / "credentials.old").unlink()
        self.world.write("/home/alice/a-copy", long_term(self.user), self.uid, 0o600)
        (folder / "credentials.link").symlink_to("../a-copy")
        self.refused("credentials.link: a symlink to a file with the secret, which would stay; remove both")
        (folder / "credentials.link").unlink()
        (folder / "credentials.link").symlink_to("/etc/shadow")
        self.refused("credentials.link: may have the secret, and cannot be read; remove it")
        (folder / "credentials.link").unlink()
        (folder / "credentials.link").symlink_to("gone")
        (folder / "credentials.same").symlink_to("credentials")
        folder.chmod(0o300)
        self.refused("/home/alice/.aws/: this folder cannot be listed")
        folder.chmod(0o700)
        os.mkfifo(folder / "credentials.fifo")
        (folder / "credentials.d").mkdir()
        self.addCleanup((folder / "credentials.d").rmdir)
        for name in ("fifo", "link", "same"):
            self.addCleanup((folder / f"credentials.{name}").unlink)
        self.move("--yes")
        self.holds(profile="work")

    def test_a_copy_beside_the_file_that_a_symlink_leads_to(self):
        self.world.write("/home/alice/dot/aws-keys", self.home.read_text(), self.uid, 0o600)
        os.chown(self.world.path("/home/alice/dot"), self.uid, self.uid)
        self.home.unlink()
        self.home.symlink_to("../dot/aws-keys")
        os.chown(self.home, self.uid, self.uid, follow_symlinks=False)
        for path in ("/home/alice/dot/aws-keys~", "/home/alice/.aws/credentials.bak"):
            self.world.write(path, self.user.secret_access_key, self.uid, 0o600)
            self.refused(f"{shlex.quote(path)}: the secret is in this file, too")
            self.world.path(path).unlink()
        self.move("--yes")
        self.holds(profile="work")
        self.assertTrue(self.home.is_symlink())

    def test_copies_of_a_write_in_place(self):
        """The folder is root's, so they are in the home. Somebody has written the file since."""
        folder = self.home.parent
        os.chown(folder, 0, 0)
        self.addCleanup(os.chown, folder, self.uid, self.uid)
        folder.chmod(0o755)
        self.own.add("/tmp/trace")
        run = self.world.run("strace", "-qqf", "-o", "/tmp/trace", "-e", "trace=ftruncate", "-e",
                       "inject=ftruncate:signal=KILL:when=1", AWS_MFA, "keystore", "import", "alice",
                       "--profile", "work", "--yes")
        home = folder.parent
        left = [path.name for path in home.iterdir() if path.name.startswith(".aws-mfa-")]
        self.assertNotEqual(left, [], run.stderr)
        self.home.write_text(long_term(self.user) + "# new\n")
        run = self.move("--yes", status=13)
        self.assertRegex(run.stderr, r"/home/alice/\.aws-mfa-\S+-kept: an interrupted write has left the secret here")
        kept, = home.glob(".aws-mfa-*-kept")
        kept.rename(f"{kept}-2")
        self.assertIn("-kept-2: ", self.move("--yes", status=13).stderr)
        # A stranger can use such a name in /var/tmp.
        for path in (f"/var/tmp/{kept.name}", f"/var/tmp/{kept.name}-3"):
            self.world.path(path).symlink_to("/root/secret")
            self.addCleanup(self.world.path(path).unlink)
            os.chown(self.world.path(path), self.world.users["bob"], -1, follow_symlinks=False)
        for path in home.glob(".aws-mfa-*"):
            path.unlink()
        self.move("--yes")
        self.holds(profile="work")

    def test_one_file_for_both(self):
        link = self.home.with_name("config")
        link.unlink(missing_ok=True)
        link.symlink_to("credentials")
        os.chown(link, self.uid, self.uid, follow_symlinks=False)
        self.move("--yes")
        self.holds(profile="work")

    def test_stopped_by_the_terminal(self):
        """It has the lock of the entries, so it does not stop."""
        with self.the_home_held() as console:
            console.send("\x1a")
            removing = self.start("remove", "alice", "--yes")
            self.until(lambda: self.waits_for_lock(removing))
        self.assertEqual((console.wait(), removing.wait(60)), (0, 0))

    def test_other_names_of_the_file(self):
        names = {"/home/alice/mine", "/home/bob/his", "/home/alice/.aws/credentials"}
        links = [self.world.path(name) for name in names if "credentials" not in name]
        for link in links:
            os.link(self.home, link)
        self.refused("has 3 names (hard links)")
        command = self.move("--yes", status=13).stderr.rpartition("run: ")[2]
        self.assertEqual({name for name in self.world.run("sh", "-c", command).stdout.split()
                          if name.startswith("/home/")}, names)
        for link in links:
            link.unlink()
        self.move("--yes")

    def test_what_changes_while_it_asks(self):
        """What was looked at before is looked at again when the keys are removed."""
        for more, words in ((f"# {self.user.secret_access_key}\n", "the secret is in this line"),
                            ("aws_mfa_new_access_key_id = x\n", "is not finished")):
            shutil.rmtree(self.world.path(KEYS), ignore_errors=True)
            self.home.write_text(long_term(self.user))
            console = self.console(AWS_MFA, "keystore", "import", "alice", "--profile", "work")
            console.expect("out of the home of alice? [Y/n] ")
            self.home.write_text(long_term(self.user) + more)
            console.send("y\n")
            console.expect("the home may still have them, too")
            self.assertIn(words, console.screen)
            self.assertEqual(console.wait(), 10)
            self.holds(profile="work")
            self.assertEqual(self.home.read_text(), long_term(self.user) + more)

    def test_what_a_killed_run_has_left(self):
        """With the keys still in the section, and without."""
        left = self.put(".credentials.aws-mfa-new", long_term(self.user))
        self.move("--yes")
        self.assertFalse(left.exists())
        left = self.put(".credentials.aws-mfa-new", long_term(self.user))
        left.parent.chmod(0o500)
        self.assertIn("(.credentials.aws-mfa-new) cannot be removed", self.move("--yes", status=13).stderr)
        left.parent.chmod(0o700)
        self.assertIn("there are no long-term keys", self.move("--yes", status=12).stderr)
        self.assertFalse(left.exists())

    def test_a_program_has_the_file_open(self):
        """The write would wait for it, after the entry is there."""
        os.utime(self.home, (1, 1))     # it does not write
        with open(self.home, "r+"):
            self.refused("another program keeps it open for writing")
        self.move("--yes")

    # --- whose keys and whose device ---

    def test_a_file_of_somebody_else(self):
        """As a login refuses it. Else the entry would have the device of who put it there."""
        bob, other = self.world.users["bob"], self.box.add_user("planted")
        aws = self.home.parent
        self.addCleanup(aws.chmod, 0o700)
        aws.chmod(0o777)
        self.refused("others may write it")
        self.home.write_text(long_term(other))
        os.chown(self.home, bob, bob)
        self.home.chmod(0o644)
        self.refused("others may write it")
        aws.chmod(0o700)
        self.refused("belongs to uid")
        os.chown(self.home, self.uid, self.uid)
        theirs = self.world.path("/home/bob")
        self.addCleanup(theirs.chmod, theirs.stat().st_mode & 0o7777)
        theirs.chmod(0o755)
        aws.rename(aws.with_name("aside"))
        aws.symlink_to("../bob")
        os.chown(aws, self.uid, self.uid, follow_symlinks=False)
        told = self.move("--yes", status=13).stderr
        self.assertIn("/home/bob: belongs to uid", told)
        self.assertIn("; as this user, not as root, run: ", told)
        aws.unlink()
        aws.with_name("aside").rename(aws)
        # Their config file can name a device, too.
        self.home.write_text(re.sub("(?m)^aws_mfa_device.*\n", "", long_term(self.user)))
        config = self.put("config", "[profile work]\nmfa_serial = arn:aws:iam::123456789012:mfa/evil\n", mode=0o666)
        self.refused("config: others may write it")
        config.unlink()

    def test_the_entry_keeps_its_device(self):
        """The user names another one, and IAM lists none."""
        self.move("--yes", "--role-arn", ROLE)
        self.home.write_text(long_term(self.user).replace("mfa/", "mfa/another-"))
        self.box.policy_denies(self.user, "iam:*")
        self.move("--yes", "--role-arn", ROLE)
        self.holds(role_arn=ROLE, profile="work")
        self.assertEqual(self.entry()["aws_mfa_device"], self.user.serial)

    def test_an_entry_of_another_uid_needs_force(self):
        self.move("--yes", "--role-arn", ROLE)
        path = self.world.path(KEYS / "alice")
        path.write_text(re.sub("uid = .*", "uid = 4711", path.read_text()))
        self.home.write_text(long_term(self.user))
        self.assertIn("add --force", self.move("--yes", "--role-arn", ROLE, status=2).stderr)
        self.move("--yes", "--role-arn", ROLE, "--force")
        self.holds(role_arn=ROLE, profile="work")

    # --- at the same moment ---

    @contextmanager
    def the_home_held(self):
        """-> an import that has written the entry, and waits for the lock of alice's file"""
        lock = self.put(".credentials.aws-mfa-lock", "")
        moving = self.console(AWS_MFA, "keystore", "import", "alice", "--profile", "work")
        moving.expect("out of the home of alice? [Y/n] ")
        with open(lock, "r+") as held:
            fcntl.lockf(held, fcntl.LOCK_EX, 1, 0)
            moving.send("y\n")
            self.until(lambda: "alice" in self.names())
            yield moving

    def until(self, condition):
        end = time.monotonic() + 20
        while not condition():
            self.assertLess(time.monotonic(), end, "takes too long")
            time.sleep(0.01)

    @staticmethod
    def waits_for_lock(process):
        """-> whether it has the keys' folder open and sleeps, or has ended"""
        if process.poll() is not None:
            return True
        fds = Path(f"/proc/{process.pid}/fd")
        with open(f"/proc/{process.pid}/wchan") as file:
            return "poll" in file.read() and any(os.readlink(fd).endswith("/keys") for fd in fds.iterdir())

    def test_nobody_changes_the_entry_before_the_home_is_clear(self):
        """The user holds the lock of the file meanwhile."""
        with self.the_home_held() as moving:
            removing = self.start("remove", "alice", "--yes")
            self.until(lambda: self.waits_for_lock(removing))
            self.assertIsNone(removing.poll())
            self.assertIn(self.user.secret_access_key, self.home.read_text())
            self.assertEqual(self.names(), ["alice"])
        self.assertEqual((moving.wait(), removing.wait(60)), (0, 0))
        self.assertEqual([line.split()[3] for line in self.journal()], ["import:", "remove:"])

    def test_the_log_takes_nothing(self):
        """Its daemon is stopped: import goes on after a while, and says so."""
        log = self.world.path("/dev/log")
        saved = log.with_name("log.saved")
        log.rename(saved)
        self.addCleanup(saved.rename, log)
        self.addCleanup(log.unlink)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as stopped, \
                socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as full:
            stopped.bind(str(log))
            full.setblocking(False)
            full.connect(str(log))
            with self.assertRaises(BlockingIOError):
                for _ in range(100_000):
                    full.send(b"x")
            run = self.move("--yes")
        self.assertIn("may not have taken this line; look at its daemon: keystore import: user=alice", run.stderr)
        self.holds(profile="work")
        self.assertNotIn(self.user.secret_access_key, self.home.read_text())

    def test_what_was_typed_before_the_question_is_no_answer(self):
        console = self.console(AWS_MFA, "keystore", "import", "alice", "--profile", "work")
        console.send("\n")
        console.expect("out of the home of alice? [Y/n] ")
        self.assertIn(self.user.secret_access_key, self.home.read_text())
        console.send("n\n")
        self.assertEqual(console.wait(), 2)
        self.assertEqual(self.names(), [])


if __name__ == "__main__":
    unittest.main()
