"""Changes of entries that are killed at a system call, that fail, and that happen at once."""

import os
import re
import shutil
import threading
import time
import unittest

from home import long_term, section
from paths import AWS_MFA, BUILD
from tool.keystore.admintest import KEYS, AdminTest


@unittest.skipUnless(shutil.which("strace"), "no strace")
class Disturbed(AdminTest):
    NEEDS = ("strace",)
    CHANGING = ("openat", "fchown", "fchmod", "write", "fsync", "renameat", "unlinkat")

    def traced(self, *args, options=(), input=""):
        return self.world.run("strace", "-qq", "-o", "/tmp/trace", *options, AWS_MFA, "keystore", *args,
                              input=input)

    def add(self, name="alice", *args, user=None, options=None, **more):
        if options is None:
            return super().add(name, *args, user=user, **more)
        user = user or self.user
        return self.traced("add", name, "--access-key-id", user.access_key_id, *args, options=options,
                           input=user.secret_access_key + "\n")

    def calls(self, *args, **options):
        """-> the calls that change the folder, each with its number among the calls of its name"""
        self.own.add("/tmp/trace")
        run = self.add("alice", *args, options=(), **options)
        self.assertEqual(run.returncode, 0, run.stderr)
        count, found, began = {}, [], False
        for line in self.world.path("/tmp/trace").read_text().splitlines():
            name = line.split("(")[0]
            count[name] = count.get(name, 0) + 1
            began = began or name == "flock"
            if began and name in self.CHANGING and "/proc/" not in line:
                found.append((name, count[name]))
            if "loginuid" in line:      # for the log
                break
        return found

    def test_an_entry_is_the_old_or_the_new_one(self):
        self.add()
        other = self.box.add_user("another")
        calls = self.calls("--force", user=other)
        self.assertGreaterEqual({name for name, _ in calls},
                                {"openat", "fchmod", "write", "fsync", "renameat", "unlinkat"})
        entry, ends = self.world.path(KEYS / "alice"), set()
        self.add("alice", "--force")
        old = entry.read_bytes()
        ways = [(*call, "signal=KILL") for call in calls]
        ways += [(*call, "error=ENOSPC") for call in calls if call[0] in ("write", "fsync", "renameat")]
        for call, when, how in ways:
            with self.subTest(call=call, when=when, how=how):
                entry.write_bytes(old)
                run = self.add("alice", "--force", user=other, options=(
                    "-e", f"trace={call}", "-e", f"inject={call}:{how}:when={when}"))
                new = entry.read_bytes() != old
                ends.add((run.returncode, new))
                self.holds(other if new else self.user)
                self.assertEqual([name for name in self.names() if not name.startswith("-")], ["alice"])
                if run.returncode != -9:
                    self.assertEqual(self.names(), ["alice"])
        # Failed, and new all the same: the folder could not be synced.
        self.assertEqual(ends, {(-9, False), (-9, True), (4, False), (4, True)})
        self.add("alice", "--force")
        self.assertEqual(self.names(), ["alice"])

    def test_a_change_that_ends_by_a_signal_is_in_the_log(self):
        """The signal comes after the new entry has its name, or the old one is gone."""
        self.own.add("/tmp/trace")
        for name, call in (("INT", "renameat"), ("HUP", "renameat")):
            run = self.add("alice", "--force", options=("-e", f"trace={call}",
                                                        "-e", f"inject={call}:signal={name}"))
            self.assertNotEqual(run.returncode, 0)
            self.holds()
        # The folder cannot be synced, and the entry is new all the same.
        run = self.add("alice", "--force", options=("-e", "trace=fsync",
                                                    "-e", "inject=fsync:error=EIO:when=2"))
        self.assertEqual(run.returncode, 4)
        self.traced("remove", "alice", "--yes", options=(
            "-e", "trace=fsync", "-e", "inject=fsync:signal=TERM:when=1"))
        self.assertEqual(self.names(), [])
        self.assertEqual([line.split()[3] for line in self.journal()],
                         ["add:", "replace:", "replace:", "remove:"])

    def test_remove_sweeps(self):
        """The keys of an interrupted add, also if the user has no entry."""
        self.add()
        for user, status in (("bob", 12), ("alice", 0)):
            left = self.world.path(KEYS / "-new")
            left.write_text("aws_secret_access_key = x\n")
            self.run_it("remove", user, "--yes", status=status)
            self.assertFalse(left.exists(), user)

    def test_import_loses_no_key(self):
        """Killed at a call, of root's process or the user's: the key is in the home or the entry."""
        self.own.add("/tmp/trace")
        home = self.world.path("/home/alice/.aws/credentials")
        text, states = home.read_text(), set()
        for call, when in (("renameat", 1), ("renameat2", 1), ("fsync", 1), ("fsync", 2), ("unlinkat", 1),
                           ("unlinkat", 2), ("unlinkat", 3)):
            with self.subTest(call=call, when=when):
                shutil.rmtree(self.world.path(KEYS), ignore_errors=True)
                home.write_text(text)
                self.traced("import", "alice", "--profile", "work", "--yes", options=(
                    "-f", "-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={when}"))
                there = "alice" in self.names()
                left = "aws_secret_access_key" in section(home, "work-long-term")
                states.add((there, left))
                if there:
                    self.holds(profile="work")
                if left or not there:
                    self.assertEqual(home.read_text(), text)
                self.run_it("import", "alice", "--profile", "work", "--yes",
                            status=0 if left or not there else 12)
                self.holds(profile="work")
                for path in home.parent.iterdir():
                    self.assertNotIn(self.user.secret_access_key, path.read_text(), path)
        self.assertEqual(states, {(False, True), (True, True), (True, False)})


