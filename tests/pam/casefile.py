"""Cases: sections of INI files in cases/, played against a module through the real libpam.

    [name of the case]
    options = the module's arguments
    auth, account = its arguments in that phase, if they are others
    service = PAM's name of the application (default: test)
    user    = PAM_USER (default: alice)
    login   = arguments of the application, one a line (default: auth)
    answers = the person's answers, one a line; \\xHH is a byte
    script  = the helper's script (scripted_helper.c); \\uHHHH is a character
    output  = all that the application saw, word for word
    helper  = all that the helper saw, word for word; if absent, it is not compared
    when    = root or user: who runs the application. If another user runs the tests, this needs
              root. limits: root that may raise limits; in a container, root may not

With one of these keys, the application runs on a host with a key store (keystore_host.c), as root:

    serve   = the script of `aws-mfa serve`
    served  = all that it saw; if absent, it is not compared
    store   = the script of `aws-mfa store`
    stored  = all that it saw
    socket  = what listens (default: listens)
    setup   = a shell script: changes the folders of the key store
    takes   = LEAST MOST: how many seconds it lasts

libpam answers PAM_PERM_DENIED if every module said PAM_IGNORE. The module itself says it in the
account phase only, and logs it. "test(auth)" in a log line stands for "pam_aws_mfa(test:auth)".
{epoch +N} is N seconds from now, and {clock +N} is the same time as the module shows it.
"""

import configparser
import os
import re
import resource
import shutil
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from open_clone import closed_to_others
from paths import BUILD

HERE = Path(__file__).resolve().parent
LOGIN = BUILD / "tests/pam/login"
HOST = BUILD / "tests/pam/keystore_host"
FAKE = BUILD / "tests/fake"
NSS_WRAPPER = os.environ.get("NSS_WRAPPER", "libnss_wrapper.so")
CAP_SYS_ADMIN, CAP_SYS_RESOURCE = 21, 24
OTHER_UID = 12345  # login.c has it, too
MIB = 1 << 20
INFINITY = float("inf")
LIMITS = {                  # the helper's limits for every caller: (least, most)
    "core": (0, 0), "cpu": (30, 60), "fsize": (MIB, 64 * MIB), "nofile": (64, 64),
    "nproc": (4, INFINITY), "stack": (MIB, 8 * MIB), "data": (256 * MIB, 1024 * MIB),
    "as": (256 * MIB, 2048 * MIB)}
KEYS = {"options", "auth", "account", "service", "user", "login", "answers", "script", "output", "helper", "when"}
OF_KEYSTORE = {"serve", "served", "store", "stored", "socket", "setup", "takes"}


def lines(text):
    return [line for line in text.splitlines() if line]


def has_capability(number):
    status = Path("/proc/self/status").read_text()
    return bool(int(re.search(r"CapEff:\s*(\w+)", status)[1], 16) >> number & 1)


def can_raise_limits():
    return has_capability(CAP_SYS_RESOURCE)


def can_mount():
    return has_capability(CAP_SYS_ADMIN)


