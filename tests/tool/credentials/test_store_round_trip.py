"""Writing a session: the content of the file. Every byte outside the session stays, and all readers
find the session."""

import os
import random
import re
from unittest import mock

import boto3
from botocore.configloader import raw_config_parse
from botocore.exceptions import ConfigParseError

from aws_cli import aws
from tool.credentials.storing import INPUT, KEYS, ROLE, SESSION, StoreTest


def without_session(data, section):
    """The file without the seven keys of section. It shares no code with aws-mfa's reader."""
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
                # a broken header starts a section, too; its name is unknown
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
    """Possible results of without_session(after): section may be added, the last line may be
    ended."""
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
        # the first fault may be in our keys and be repaired; then the next fault shows
        self.write(without_session(before, "work").encode())
        _, other_fault = accepted(self.credentials)
        self.write(before)
        _, fault = accepted(self.credentials)
        self.store(input=INPUT + (role + "\n" if role else ""))
        after = self.credentials.read_bytes()
        self.assertIn(without_session(after, "work"), expected_rest(before, "work"))
        profiles, fault_after = accepted(self.credentials)
        if fault_after:
            # botocore counts lines below a broken header to the section before, so its fault may
            # differ. But the file had a fault before, too.
            if not re.search(rb"^\s*\[(\]|[^\]\r\n]*\r?$)", before, re.M):
                self.assertIn(fault_after, (fault, other_fault))
            self.assertIsNotNone(fault)
        else:
            expected = {**SESSION, **({"assumed_role": "True", "assumed_role_arn": role} if role else {})}
            found = {key: value for key, value in profiles["work"].items() if key in KEYS}
            if not role and b"[DEFAULT]" in before:
                found.pop("assumed_role_arn", None)     # every section has it
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
        """The last section has all of it: for readers that merge and for readers that take the
        last."""
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

        for path in files:
            run = aws(["configure", "list", "--profile", "work"],
                      {**self.env, "AWS_SHARED_CREDENTIALS_FILE": str(path),
                       "AWS_CONFIG_FILE": "/dev/null", "AWS_EC2_METADATA_DISABLED": "true"})
            self.assertEqual(run.returncode, 0, run.stderr)
            self.assertRegex(run.stdout, r"access_key\s+\*{16}NEW1 shared-credentials-file")
            env = {"AWS_SHARED_CREDENTIALS_FILE": str(path), "AWS_CONFIG_FILE": "/dev/null"}
            with mock.patch.dict(os.environ, env):
                found = boto3.Session(profile_name="work").get_credentials()
            self.assertEqual((found.access_key, found.secret_key, found.token),
                             (SESSION["aws_access_key_id"], SESSION["aws_secret_access_key"],
                              SESSION["aws_session_token"]))

    def test_values_no_reader_would_give_back(self):
        for token in ["a\tb", "a #b", " a", "#a", "a\x7f", "a\udcff", "\u00a0a", "a\u3000"]:
            with self.subTest(token=token):
                run = self.store(input=INPUT.replace("token/new+1==", token), status=10)
                self.assertIn("aws_session_token", run.stderr)
                self.untouched()
