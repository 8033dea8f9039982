"""Writing a session into the credentials file: what must hold whatever stands in the file, whoever
else writes it, whatever fails and whenever the process dies. Needs no network: store-session stores
as a refresh does."""

import concurrent.futures
import configparser
import contextlib
import os
import random
import re
import resource
import shutil
import stat
import struct
import subprocess
import tempfile
import threading
import time
import unittest
from pathlib import Path
from unittest import mock

import boto3
from botocore.configloader import raw_config_parse
from botocore.exceptions import ConfigParseError

BUILD = Path(os.environ.get("BUILD", "build")).resolve()
STORE = BUILD / "tests/tool/profile/store-session"
KEYS = ["assumed_role", "assumed_role_arn", "aws_access_key_id", "aws_secret_access_key",
        "aws_session_token", "aws_security_token", "expiration"]
SESSION = {"assumed_role": "False", "aws_access_key_id": "ASIAEXAMPLE00000NEW1",
           "aws_secret_access_key": "secret/new+1", "aws_session_token": "token/new+1==",
           "aws_security_token": "token/new+1==", "expiration": "2035-03-04 05:06:07"}
INPUT = "ASIAEXAMPLE00000NEW1\nsecret/new+1\ntoken/new+1==\n2056597567\n"
ROLE = "arn:aws:iam::123456789012:role/Admin"
OTHER = 12345
LOCK = ".credentials.aws-mfa-lock"
OLD = (b"# mine\n[work-long-term]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = long\n\n"
       b"[work]\naws_access_key_id = ASIAOLD\naws_session_token = old\n\n[last]\nkey = value\n")


def root_only(test):
    return unittest.skipUnless(os.geteuid() == 0, "needs root")(test)