class CaseTest(unittest.TestCase):
    maxDiff = None
    module = FAKE / "pam_aws_mfa.so"

    def setUp(self):
        FAKE.mkdir(parents=True, exist_ok=True)
        self.folder = Path(tempfile.mkdtemp(prefix="case.", dir=FAKE))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        os.chmod(self.folder, 0o755)
        self.home = self.folder / "home"
        self.now = int(time.time())
        self.uid, self.gid = os.getuid(), os.getgid()

    def fill_in(self, text):
        def clock(match):
            return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(self.now + int(match[1])))

        text = re.sub(r"\{epoch ([+-]\d+)\}", lambda m: str(self.now + int(m[1])), text)
        text = re.sub(r"\{clock ([+-]\d+)\}", clock, text)
        text = re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m[1], 16)), text)
        return text

    def limit(self, name):
        hard = resource.getrlimit(getattr(resource, f"RLIMIT_{name.upper()}"))[1]
        least, most = LIMITS[name]
        limit = min(max(INFINITY if hard == resource.RLIM_INFINITY else hard, least), most)
        return resource.RLIM_INFINITY if limit == INFINITY else limit

    def helper_state(self, user, stores, **limits):
        """The expected output of `look` by a helper of that user. stores: it is `aws-mfa store`."""
        limits = {name: self.limit(name) for name in LIMITS} | limits
        uid, gid, groups = self.uid, self.gid, 1 if os.getuid() == 0 else len(os.getgroups())
        if user == "other":
            uid, gid, groups = OTHER_UID, OTHER_UID, 501
        return [
            f"uid {uid} {uid} {uid} gid {gid} {gid} {gid} groups {groups}",
            "umask 077 cwd / leader 1",
            "death-signal 9 no-new-privileges 1",
            f"descriptor 0 {'pipe' if stores else 'null'}",
            "descriptor 1 null",
            "descriptor 2 null",
            "descriptor 3 socket",
            *(f"limit {name} {limit} {limit}" for name, limit in limits.items()),
            f"env HOME={self.folder}/home",
            f"env USER={user}",
            f"env LOGNAME={user}",
            "env PATH=/usr/local/bin:/usr/bin:/bin",
            "env LC_ALL=C.UTF-8",
        ]

    def users(self):
        """Writes accounts for every sort of look-up."""
        home, uid, gid = self.home, self.uid, self.gid
        passwd = [
            f"alice:x:{uid}:{gid}::{home}:/bin/sh",
            f"gecos:x:{uid}:{gid}:{'g' * 65536}:{home}:/bin/sh",
            f"corp\\frank:x:{uid}:{gid}::{home}:/bin/sh",
            f"gina smith:x:{uid}:{gid}::{home}:/bin/sh",
            f"svc$:x:{uid}:{gid}::{home}:/bin/sh",
            f"géna:x:{uid}:{gid}::{home}:/bin/sh",
            f"bell\a\u202ename:x:{uid}:{gid}::{home}:/bin/sh",
            f"a/path:x:{uid}:{gid}::{home}:/bin/sh",
            f"--notify:x:{uid}:{gid}::{home}:/bin/sh",
            f"relative:x:{uid}:{gid}::{str(home).lstrip('/')}:/bin/sh",     # the same, seen from /
            f"other:x:{OTHER_UID}:{OTHER_UID}::{home}:/bin/sh",
            f"stranger:x:{uid + 1}:{gid + 1}::{home}:/bin/sh",
            f"root:x:0:0::{home}:/bin/sh",
            f"low:x:5:5::{home}:/bin/sh",
        ]
        group = [f"alice:x:{gid}:", f"other:x:{OTHER_UID}:"]
        group += [f"group{n}:x:{20000 + n}:other" for n in range(500)]
        (self.folder / "passwd").write_text("\n".join(passwd) + "\n")
        (self.folder / "group").write_text("\n".join(group) + "\n")

    def stack(self, options, more_phases=(), service="test", **of_phase):
        (self.folder / "pam.d").mkdir(exist_ok=True)
        (self.folder / "pam.d/other").write_text("")
        (self.folder / "pam.d" / service).write_text("".join(
            f"{phase} required {self.module} {of_phase.get(phase, options)}\n"
            for phase in ["auth", "account", "session", *more_phases]) +
            "account required pam_permit.so\n")     # without this line PAM_IGNORE would refuse, too

    def helper_plays(self, script):
        (self.home / "helper-script").write_text(script.strip() + "\n")

    def environment(self):
        return {
            "LD_PRELOAD": NSS_WRAPPER,
            "NSS_WRAPPER_PASSWD": str(self.folder / "passwd"),
            "NSS_WRAPPER_GROUP": str(self.folder / "group"),
            "NSS_WRAPPER_DISABLE_DEEPBIND": "1",    # for the sanitizers
            "TZ": "UTC",
            "AWS_PROFILE": "must-not-reach-the-helper",
            **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")},
        }

    def on_host(self, case, command):
        """-> a command that runs this one on a host with a key store, and its environment"""
        serve = self.folder / "serve"
        serve.mkdir()
        (serve / "serve-script").write_text(self.fill_in(case.get("serve", "")).strip() + "\n")
        environment = self.environment()
        environment["CASE_PRELOAD"] = environment.pop("LD_PRELOAD")
        return [HOST, case.get("socket", "listens"), case.get("setup", "").strip(),
                FAKE / "bin/aws-mfa", serve, *command], environment

    def play(self, case):
        unknown = set(case) - KEYS - OF_KEYSTORE
        self.assertFalse(unknown, f"no such keys: {unknown}")
        keystore = bool(OF_KEYSTORE & set(case))
        when = "root" if keystore else case.get("when", "")
        run_as = {}
        if when == "limits" and not can_raise_limits():
            self.skipTest("raises hard limits: needs root with CAP_SYS_RESOURCE")
        if when == "root" and os.getuid() != 0:
            self.skipTest("changes its uid: needs root")
        if keystore and not can_mount():
            self.skipTest("needs a private mount namespace: root with CAP_SYS_ADMIN")
        if when and os.getuid() == 0:
            if closed_to_others():
                self.skipTest(closed_to_others())
            if when == "user":
                self.uid = self.gid = OTHER_UID
                run_as = {"user": OTHER_UID, "group": OTHER_UID, "extra_groups": []}
            if keystore:
                self.uid = self.gid = OTHER_UID
        self.home.mkdir()
        self.helper_plays(self.fill_in(case.get("script", "")))
        (self.home / "store-script").write_text(case.get("store", "").strip() + "\n")
        if when and os.getuid() == 0:
            os.chown(self.home, OTHER_UID, OTHER_UID)
        self.users()
        self.stack(case.get("options", ""), ["password"] * ("chauthtok" in case.get("login", "")),
                   **{key: case[key] for key in ("service", "auth", "account") if key in case})
        command = [LOGIN, self.folder / "pam.d", case.get("service", "test"),
                   self.fill_in(case.get("user", "alice"))]
        for answer in lines(case.get("answers", "")):
            command += ["--answer", re.sub(r"\\x([0-9a-f]{2})", lambda m: chr(int(m[1], 16)),
                                              answer.strip('"'))]
        for argument in lines(case.get("login", "auth")):
            command += argument.split(" ", 1)
        environment = self.environment()
        if keystore:
            command, environment = self.on_host(case, command)
        start = time.monotonic()
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=20, cwd=self.folder, **run_as)
        took = time.monotonic() - start
        self.assertEqual((done.stderr, done.returncode), ("", 0))
        if "takes" in case:
            least, most = map(float, case["takes"].split())
            self.assertTrue(least <= took <= most, f"{took} s")
        output = re.sub(r"pam_aws_mfa\(([^():]*):", r"\1(", done.stdout)
        output = re.sub(r"\blogin=[0-9a-f]{8}\b", "login=ID", output)
        self.assertEqual(output.splitlines(), lines(self.fill_in(case["output"])))
        for key, log in [("helper", self.home / "helper-log"), ("stored", self.home / "store-log"),
                         ("served", self.folder / "serve/serve-log")]:
            if key not in case:
                continue
            seen = log.read_text().splitlines() if log.exists() else []
            expected = lines(self.fill_in(case[key]))
            if expected and expected[-1].startswith("state of "):
                user, _, limits = expected.pop().removeprefix("state of ").partition("'s helper")
                expected += self.helper_state(user, key == "stored",
                                              **dict(re.findall(r"(\w+)=(\d+)", limits)))
            self.assertEqual(seen, expected)


def load():
    """-> [(file's stem, name, keys)]"""
    found = []
    for path in sorted((HERE / "cases").glob("*.case")):
        cases = configparser.ConfigParser(
            interpolation=None, delimiters=("=",), comment_prefixes=("#",), default_section="")
        cases.read(path)
        found += [(path.stem, name, dict(cases[name])) for name in cases.sections()]
    return found
