"""Writing sessions while other programs write and read the same file."""

import concurrent.futures
import configparser
import fcntl
import shutil
import struct
import subprocess
import threading
import time

from tool.credentials.storing import INPUT, LOCK, OLD, SESSION, STORE, StoreTest


def read_all(data):
    """-> {section: {key: value}}, much faster than configparser, and as strict"""
    found = {}
    for line in data.splitlines():
        if line.startswith("["):
            name = line[1:-1]
            if line[-1] != "]" or name in found:
                raise AssertionError(f"{line} in {data}")
            here = found[name] = {}
        elif line:
            key, equals, value = line.partition(" = ")
            if not equals or key in here:
                raise AssertionError(f"{line} in {data}")
            here[key] = value
    return found


class Together(StoreTest):
    N = 64

    def profiles(self):
        return [f"p{i:02}" for i in range(self.N)]

    def long_term(self):
        return "".join(f"[{p}-long-term]\naws_access_key_id = AKIA{p}\nregion = {p}\n\n"
                       for p in self.profiles()).encode()

    def write_all(self, rounds, **options):
        """All write at once, each to its section, rounds times."""
        def one(profile):
            text = f"ASIA{profile}-\nsecret{profile}-\n{profile * 50}-\n2056597567\n"
            return self.store(section=profile, input=text, rounds=rounds, **options)
        with concurrent.futures.ThreadPoolExecutor(self.N) as pool:
            for run in pool.map(one, self.profiles()):
                self.assertEqual(run.returncode, 0, run.stderr)

    def whole(self, sections):
        """Checks that the file is whole: every long-term section, and every session from one
        round."""
        for profile in self.profiles():
            self.assertEqual(sections[f"{profile}-long-term"]["region"], profile)
            if profile in sections:
                session = sections[profile]
                n = session["aws_access_key_id"].removeprefix(f"ASIA{profile}-")
                self.assertEqual(session["aws_secret_access_key"], f"secret{profile}-{n}")
                self.assertEqual(session["aws_session_token"], f"{profile * 50}-{n}")
                self.assertEqual(session["aws_security_token"], session["aws_session_token"])

    def look(self, data):
        parser = configparser.RawConfigParser(default_section=None)
        parser.read_string(data)
        self.whole(parser)
        return parser

    def test_64_writers_and_a_reader(self):
        rounds = 50
        self.write(self.long_term())
        done, failures, looks = threading.Event(), [], 0

        def read():
            nonlocal looks
            while not done.wait(0.005):
                try:
                    self.whole(read_all(self.credentials.read_text()))
                except Exception as e:
                    failures.append(repr(e)[:2000])
                looks += 1
        reader = threading.Thread(target=read)
        reader.start()
        start = time.monotonic()
        try:
            self.write_all(rounds)
        finally:
            done.set()
            reader.join()
        took = time.monotonic() - start
        self.assertEqual(failures[:3], [])
        parser = self.look(self.credentials.read_text())
        for profile in self.profiles():
            self.assertEqual(parser.get(profile, "aws_access_key_id"), f"ASIA{profile}-{rounds - 1:04}")
        self.assertEqual(self.names(), [LOCK, "credentials"])
        print(f"      {self.N} writers, {rounds} rounds, {looks} looks: {took:.1f} s")
        self.assertGreater(looks, 10)
        self.assertLess(took, 120)

    def test_writers_in_place(self):
        """A mounted file, written from inside and outside the mount: no session gets lost."""
        self.N = 8
        self.write(self.long_term())
        box = self.home / "box"
        box.mkdir()
        (box / "credentials").touch()
        self.namespace('mount --bind "$1" "$2"', self.credentials, box / "credentials")
        self.credentials = box / "credentials"
        self.write_all(5)
        self.credentials = self.folder / "credentials"
        parser = self.look(self.credentials.read_text())
        for profile in self.profiles():
            self.assertEqual(parser.get(profile, "aws_access_key_id"), f"ASIA{profile}-0004")
        self.assertEqual(self.names(box), [LOCK, "credentials"])

    def test_writers_in_a_closed_folder(self):
        """There is then no lock file."""
        self.N = 8
        self.write(self.long_term())
        self.write_all(5, **self.closed_folder())
        parser = self.look(self.credentials.read_text())
        for profile in self.profiles():
            self.assertEqual(parser.get(profile, "aws_access_key_id"), f"ASIA{profile}-0004")
        self.assertEqual((self.names(), self.names(self.home)), (["credentials"], [".aws"]))

    def test_what_is_written_without_a_lock_meanwhile_is_kept(self):
        """An editor or `aws configure` writes while our new file goes to the disk."""
        if not shutil.which("strace"):
            self.skipTest("no strace")

        def append():
            with open(self.credentials, "a") as file:
                file.write("[editor]\n")

        def rename():
            newer = self.folder / "newer"
            newer.write_bytes(OLD + b"[editor]\n")
            newer.rename(self.credentials)
        for write in [append, rename]:
            with self.subTest(write.__name__):
                self.write(OLD)
                run = subprocess.Popen(
                    ["strace", "-qq", "-o", "/dev/null", "-e", "inject=fsync:delay_enter=1000000:when=1",
                     STORE, self.credentials, "work"], env=self.env, text=True, stdin=subprocess.PIPE)
                run.stdin.write(INPUT)
                run.stdin.close()
                end = time.monotonic() + 10
                while ".credentials.aws-mfa-new" not in self.names():
                    self.assertLess(time.monotonic(), end)
                write()
                self.assertEqual(run.wait(10), 0)
                self.assertIn(b"[editor]\n", self.credentials.read_bytes())
                self.assertEqual(self.section(), SESSION)
                self.assertEqual(self.names(), [LOCK, "credentials"])

    def test_a_lock_on_the_file_itself_is_waited_for(self):
        """A container with the file mounted into it uses another lock file."""
        with open(self.credentials, "r+") as held:
            fcntl.fcntl(held, 37, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 1, 1, 0))  # F_OFD_SETLK
            run = subprocess.Popen([STORE, self.credentials, "work"], env=self.env, text=True,
                                   stdin=subprocess.PIPE)
            run.stdin.write(INPUT)
            run.stdin.close()
            with self.assertRaises(subprocess.TimeoutExpired):
                run.wait(0.5)
            self.untouched()
            # replaced meanwhile: what counts is the file that has the name when the lock is had
            newer = self.folder / "newer"
            newer.write_bytes(OLD + b"[newer]\n")
            newer.rename(self.credentials)
        self.assertEqual(run.wait(10), 0)
        self.assertIn(b"[newer]", self.credentials.read_bytes())
        self.assertEqual(self.section(), SESSION)