class Namespace:
    """A private mount namespace, so that no mount is seen on the host."""

    def __init__(self, script, *args):
        self.holder = subprocess.Popen(
            ["unshare", "-m", "sh", "-ec", script + "; echo ready; exec cat", "sh", *map(str, args)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self.holder.stdout.readline() != "ready\n":
            self.close()
            raise RuntimeError(f"{script} {args} failed")
        self.prefix = ["nsenter", "-t", str(self.holder.pid), "-m"]

    def close(self):
        self.holder.communicate("")


class StoreTest(unittest.TestCase):
    def setUp(self):
        (BUILD / "tests/tmp").mkdir(parents=True, exist_ok=True)
        self.home = Path(tempfile.mkdtemp(dir=BUILD / "tests/tmp"))
        self.addCleanup(shutil.rmtree, self.home, ignore_errors=True)
        self.folder = self.home / ".aws"
        self.folder.mkdir(mode=0o700)
        self.credentials = self.folder / "credentials"
        self.write(OLD)
        self.prefix = []
        self.env = {"HOME": str(self.home), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}

    def write(self, data, mode=0o600):
        self.credentials.write_bytes(data)
        self.credentials.chmod(mode)

    def namespace(self, script, *args):
        if os.geteuid() != 0:
            self.skipTest("needs root, for mounts")
        if subprocess.run(["unshare", "-m", "true"], stderr=subprocess.DEVNULL).returncode:
            self.skipTest("no private mounts here")
        space = Namespace(script, *args)
        self.addCleanup(space.close)
        self.prefix = space.prefix

    def store(self, section="work", path=None, status=0, input=INPUT, prefix=(), rounds=0, **options):
        argv = [*self.prefix, *prefix, STORE, *(["-n", str(rounds)] if rounds else []),
                path or self.credentials, section]
        run = subprocess.run(argv, env=self.env, input=input, capture_output=True, text=True,
                             timeout=120, **options)
        if status is not None:
            self.assertEqual(run.returncode, status, run.stderr)
        return run

    def closed_folder(self):
        """Closes the folder to its user, but not the file; -> how to run as that user."""
        if os.geteuid() != 0:
            self.folder.chmod(0o500)
            self.addCleanup(self.folder.chmod, 0o700)
            return {}
        options = {"user": OTHER, "group": OTHER, "extra_groups": []}
        if subprocess.run(["test", "-x", STORE], **options).returncode:
            self.skipTest(f"{BUILD} is closed to other users")
        os.chown(self.home, OTHER, OTHER)
        os.chown(self.credentials, OTHER, OTHER)
        self.folder.chmod(0o755)
        return options

    def section(self, name="work"):
        parser = configparser.RawConfigParser(default_section=None)
        parser.read(self.credentials)
        return dict(parser.items(name)) if parser.has_section(name) else {}

    def names(self, folder=None):
        return sorted(os.listdir(folder or self.folder))

    def untouched(self, data=OLD, names=("credentials",)):
        self.assertEqual(self.credentials.read_bytes(), data)
        self.assertLessEqual(set(self.names()), {*names, LOCK})


# --- what stands in the file ---------------------------------------------------------------

def without_session(data, section):
    """The file less the seven keys of section; knows nothing of how aws-mfa reads."""
    kept, here, key_indent, dropping = [], None, None, False
    for line in re.findall(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+", data.decode()):
        text = line.removeprefix("\ufeff") if not kept else line
        bare = text.strip()
        indent = len(text) - len(text.lstrip())
        if bare and not bare.startswith(("#", ";")):
            header = re.match(r"\[(.+)\]", bare)
            if key_indent is not None and indent > key_indent:
                if dropping:
                    continue
            elif bare.startswith("["):
                # a broken header starts a section, too: nobody knows which
                here, key_indent, dropping = header and header[1], None, False
            elif here is not None and re.match(r"[^=:]*[^=:\s]\s*[=:]", bare):
                key = re.split(r"[=:]", bare)[0].strip().lower()
                key_indent = indent
                dropping = here == section and key in KEYS
                if dropping:
                    continue
        kept.append(line)
    return "".join(kept)


def expected_rest(before, section):
    """What without_session(after) may be: section added at the end, the last line ended."""
    rest = without_session(before, section)
    text = before.decode()
    eol = "\r\n" if re.match(r"[^\n]*\r\n", text) else "\n"
    eol = "\r" if "\r" in text and "\n" not in text else eol
    ended = rest if not rest or rest.endswith(("\n", "\r")) else rest + eol
    last = re.split(r"\r\n|\n|\r", "\n" + ended)[-2].removeprefix("\ufeff").strip() if ended else ""
    blank = eol if last else ""
    return [rest, ended, f"{ended}{blank}[{section}]{eol}"]


def accepted(path):
    """-> (profiles as botocore reads them, None) or (None, kind of fault)"""
    try:
        return raw_config_parse(str(path)), None
    except ConfigParseError as e:
        return None, str(type(e.kwargs.get("error")))


class Generator:
    NAMES = ["work", "work-long-term", "Work", "default", "DEFAULT", "a b", "prod", "play", "x.y-z@1"]
    OTHERS = ["region", "Output", "s3", "role_arn", "mfa_serial", "aws_mfa_device", "x_y"]
    VALUES = ["v", "a=b", "AKIA/+==", "x # note", "x;y", "a: b", "", "[no]", "ü", "#", "%(x)s", "'q'"]
    ODD = ["stray words", "[unclosed", "[]", "= nothing", "]"]

    def __init__(self, seed):
        self.random = random.Random(seed)

    def key(self, name):
        r = self.random
        name = r.choice([name, name, name, name.upper(), name.title()])
        value = r.choice(self.VALUES)
        return name + r.choice([" = ", "=", ": ", " =\t", "  :  "]) + value

    def body(self, faulty):
        r = self.random
        names = r.sample(KEYS, r.randrange(5)) + r.sample(self.OTHERS, r.randrange(4))
        r.shuffle(names)
        if faulty and names and r.random() < 0.3:
            names.append(r.choice(names).upper())
        indent = r.choice([""] * 8 + ["  ", " ", "\t", "\u00a0 "])
        for name in names:
            while r.random() < 0.2:
                yield r.choice(["", "  ", "# note", "; note = 1", "\t# [work]"])
            yield indent + self.key(name)
            while r.random() < 0.15:
                yield indent + r.choice(["  ", " ", "\t", "\u2003"]) + r.choice(
                    ["more", "max = 1", "[work]", "aws_session_token = x"])
                if r.random() < 0.3:
                    yield r.choice(["", "# between"])
            if faulty and r.random() < 0.1:
                yield r.choice(self.ODD)

    def lines(self):
        r = self.random
        faulty = r.random() < 0.3
        names = r.sample(self.NAMES, r.randrange(len(self.NAMES)))
        if faulty and names:
            names += r.choices(names, k=r.randrange(3))
        while r.random() < 0.3:
            yield r.choice(["# top", "", "; [work]"])
        if faulty and r.random() < 0.2:
            yield r.choice(self.ODD + ["key = before any section"])
        for name in names:
            yield f"[{name}]" + r.choice(["", "", "", " ", " # note"])
            yield from self.body(faulty)
            while r.random() < 0.4:
                yield r.choice(["", "", " ", "# after"])

    def file(self):
        r = self.random
        eol = r.choice(["\n"] * 12 + ["\r\n"] * 4 + ["\r"])
        text = "".join(line + eol for line in self.lines())
        if r.random() < 0.2:
            text = text.removesuffix(eol)
        if r.random() < 0.05:
            text = "\ufeff" + text
        return text.encode()


class RoundTrip(StoreTest):
    def check(self, before, role=None):
        # our keys may be the first fault that is met, and mended; then what was behind it shows
        self.write(without_session(before, "work").encode())
        _, other_fault = accepted(self.credentials)
        self.write(before)
        _, fault = accepted(self.credentials)
        self.store(input=INPUT + (role + "\n" if role else ""))
        after = self.credentials.read_bytes()
        self.assertIn(without_session(after, "work"), expected_rest(before, "work"))
        profiles, fault_after = accepted(self.credentials)
        if fault_after:
            # botocore takes what is below a broken header for the section before: met another way
            # there, but there it was
            if not re.search(rb"^\s*\[(\]|[^\]\r\n]*\r?$)", before, re.M):
                self.assertIn(fault_after, (fault, other_fault))
            self.assertIsNotNone(fault)
        else:
            expected = {**SESSION, **({"assumed_role": "True", "assumed_role_arn": role} if role else {})}
            found = {key: value for key, value in profiles["work"].items() if key in KEYS}
            if not role and b"[DEFAULT]" in before:
                found.pop("assumed_role_arn", None)     # what every section has
            self.assertEqual(found, expected)
        return fault, fault_after

    def test_generated_files(self):
        seen = []
        for seed in range(600):
            with self.subTest(seed=seed):
                before = Generator(seed).file()
                try:
                    seen.append(self.check(before, ROLE if seed % 3 == 0 else None))
                except AssertionError as e:
                    raise AssertionError(f"{before!r}\n-> {self.credentials.read_bytes()!r}") from e
        refused = sum(fault is not None for fault, _ in seen)
        self.assertGreater(refused, 60)
        self.assertGreater(len(seen) - refused, 300)

    def test_a_key_of_ours_that_stands_twice_is_mended(self):
        self.assertEqual(self.check(b"[work]\nExpiration = 1\nx = y\n[b]\n[work2]\n[c]\n"),
                         (None, None))
        fault, after = self.check(b"[work]\nExpiration = 1\nx = y\nexpiration: 2\n  3\n[b]\n")
        self.assertIn("DuplicateOption", fault)
        self.assertIsNone(after)

    def test_a_second_write_changes_nothing_but_values(self):
        for seed in range(0, 600, 20):
            with self.subTest(seed=seed):
                self.write(Generator(seed).file())
                self.store()
                once = self.credentials.read_bytes()
                self.store()
                self.assertEqual(self.credentials.read_bytes(), once)

    def test_a_section_that_stands_twice(self):
        """The last one has all of it, for those who merge and those who let the last win."""
        self.write(b"[work]\naws_access_key_id = first\nregion = one\n[b]\nx = 1\n"
                   b"[work]\nAWS_SESSION_TOKEN=last\noutput = two\n[c]\n")
        self.store()
        lines = "\n".join(f"{key} = {SESSION[key]}" for key in SESSION if key != "aws_session_token")
        self.assertEqual(self.credentials.read_text(),
                         "[work]\nregion = one\n[b]\nx = 1\n[work]\n"
                         f"aws_session_token = {SESSION['aws_session_token']}\noutput = two\n{lines}\n[c]\n")

    def test_what_the_aws_cli_and_boto3_read(self):
        files = []
        seed = 0
        while len(files) < 20:
            self.write(Generator(seed).file())
            seed += 1
            if accepted(self.credentials)[1] or b"role_arn" in self.credentials.read_bytes().lower():
                continue
            self.store()
            files.append(self.home / f"file{seed}")
            self.credentials.rename(files[-1])

        def aws(path):
            env = {**self.env, "AWS_SHARED_CREDENTIALS_FILE": str(path),
                   "AWS_CONFIG_FILE": "/dev/null", "AWS_EC2_METADATA_DISABLED": "true"}
            return subprocess.run(["/usr/bin/aws", "configure", "list", "--profile", "work"], env=env,
                                  capture_output=True, text=True, timeout=60)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for path, run in zip(files, pool.map(aws, files)):
                self.assertEqual(run.returncode, 0, run.stderr)
                self.assertRegex(run.stdout, r"access_key\s+\*{16}NEW1 shared-credentials-file")
        for path in files:
            env = {"AWS_SHARED_CREDENTIALS_FILE": str(path), "AWS_CONFIG_FILE": "/dev/null"}
            with mock.patch.dict(os.environ, env):
                found = boto3.Session(profile_name="work").get_credentials()
            self.assertEqual((found.access_key, found.secret_key, found.token),
                             (SESSION["aws_access_key_id"], SESSION["aws_secret_access_key"],
                              SESSION["aws_session_token"]))

    def test_values_no_reader_would_give_back(self):
        for token in ["a\tb", "a #b", " a", "#a", "a\x7f"]:
            with self.subTest(token=token):
                run = self.store(input=INPUT.replace("token/new+1==", token), status=10)
                self.assertIn("aws_session_token", run.stderr)
                self.untouched()


# --- what belongs to the file --------------------------------------------------------------

class Attributes(StoreTest):
    def test_mode(self):
        for mode in [0o600, 0o400, 0o640, 0o644, 0o660]:
            with self.subTest(mode=oct(mode)):
                self.write(OLD, mode)
                before = os.umask(0)
                self.addCleanup(os.umask, before)
                self.store()
                self.assertEqual(stat.S_IMODE(self.credentials.stat().st_mode), mode)
                self.assertEqual(self.names(), [LOCK, "credentials"])
                self.credentials.unlink()

    def test_group_in_a_set_group_id_folder(self):
        groups = [g for g in os.getgroups() if g != os.getegid()] or [OTHER]
        if os.geteuid() != 0 and groups == [OTHER]:
            self.skipTest("this user is in one group only")
        os.chown(self.folder, -1, groups[0])
        self.folder.chmod(0o2700)
        os.chown(self.credentials, -1, os.getegid())
        self.store()
        self.assertEqual(self.credentials.stat().st_gid, os.getegid())

    @root_only
    def test_owner_when_root_runs(self):
        for path in [self.home, self.folder, self.credentials]:
            os.chown(path, OTHER, OTHER + 1)
        self.store()
        for name in self.names():
            st = (self.folder / name).stat()
            self.assertEqual((name, st.st_uid, st.st_gid), (name, OTHER, OTHER + 1))

    def setfacl(self, *args):
        if not shutil.which("setfacl"):
            self.skipTest("no setfacl: install acl")
        run = subprocess.run(["setfacl", *args], capture_output=True, text=True)
        if run.returncode:
            self.skipTest(f"no ACLs on this file system: {run.stderr.strip()}")

    def getfacl(self):
        return subprocess.run(["getfacl", "-cn", self.credentials], capture_output=True, text=True,
                              check=True).stdout

    def test_acl(self):
        self.setfacl("-m", f"u:{OTHER}:r,g:{OTHER}:-", self.credentials)
        before = self.getfacl()
        self.assertIn(f"user:{OTHER}:r--", before)
        self.store()
        self.assertEqual(self.getfacl(), before)
        self.assertEqual(self.section(), SESSION)

    def test_a_default_acl_of_the_folder_lets_nobody_in(self):
        for mode in [0o600, 0o640]:
            with self.subTest(mode=oct(mode)):
                self.setfacl("-b", self.folder)
                self.credentials.unlink()
                self.write(OLD, mode)
                self.setfacl("-d", "-m", f"u:{OTHER}:rwx", self.folder)
                before = self.getfacl()
                self.assertNotIn(str(OTHER), before)
                self.store()
                self.assertEqual(self.getfacl(), before)

    def test_extended_attributes(self):
        try:
            os.setxattr(self.credentials, "user.note", b"mine\0")
        except OSError as e:
            self.skipTest(f"no user.* attributes on this file system: {e}")
        os.setxattr(self.credentials, "user.empty", b"")
        if os.geteuid() == 0:
            os.setxattr(self.credentials, "trusted.note", b"root's")
            os.setxattr(self.credentials, "security.note", b"a label")
        before = {name: os.getxattr(self.credentials, name) for name in os.listxattr(self.credentials)}
        self.store()
        self.assertEqual({name: os.getxattr(self.credentials, name)
                          for name in os.listxattr(self.credentials)}, before)

    def strace(self):
        if not shutil.which("strace"):
            self.skipTest("no strace")
        self.prefix = [*self.prefix, "strace", "-qq", "-o", "/dev/null"]

    def test_an_acl_that_cannot_be_copied_is_kept_by_writing_in_place(self):
        self.strace()
        self.setfacl("-m", f"u:{OTHER}:r", self.credentials)
        before, inode = self.getfacl(), self.credentials.stat().st_ino
        run = self.store(prefix=["-e", "inject=fsetxattr:error=EPERM"])
        self.assertIn("written in place", run.stderr)
        self.assertEqual((self.getfacl(), self.credentials.stat().st_ino), (before, inode))
        self.assertEqual(self.section(), SESSION)

    def test_an_owner_that_cannot_be_kept(self):
        self.strace()
        os.chown(self.credentials, -1, OTHER) if os.geteuid() == 0 else self.skipTest("needs root")
        inode = self.credentials.stat().st_ino
        self.store(prefix=["-e", "inject=fchown:error=EPERM:when=1"])
        self.assertEqual((self.credentials.stat().st_gid, self.credentials.stat().st_ino), (OTHER, inode))

    def test_hard_links_keep_what_they_were(self):
        """A rename leaves the other name its content: as a backup made of links needs it."""
        backup = self.home / "backup"
        os.link(self.credentials, backup)
        run = self.store()
        self.assertIn("had 2 names (hard links)", run.stderr)
        self.assertEqual(backup.read_bytes(), OLD)
        self.assertEqual(self.section(), SESSION)
        self.assertNotIn("hard links", self.store().stderr)


class Symlinks(StoreTest):
    def test_file_and_folder_stay_symlinks(self):
        dots = self.home / "dots"
        dots.mkdir()
        self.credentials.rename(dots / "real")
        (dots / "hop").symlink_to("real")
        self.credentials.symlink_to("../dots/./hop")
        self.folder.rename(self.home / "moved")
        self.folder.symlink_to(f"{self.home}//moved")
        self.store()
        self.assertTrue(self.credentials.is_symlink() and self.folder.is_symlink())
        self.assertEqual(os.readlink(self.credentials), "../dots/./hop")
        self.assertEqual(self.section(), SESSION)
        self.assertEqual(self.names(dots), [".real.aws-mfa-lock", "hop", "real"])
        self.store(path=Path(".aws/credentials"), cwd=self.home)
        self.store(path=Path("credentials"), cwd=self.folder)

    def test_loops_and_dead_ends(self):
        self.credentials.unlink()
        self.credentials.symlink_to("credentials")
        self.assertIn("symbolic links", self.store(status=13).stderr)
        self.credentials.unlink()
        self.credentials.symlink_to("nowhere")
        self.store(status=12)
        self.assertEqual(self.names(), ["credentials"])

    def as_user(self):
        for path in [self.home, self.folder]:
            os.chown(path, OTHER, OTHER)

    @root_only
    def test_root_follows_nobody_into_another_s_file(self):
        victim = Path(tempfile.mkdtemp(dir=BUILD / "tests/tmp"))
        self.addCleanup(shutil.rmtree, victim)
        shutil.copy(self.credentials, victim / "credentials")
        (victim / "credentials").chmod(0o600)
        self.as_user()

        def plant(link, to):
            (link.unlink if link.is_symlink() or link.is_file() else lambda: shutil.rmtree(link))()
            link.symlink_to(to)
            os.lchown(link, OTHER, OTHER)

        for what, link, to in [("the file", self.credentials, victim / "credentials"),
                               ("the folder", self.folder, victim)]:
            with self.subTest(what):
                plant(link, to)
                run = self.store(status=13)
                self.assertIn("symlink", run.stderr)
                self.assertIn(f"uid {OTHER}", run.stderr)
                self.assertEqual((victim / "credentials").read_bytes(), OLD)
                self.assertEqual(self.names(victim), ["credentials"])
        # that everybody may read it changes nothing
        (victim / "credentials").chmod(0o644)
        self.assertIn(f"uid {OTHER}", self.store(status=13).stderr)
        self.assertEqual((victim / "credentials").read_bytes(), OLD)
        # and not when the file is a third party's, nor when links of two users lead there
        os.chown(victim / "credentials", OTHER + 1, OTHER + 1)
        self.store(status=13)
        os.lchown(self.folder, 0, 0)
        self.store()
        (victim / LOCK).unlink()
        os.lchown(self.folder, OTHER, OTHER)
        os.chown(victim / "credentials", OTHER, OTHER)
        self.store()

    @root_only
    def test_root_follows_the_owner_s_and_its_own_links(self):
        dots = self.home / "dots"
        self.credentials.rename(dots)
        self.credentials.symlink_to(dots)
        os.chown(dots, OTHER, OTHER)
        for owner in [OTHER, 0]:
            os.lchown(self.credentials, owner, owner)
            self.store()
            self.assertEqual(self.section(), SESSION)
            self.assertEqual(dots.stat().st_uid, OTHER)

    def test_what_may_stand_where_the_lock_file_goes(self):
        lock = self.folder / LOCK
        elsewhere = self.home / "elsewhere"
        for what, make in [("symlink", lambda: lock.symlink_to(elsewhere)),
                           ("folder", lock.mkdir), ("FIFO", lambda: os.mkfifo(lock)),
                           ("hard link", lambda: (elsewhere.touch(), os.link(elsewhere, lock)))]:
            with self.subTest(what):
                make()
                run = self.store(status=13)
                self.assertIn(f"{LOCK}: ", run.stderr)
                self.assertIn("remove it", run.stderr)
                self.untouched()
                self.assertEqual(elsewhere.exists(), what == "hard link")
                (lock.rmdir if what == "folder" else lock.unlink)()

    @root_only
    def test_lock_file_of_somebody_else(self):
        lock = self.folder / LOCK
        lock.touch(0o666)
        os.chown(lock, OTHER + 1, OTHER + 1)
        os.chown(self.credentials, OTHER, OTHER)
        self.assertIn("somebody else", self.store(status=13).stderr)
        self.assertEqual(lock.stat().st_uid, OTHER + 1)
        # root's empty one is made over to the owner of the file; one that holds something is not
        os.chown(lock, 0, 0)
        lock.write_text("shadow")
        self.store()
        self.assertEqual(lock.stat().st_uid, 0)
        lock.write_text("")
        self.store()
        self.assertEqual(lock.stat().st_uid, OTHER)

    def test_what_may_stand_where_the_new_file_goes(self):
        new = self.folder / ".credentials.aws-mfa-new"
        elsewhere = self.home / "elsewhere"
        elsewhere.write_bytes(b"mine")
        for make in [lambda: new.symlink_to(elsewhere), lambda: os.link(elsewhere, new),
                     lambda: os.mkfifo(new)]:
            make()
            self.store()
            self.assertEqual(elsewhere.read_bytes(), b"mine")
            self.assertEqual(self.names(), [LOCK, "credentials"])


# --- others at the same time ---------------------------------------------------------------

class Together(StoreTest):
    N = 64

    def profiles(self):
        return [f"p{i:02}" for i in range(self.N)]

    def long_term(self):
        return "".join(f"[{p}-long-term]\naws_access_key_id = AKIA{p}\nregion = {p}\n\n"
                       for p in self.profiles()).encode()

    def write_all(self, rounds, **options):
        """All at once, each its own section rounds times."""
        def one(profile):
            text = f"ASIA{profile}-\nsecret{profile}-\n{profile * 50}-\n2056597567\n"
            return self.store(section=profile, input=text, rounds=rounds, **options)
        with concurrent.futures.ThreadPoolExecutor(self.N) as pool:
            for run in pool.map(one, self.profiles()):
                self.assertEqual(run.returncode, 0, run.stderr)

    def look(self, data):
        """Is it a whole file? Every long-term section, and every session of one round."""
        parser = configparser.RawConfigParser(default_section=None)
        parser.read_string(data)
        for profile in self.profiles():
            self.assertEqual(parser.get(f"{profile}-long-term", "region"), profile)
            if parser.has_section(profile):
                session = dict(parser.items(profile))
                n = session["aws_access_key_id"].removeprefix(f"ASIA{profile}-")
                self.assertEqual(session["aws_secret_access_key"], f"secret{profile}-{n}")
                self.assertEqual(session["aws_session_token"], f"{profile * 50}-{n}")
                self.assertEqual(session["aws_security_token"], session["aws_session_token"])
        return parser

    def test_64_writers_and_a_reader(self):
        rounds = 50
        self.write(self.long_term())
        done, failures, looks = threading.Event(), [], 0

        def read():
            nonlocal looks
            while not done.is_set():
                try:
                    self.look(self.credentials.read_text())
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
        """A mounted file, written from within and from without: no session gets lost."""
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
        """There is no lock file then."""
        self.N = 8
        self.write(self.long_term())
        self.write_all(5, **self.closed_folder())
        parser = self.look(self.credentials.read_text())
        for profile in self.profiles():
            self.assertEqual(parser.get(profile, "aws_access_key_id"), f"ASIA{profile}-0004")
        self.assertEqual((self.names(), self.names(self.home)), (["credentials"], [".aws"]))

    def test_a_lock_on_the_file_itself_is_waited_for(self):
        """A container that has the file mounted into it knows another lock file."""
        import fcntl
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


# --- whatever fails, whenever the process dies -----------------------------------------------

class Disturbed(StoreTest):
    """Each system call of the write path in turn kills the process, or fails."""

    WRITING = {"openat", "write", "pwrite64", "fsync", "renameat", "unlinkat", "fchmod", "fchown",
               "ftruncate", "fallocate", "fsetxattr"}

    def setUp(self):
        super().setUp()
        if not shutil.which("strace"):
            self.skipTest("no strace")
        self.options = {}
        with contextlib.suppress(OSError):
            os.setxattr(self.credentials, "user.note", b"mine")

    def path_of_calls(self):
        """The calls after the session was read, each with its number among those of its name."""
        trace = self.home / "trace"
        run = self.store(prefix=["strace", "-qq", "-o", str(trace)], status=None)
        if run.returncode != 0:
            self.skipTest(f"strace does not work here: {run.stderr.strip()}")
        count, calls, reached = {}, [], False
        for line in trace.read_text().splitlines():
            name = line.split("(")[0]
            count[name] = count.get(name, 0) + 1
            # brk: it never fails as strace would have it, and libc does not expect it to
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
        """The old file again, in the same inode, as a mount needs it."""
        self.credentials.write_bytes(OLD)

    def leftovers(self):
        return set(self.names()) - {"credentials", LOCK} | set(self.names(self.home)) - self.at_home

    def prepare(self):
        self.at_home = set(self.names(self.home))
        self.old = OLD
        calls = self.path_of_calls()
        self.new = self.credentials.read_bytes()
        self.assertNotEqual(self.new, self.old)
        # what the next run, for another section, may make of it
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
        self.assertIn(self.credentials.read_bytes(), (self.old, self.new))

    def test_killed_at_every_call(self):
        self.kill_everywhere(self.prepare(), self.whole)

    def test_every_call_fails(self):
        self.fail_everywhere(self.prepare())

    def mount(self):
        """The file alone, mounted into another folder: it cannot be replaced there."""
        box = self.home / "box"
        box.mkdir(mode=0o700)
        (box / "credentials").touch()
        self.namespace('mount --bind "$1" "$2"; cd /', self.credentials, box / "credentials")
        self.folder = box
        self.options = {"path": box / "credentials"}   # where it is seen only by what is run

    def store(self, *args, **options):
        return super().store(*args, **{**self.options, **options})

    def whole_or_saved(self):
        data = self.credentials.read_bytes()
        if data not in (self.old, self.new):
            saved, = [name for name in self.leftovers() if name.endswith("-saved")]
            folder = self.folder if (self.folder / saved).exists() else self.home
            self.assertEqual((folder / saved).read_bytes(), self.old)

    def test_in_place_killed_at_every_call(self):
        self.mount()
        self.kill_everywhere(self.prepare(), self.whole_or_saved)

    def test_in_place_every_call_fails(self):
        self.mount()
        self.fail_everywhere(self.prepare())

    def test_in_a_closed_folder_killed_at_every_call(self):
        self.options = self.closed_folder()
        self.kill_everywhere(self.prepare(), self.whole_or_saved)

    def test_a_full_disk(self):
        copy = shutil.copy(self.credentials, self.home / "copy")
        self.namespace('mount -t tmpfs -o size=64k,mode=700 none "$1"; cp "$2" "$1/credentials"',
                       self.folder, copy)
        look = [*self.prefix, "sh", "-c", 'cat "$1/credentials"; ls -A "$1" | wc -l >&2', "sh", self.folder]
        run = self.store(input=INPUT.replace("token/new+1==", "t" * 60000), status=10)
        self.assertIn("No space left on device", run.stderr)
        seen = subprocess.run(look, capture_output=True)
        self.assertEqual((seen.stdout, seen.stderr.strip()), (OLD, b"2"))


class InPlace(StoreTest):
    def test_a_read_only_folder(self):
        options = self.closed_folder()
        inode = self.credentials.stat().st_ino
        run = self.store(**options)
        self.assertRegex(run.stderr, rf"Permission denied\), so it is written in place; until that is "
                                     rf"done a copy is {self.home}/\.aws-mfa-\d+-[0-9a-f]+-saved")
        self.assertEqual(self.section(), SESSION)
        self.assertEqual(self.credentials.stat().st_ino, inode)
        self.assertEqual((self.names(), self.names(self.home)), (["credentials"], [".aws"]))

    def test_neither_folder_nor_file(self):
        options = self.closed_folder()
        self.credentials.chmod(0o400)
        run = self.store(status=13, **options)
        self.assertIn("can neither be replaced (Permission denied) nor written in place", run.stderr)
        self.untouched()

    def test_no_folder_for_the_copy(self):
        self.namespace('mount --bind "$1" "$2"; mount -t tmpfs -o ro none "$3"; mount -t tmpfs -o ro '
                       'none /var/tmp', *self.mounted(), self.home / "empty")
        self.env["HOME"] = str(self.home / "empty")
        run = self.store(status=None, path=self.inner)
        # the mounted file's own folder is still one
        self.assertEqual(run.returncode, 0, run.stderr)
        self.namespace('mount --bind "$1" "$1"; mount -o remount,ro,bind "$1"; mount --bind "$2" "$3"; '
                       'mount -t tmpfs -o ro none "$4"; mount -t tmpfs -o ro none /var/tmp',
                       self.home / "box", *self.mounted(), self.home / "empty")
        self.write(OLD)
        run = self.store(status=13, path=self.inner)
        self.assertIn("there is no folder that could hold a copy", run.stderr)
        self.assertEqual(self.credentials.read_bytes(), OLD)

    def mounted(self):
        self.inner = self.home / "box/credentials"
        self.inner.parent.mkdir(exist_ok=True)
        self.inner.touch()
        (self.home / "empty").mkdir(exist_ok=True)
        return self.credentials, self.inner

    def test_a_mounted_file(self):
        self.namespace('mount --bind "$1" "$2"', *self.mounted())
        run = self.store(path=self.inner)
        self.assertIn("Device or resource busy", run.stderr)
        self.assertIn(f"a copy is {self.inner.parent}/.credentials.aws-mfa-saved", run.stderr)
        self.assertEqual(self.section(), SESSION)
        self.assertEqual(self.names(self.inner.parent), [LOCK, "credentials"])

    def test_a_file_that_is_mounted_read_only_is_found_out_before(self):
        self.namespace('mount --bind "$1" "$2"; mount -o remount,ro,bind "$2"', *self.mounted())
        run = self.store(path=self.inner, status=13)
        self.assertIn("Read-only file system", run.stderr)
        self.untouched()

    def test_var_tmp_where_there_is_no_home(self):
        self.namespace('mount --bind "$1" "$1"; mount -o remount,ro,bind "$1"; mount --bind "$2" "$3"; '
                       'mount -t tmpfs none /var/tmp; chmod 1777 /var/tmp',
                       self.home / "box" if self.mounted() else "", *self.mounted())
        self.env["HOME"] = str(self.home / "box")
        run = self.store(path=self.inner)
        self.assertRegex(run.stderr, r"a copy is /var/tmp/\.aws-mfa-0-[0-9a-f]{16}-saved")
        self.assertEqual(self.section(), SESSION)

    @root_only
    def test_root_does_not_write_through_a_hard_link_in_a_user_s_folder(self):
        self.namespace('mount --bind "$1" "$2"', *self.mounted())
        os.link(self.credentials, self.home / "second")
        os.chown(self.inner.parent, OTHER, OTHER)
        run = self.store(path=self.inner, status=13)
        self.assertIn("hard links", run.stderr)
        self.untouched()


# --- cost ----------------------------------------------------------------------------------

class Cost(StoreTest):
    def cpu(self, profiles):
        body = "".join(
            f"[profile{i}-long-term]\n# of team {i}\naws_access_key_id = AKIAEXAMPLE{i:09}\n"
            f"aws_secret_access_key = {i:040}\naws_mfa_device = arn:aws:iam::{i:012}:mfa/name\n"
            f"region = eu-west-1\n\n[profile{i}]\noutput = json\naws_session_token = {i:080}\n\n"
            for i in range(profiles // 2))
        self.write(body.encode())
        self.store(f"profile{profiles // 4}")
        spent = []
        for _ in range(5):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            self.store(f"profile{profiles // 4}")
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        return len(body), min(spent)

    def test_ten_thousand_profiles(self):
        cost = {}
        for n in (100, 1000, 10000, 40000):
            size, cost[n] = self.cpu(n)
            print(f"      {n} profiles, {size} bytes: {cost[n] * 1000:.1f} ms of CPU")
        self.assertLess(cost[10000], 0.15)
        # four times the profiles; five, with what a start costs, would be linear, 16 is the square
        self.assertLess(cost[40000], cost[10000] * 8)


if __name__ == "__main__":
    unittest.main()