@unittest.skipUnless(shutil.which("strace"), "no strace")
class Stopped(AdminTest):
    NEEDS = ("strace",)

    @classmethod
    def setUpClass(cls):
        if not os.environ.get("BASTION"):
            raise unittest.SkipTest("takes its time: `make check-keystore`")
        super().setUpClass()

    def test_import_waits_for_no_stopped_process(self):
        """The user stops their process."""
        self.own.add("/tmp/trace")
        start, command = time.monotonic(), ["import", "alice", "--profile", "work", "--yes"]
        run = self.world.run("strace", "-qqf", "-o", "/tmp/trace", "-e", "trace=write", "-e",
                             "inject=write:signal=STOP:when=3", AWS_MFA, "keystore", *command)
        self.assertEqual(run.returncode, 10, run.stderr)
        self.assertIn("works as alice did not answer", run.stderr)
        self.assertLess(time.monotonic() - start, 40)
        self.run_it(*command)
        self.assertEqual(self.names(), ["alice"])


class AtOnce(AdminTest):
    def start(self, user, *args):
        return super().start("add", "alice", "--access-key-id", user.access_key_id, *args)

    def end(self, process, user):
        _, err = process.communicate(user.secret_access_key + "\n", 60)
        return process.returncode, err

    def test_the_second_one_sees_the_first(self):
        """Both have found no entry. The one that writes last must not undo what it never saw."""
        other = self.box.add_user("second")
        first, second = self.start(self.user), self.start(other)
        end = time.monotonic() + 20
        for process in (first, second):     # it waits for the secret: it has looked for an entry
            while not self.waits(process.pid):
                self.assertIsNone(process.poll(), "has ended before it read the secret")
                self.assertLess(time.monotonic(), end, "does not read the secret")
        self.assertEqual(self.end(first, self.user)[0], 0)
        status, err = self.end(second, other)
        self.assertEqual(status, 13)
        self.assertIn("has changed meanwhile", err)
        self.holds()

    @staticmethod
    def waits(pid):
        """-> whether the process reads its standard input"""
        with open(f"/proc/{pid}/syscall") as file:
            return file.read().startswith("0 0x0 ")

    def test_many_at_once(self):
        users = [self.box.add_user(f"many{n}") for n in range(4)]
        results = []
        threads = [threading.Thread(target=lambda u=user: results.append(
            self.end(self.start(u, "--force"), u)[0])) for user in users]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertIn(0, results)
        self.assertLessEqual(set(results), {0, 13})
        key = self.entry()["aws_access_key_id"]
        winner, = [user for user in users if user.access_key_id == key]
        self.holds(winner)
        self.assertEqual(self.names(), ["alice"])
        self.assertEqual(len(self.journal()), results.count(0))


if __name__ == "__main__":
    unittest.main()
