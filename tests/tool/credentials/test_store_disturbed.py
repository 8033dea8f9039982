"""Writing a session when system calls fail, or when the process dies at any time."""

import contextlib
import fcntl
import os
import resource
import shutil
import signal
import stat
import subprocess
import time
from pathlib import Path

from tool.credentials.storing import INPUT, LOCK, OLD, STORE, StoreTest


class Disturbed(StoreTest):
    """Each system call of the write path in turn kills the process, or fails."""

    WRITING = {"openat", "write", "pwrite64", "fsync", "renameat", "renameat2", "unlinkat", "fchmod", "fchown",
               "ftruncate", "fallocate", "fsetxattr"}

    def setUp(self):
        super().setUp()
        if not shutil.which("strace"):
            self.skipTest("no strace")
        self.options = {}
        self.env["WAIT_MS"] = "2000"     # the waiting time of a refresh
        with contextlib.suppress(OSError):
            os.setxattr(self.credentials, "user.note", b"mine")

    def path_of_calls(self):
        """The calls after the session was read, each with its number among calls of the same
        name."""
        trace = self.home / "trace"
        run = self.store(prefix=["strace", "-qq", "-o", str(trace)], status=None)
        if run.returncode != 0:
            self.skipTest(f"strace does not work here: {run.stderr.strip()}")
        count, calls, reached = {}, [], False
        for line in trace.read_text().splitlines():
            name = line.split("(")[0]
            count[name] = count.get(name, 0) + 1
            # brk: it cannot fail as strace makes it fail, and libc does not expect that
            if reached and name not in ("exit_group", "brk", "munmap"):
                calls.append((name, count[name]))
            reached = reached or line.startswith('read(0, "", ')
        trace.unlink()
        self.assertGreater(len(calls), 30)
        return calls

    def disturbed(self, call, how):
        self.restore()
        name, when = call
        return self.store(prefix=["strace", "-qq", "-o", "/dev/null", "-e", f"trace={name}", "-e",
                                  f"inject={name}:{how}:when={when}"], status=None)

    def restore(self):
        """Writes the old content again, into the same inode: a mount needs that."""
        self.credentials.write_bytes(OLD)

    def leftovers(self):
        return set(self.names()) - {"credentials", LOCK} | set(self.names(self.home)) - self.at_home

    def prepare(self):
        self.at_home = set(self.names(self.home))
        self.old = OLD
        calls = self.path_of_calls()
        self.new = self.credentials.read_bytes()
        self.assertNotEqual(self.new, self.old)
        # possible results of the next run, for another section
        self.next = {}
        for state in (self.old, self.new):
            self.credentials.write_bytes(state)
            self.store("next")
            self.next[state] = self.credentials.read_bytes()
        return calls

    def check_next_run(self, states):
        run = self.store("next")
        self.assertIn(self.credentials.read_bytes(), [self.next[state] for state in states], run.stderr)
        self.assertEqual(self.leftovers(), set())
        self.assertEqual(stat.S_IMODE(self.credentials.stat().st_mode), 0o600)

    def kill_everywhere(self, calls, check):
        for call in calls:
            with self.subTest(killed_at=call):
                run = self.disturbed(call, "signal=KILL")
                self.assertEqual(run.returncode, -9)
                check()
                self.assertEqual(stat.S_IMODE(self.credentials.stat().st_mode), 0o600)
                self.check_next_run((self.old, self.new))

    def end_everywhere(self, calls, check):
        """Signals that let a process tidy up: it leaves nothing, and the signal ends it."""
        self.options["preexec_fn"] = lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        others = [signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGXCPU]
        for n, call in enumerate(calls):
            for number in (signal.SIGTERM, others[n % len(others)])[:1 + (call[0] in self.WRITING)]:
                with self.subTest(ended_at=call, by=number.name):
                    run = self.disturbed(call, f"signal={number.name}")
                    self.assertEqual(run.returncode, -number, run.stderr)
                    self.assertEqual(self.leftovers(), set())
                    check()

    def fail_everywhere(self, calls):
        for call in calls:
            errors = ["EIO", "ENOSPC", "EDQUOT", "EINTR", "ENOMEM"]
            for error in errors if call[0] in self.WRITING else errors[:1]:
                with self.subTest(failed=call, error=error):
                    run = self.disturbed(call, f"error={error}")
                    data = self.credentials.read_bytes()
                    self.assertEqual(data, self.old if run.returncode else self.new, run.stderr)
                    self.assertEqual(run.returncode != 0, "error: " in run.stderr)
                    self.assertGreaterEqual(run.returncode, 0)
                    self.check_next_run((data,))

    def whole(self):
        self.found_with_one_look()
        self.assertIn(self.credentials.read_bytes(), (self.old, self.new))

    def test_killed_at_every_call(self):
        self.kill_everywhere(self.prepare(), self.whole)

    def test_ended_at_every_call(self):
        self.end_everywhere(self.prepare(), self.whole)

    def test_ended_while_it_waits_for_a_lock(self):
        """There is nothing to tidy up, so the signal does not wait for the lock."""
        with open(self.folder / LOCK, "w") as lock:
            fcntl.lockf(lock, fcntl.LOCK_EX)
            trace = self.home / "trace"
            run = subprocess.Popen(["strace", "-qq", "-o", trace, STORE, self.credentials, "work"],
                                   env=self.env, stdin=subprocess.PIPE)
            self.addCleanup(run.wait)
            self.addCleanup(run.kill)
            run.stdin.write(INPUT.encode())
            run.stdin.close()
            end = time.monotonic() + 10
            while not (trace.exists() and "F_OFD_SETLK" in trace.read_text()):
                self.assertLess(time.monotonic(), end)
                time.sleep(0.01)
            child, = Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()
            os.kill(int(child), signal.SIGTERM)
            self.assertEqual(run.wait(5), -signal.SIGTERM)
        self.untouched()

    def test_every_call_fails(self):
        self.fail_everywhere(self.prepare())

    def mount(self):
        """Mounts only the file into another folder: it cannot be replaced there."""
        box = self.home / "box"
        box.mkdir(mode=0o700)
        (box / "credentials").touch()
        self.namespace('mount --bind "$1" "$2"; cd /', self.credentials, box / "credentials")
        self.folder = box
        self.options = {"path": box / "credentials"}   # only the program sees it there

    def store(self, *args, **options):
        return super().store(*args, **{**self.options, **options})

    def found_with_one_look(self):
        """A run looks only for this name."""
        left = self.leftovers()
        self.assertEqual(bool(left), any(name.endswith("-new") for name in left), left)

    def whole_or_saved(self):
        self.found_with_one_look()
        data = self.credentials.read_bytes()
        if data not in (self.old, self.new):
            saved, = [name for name in self.leftovers() if name.endswith("-saved")]
            folder = self.folder if (self.folder / saved).exists() else self.home
            self.assertEqual((folder / saved).read_bytes(), self.old)

    def test_in_place_killed_at_every_call(self):
        self.mount()
        self.kill_everywhere(self.prepare(), self.whole_or_saved)

    def test_in_place_ended_at_every_call(self):
        self.mount()
        self.end_everywhere(self.prepare(), self.whole)

    def test_in_place_every_call_fails(self):
        self.mount()
        self.fail_everywhere(self.prepare())

    def test_in_a_closed_folder_killed_at_every_call(self):
        self.options = self.closed_folder()
        self.kill_everywhere(self.prepare(), self.whole_or_saved)

    def test_in_a_closed_folder_ended_at_every_call(self):
        self.options = self.closed_folder()
        self.end_everywhere(self.prepare(), self.whole)

    def test_ended_while_an_earlier_write_is_undone(self):
        """The earlier write was killed. What it left is still there completely, or not at all."""
        self.options = self.closed_folder()
        calls = self.prepare()
        self.disturbed(next(call for call in calls if call[0] == "ftruncate"), "signal=KILL")
        left = {self.home / name: (self.home / name).read_bytes() for name in self.leftovers()}
        self.assertEqual(len(left), 2)
        owner = self.credentials.stat()

        def restore():
            for path, data in left.items():
                path.write_bytes(data)
                os.chown(path, owner.st_uid, owner.st_gid)
                path.chmod(0o600)
            self.credentials.write_bytes(self.new[:-9])

        self.restore = restore
        restore()
        for call in self.path_of_calls():
            with self.subTest(ended_at=call):
                run = self.disturbed(call, "signal=TERM")
                self.assertEqual(run.returncode, -signal.SIGTERM, run.stderr)
                kept = self.leftovers()
                self.assertIn(kept, (set(), {path.name for path in left}))
                self.assertIn(self.credentials.read_bytes(),
                              (self.new[:-9], self.old, *([] if kept else [self.new])))

    def test_a_full_disk(self):
        copy = shutil.copy(self.credentials, self.home / "copy")
        self.namespace('mount -t tmpfs -o size=64k,mode=700 none "$1"; cp "$2" "$1/credentials"',
                       self.folder, copy)
        look = [*self.prefix, "sh", "-c", 'cat "$1/credentials"; ls -A "$1" | wc -l >&2', "sh", self.folder]
        run = self.store(input=INPUT.replace("token/new+1==", "t" * 60000), status=10)
        self.assertIn("No space left on device", run.stderr)
        seen = subprocess.run(look, capture_output=True)
        self.assertEqual((seen.stdout, seen.stderr.strip()), (OLD, b"2"))
