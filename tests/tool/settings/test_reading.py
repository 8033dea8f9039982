"""Our reading of ~/.aws against botocore's, over random files, and what differs on purpose."""

import json
import os
import random
import re
import resource
import subprocess
import unittest

import botocore.exceptions
import botocore.session
from botocore.configloader import _parse_nested

from paths import BUILD, temporary

DUMP = BUILD / "tests/tool/settings/profile-dump"
TIDY, WILD = 1200, 1200     # pairs of files

NAMES = ["default", "work", "a.b-c_d", "a b", "Work", "wörk", "x@y.z", "nested]name", "50%"]
KEYS = ["aws_access_key_id", "AWS_Secret_Access_Key", "region", "Role_Arn", "s3", "a b", "x-y",
        "ключ", "output", "[odd", "%(x)s"]
VALUES = ["", "eu-west-1", "a=b", "a:b", "a#b", "a;b", "wJalr/K7MDENG+bPx==", "arn:aws:iam::1:mfa/x",
          "two words", "[x]", "\"quoted\"", "ü\u00a0ü", "%(region)s", "\\n", "$HOME", "a\tb", "]", "\x00"]
BLANKS = ["", "", "", " ", "  ", "\t", " \t ", "\u00a0", "\x0c"]
TOKENS = ["[", "]", "=", ":", "#", ";", " ", "  ", "\t", "\n", "\n ", "\n  ", "\r\n", "\r", "\"", "'",
          "\\", "\u00a0", "\u2028", "\x85", "\x0c", "\x1c", "\x00", "é", "a", "[a]", "[DEFAULT]",
          "[profile ", "[profile 'a", "default"]
PHRASES = ["\n{} = v", "\n{}: w", "\n{} =", "\n  {}=x", "\n\t{} =\ty\n\n", "\n {}=\n  x=y", "\n{}=a\n b=c",
           "\n[{}]\n", "\n[profile {}]\n", "\n[profile \"{} b\"] x", "\n[sso-session {}]\n",
           "\n[DEFAULT]\n", "\n# {}", "\n  ; {}"]


class Generator:
    def __init__(self, rng):
        self.rng = rng

    def pick(self, choices):
        return self.rng.choice(choices)

    def chance(self, percent):
        return self.rng.randrange(100) < percent

    def header(self, config):
        name, kind = self.pick(NAMES), "profile"
        if self.chance(5):
            return "DEFAULT"
        if not config:
            return self.pick([name, name, name, f"profile {name}", f" {name} ", f"sso-session {name}"])
        if name == "default" and self.chance(70):
            return "default"
        if self.chance(20):
            kind = self.pick(["sso-session", "services", "profiles", "profilex", "Profile", "preview",
                              " profile"])
        name = self.pick([name, name, f"\"{name}\"", f"'{name}'", f"\"{name}", name.replace(" ", "\\ "),
                          f"\"a\\\"{name}\\x\"", f"{name}\"\"", "", "''"])
        return kind + self.pick([" ", " ", "\t", "  ", ""]) + name + self.pick(["", "", "", " ", "\t"])

    def value_lines(self, indent):
        """The rest of a key's own line, then the lines that continue it."""
        yield self.pick(VALUES) + self.pick(BLANKS)
        if self.chance(75):
            return
        deeper = indent + self.pick([" ", "    ", "\t", "\u00a0"])
        for _ in range(self.rng.randrange(1, 4)):
            yield from self.rng.choices(["", " ", deeper + "# comment", "; no = value", indent + "#"],
                                        k=self.rng.randrange(2))
            value = self.pick(VALUES)
            # `[odd = x]` is a header, and then this a line of its own, where it would be cut off.
            kept = "" if "=" in value or ":" in value else self.pick(["", " # kept", " ; kept"])
            yield deeper + self.pick(["", " "]) + value + kept

    def block_lines(self, indent):
        yield self.pick(BLANKS)
        for i in range(self.rng.randrange(4)):
            if self.chance(20):
                yield self.pick(["", "\t", indent + "  # comment"])
            yield (indent + self.pick(["  ", "    "]) + f"sub{i}" + self.pick([" = ", "=", " ="])
                   + self.pick(VALUES) + self.pick(["", " # kept"]))

    def tidy(self, config):
        """A file as people have them, mostly without faults."""
        lines = self.rng.choices(["", "# comment", " ; [no] = header", "  "], k=self.rng.randrange(3))
        headers = {}
        for _ in range(self.rng.randrange(6)):
            headers[self.header(config)] = None
        if self.chance(3):
            headers = list(headers) * 2
        for header in headers:
            indent = self.pick(["", "", "", "  ", "\t"])
            lines.append(self.pick(["", "", indent]) + f"[{header}]"
                         + self.pick(["", "", "", " ", " # comment", "; comment", " text"]))
            keys = self.rng.sample(KEYS, self.rng.randrange(6))
            if self.chance(3):
                keys = [key.lower() for key in keys] + keys
            for key in keys:
                lines += self.rng.choices(["", " ", "# k = v", indent + ";c", "\t# c"],
                                          k=self.rng.randrange(2))
                start = (indent + key + self.pick(BLANKS) + self.pick(["=", "=", "=", ":"])
                         + self.pick(BLANKS))
                rest = self.block_lines(indent) if self.chance(15) else self.value_lines(indent)
                lines.append(start + next(rest))
                lines += rest
            if self.chance(3):
                lines.append(self.pick(["stray", "[open", "= value", "[]", " deeper", "\ud800"]))
        end = self.pick(["\n", "\n", "\n", "\r\n", "\r"])
        ends = [end if self.chance(98) else self.pick(["\n", "\r\n", "\r"]) for _ in lines]
        if ends and self.chance(30):
            ends[-1] = ""
        return "".join(line + end for line, end in zip(lines, ends))

    def wild(self):
        """Anything, without what we read differently on purpose."""
        text = self.pick(["[default]", "[profile default]", "[default]", "\n"])
        for i in range(self.rng.randrange(12)):
            text += self.pick(TOKENS if self.chance(40) else PHRASES).replace("{}", f"n{i}")
        lines = re.split("(\r\n|\r|\n)", text)
        return "".join(line if line.strip()[:1] in ("#", ";") else re.sub("[ \t]+([#;])", r"\1", line)
                       for line in lines)


class ReadingTest(unittest.TestCase):
    def setUp(self):
        self.folder = temporary(self.addCleanup)
        self.config = self.folder / "config"
        self.credentials = self.folder / "credentials"

    def write(self, config, credentials=""):
        self.config.write_bytes(config.encode("utf-8", "surrogatepass"))
        self.credentials.write_bytes(credentials.encode("utf-8", "surrogatepass"))

    def dump(self):
        """-> (status, profiles or None, standard error)"""
        run = subprocess.run([DUMP, "--config", self.config, "--credentials", self.credentials],
                             capture_output=True, stdin=subprocess.DEVNULL, timeout=30)
        self.assertIn(run.returncode, (0, 1), run.stderr)
        if run.returncode:
            self.assertEqual(run.stdout, b"")
            self.assertNotEqual(run.stderr, b"")
        return (run.returncode, json.loads(run.stdout) if run.stdout else None,
                run.stderr.decode("utf-8", "replace"))

    def botocore(self):
        """-> profiles, or None and why they are refused"""
        session = botocore.session.Session(include_builtin_handlers=False)
        session.set_config_variable("config_file", str(self.config))
        session.set_config_variable("credentials_file", str(self.credentials))
        try:
            return session.full_config["profiles"], ""
        except botocore.exceptions.ConfigParseError as error:
            return None, str(error)


def as_botocore(profiles):
    """botocore has a block as a dict, we as the text it is."""
    return {name: {key: _parse_nested(value) if value.startswith("\n") else value
                   for key, value in profile.items()} for name, profile in profiles.items()}


class Oracle(ReadingTest):
    def compare(self, count, generate):
        seed = int(os.environ.get("SEED", random.randrange(1 << 32)))
        generator = Generator(random.Random(seed))
        accepted = 0
        for i in range(count):
            config, credentials = generate(generator)
            self.write(config, credentials)
            expected, why = self.botocore()
            status, got, faults = self.dump()
            told = (f"SEED={seed}, file {i}: config {config!r}, credentials {credentials!r}: "
                    f"botocore says {expected} {why}, we {got} {faults}")
            if expected is None:
                # Not told: blocks at fault in [DEFAULT], or by one of the line ends that files
                # do not have but str.splitlines() knows.
                if not re.search("\\[DEFAULT]|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]",
                                 config + credentials):
                    self.assertNotEqual(faults, "", told)
                continue
            accepted += 1
            self.assertEqual((status, faults), (0, ""), told)
            self.assertEqual(as_botocore(got), expected, told)
        return accepted

    def test_tidy_files(self):
        accepted = self.compare(TIDY, lambda g: (g.tidy(True), g.tidy(False)))
        self.assertGreater(accepted, TIDY / 2)

    def test_wild_files(self):
        accepted = self.compare(WILD, lambda g: (g.wild(), g.wild()))
        self.assertGreater(accepted, WILD / 10)


class OnPurpose(ReadingTest):
    """Where we read what botocore refuses, or read it as the other SDKs do."""

    def read(self, config, credentials="", faults=()):
        self.write(config, credentials)
        status, profiles, stderr = self.dump()
        self.assertEqual(status, 0, stderr)
        self.assertEqual([line.partition(";")[0] for line in stderr.splitlines()],
                         [str(self.folder / fault) for fault in faults])
        return profiles

    def refused(self, config, *faults):
        self.write(config)
        status, profiles, stderr = self.dump()
        self.assertEqual((status, profiles), (1, None))
        self.assertEqual([line.partition(";")[0] for line in stderr.splitlines()],
                         [f"{self.config}:{fault}" for fault in faults])

    def test_comments_behind_values(self):
        self.assertEqual(self.read("[default]\na = v # c\nb = v\t;c\nc = v#d\nd = # c\ne = v ;\n"
                                   "f = one # c\n  two # kept = x\n"),
                         {"default": {"a": "v", "b": "v", "c": "v#d", "d": "", "e": "v",
                                      "f": "one\ntwo # kept = x"}})

    def test_byte_order_mark(self):
        fault = "1: starts with a byte order mark, expected none"
        self.assertEqual(self.read("\ufeff[default]\na = 1\n", "\ufeff# comment\r\n[b]\r\na = 2",
                                   [f"config:{fault}", f"credentials:{fault}"]),
                         {"default": {"a": "1"}, "b": {"a": "2"}})

    def test_what_stands_twice_is_merged(self):
        self.assertEqual(
            self.read("[profile a]\nx = 1\nX = 2\n[default]\n[profile a]\ny = 3\nx = 4\n", "", (
                "config:3: this key appears twice (before in line 2), expected once",
                "config:5: section [profile a] appears twice (first in line 1), expected once",
                "config:7: this key appears twice (before in line 3), expected once")),
            {"a": {"x": "4", "y": "3"}, "default": {}})

    def test_blocks(self):
        self.assertEqual(self.read("[default]\ns3 =\n  region = no\n\n  x = y\nregion = yes\n"),
                         {"default": {"s3": "\nregion = no\nx = y", "region": "yes"}})

    def test_unreadable_lines(self):
        key_value = "expected KEY = VALUE"
        self.refused("name = value\n", "1: text before the first section, expected [NAME]")
        self.refused("[default]\nstray\nx = 1\n", f"2: no '=' in this line, {key_value}")
        self.refused("[default]\n = value\n", f"2: no key before the '=', {key_value}")
        self.refused("[default]\n deeper\n", f"2: no '=' in this line, {key_value}")
        self.refused("[default]\ns3 =\n  stray\n", f"3: no '=' in this line of a block, {key_value}")
        self.refused("[profile a\nx = 1\n[]\n",
                     "1: section header without name or ']', expected [NAME]",
                     "3: section header without name or ']', expected [NAME]")
        self.refused("[default]\nx = \udcff\n", "2: this line is not UTF-8, expected UTF-8")

    def test_no_fault_shows_a_value(self):
        secret = "wJalrXUtnFEMIK7MDENG"
        for text in (f"{secret}\n", f"[a]\n{secret}\n", f"[a]\n = {secret}\n", f"[a\n{secret} = x\n",
                     f"[a]\nx = {secret}\nx = {secret}\n", f"[a]\n{secret}==\n{secret}==\n",
                     f"[a]\nx =\n  {secret}\n", f"[a]\nbad\n  x = {secret}\n"):
            self.write(text)
            _, _, faults = self.dump()
            self.assertIn(f"{self.config}:", faults)
            self.assertNotIn(secret, faults)

    def test_files(self):
        self.assertEqual(self.dump()[:2], (0, {}))              # there is none
        self.config.symlink_to("/dev/null")
        self.assertEqual(self.dump()[:2], (0, {}))
        self.credentials.mkdir()
        status, _, stderr = self.dump()
        self.assertEqual(status, 1)
        self.assertIn(f"{self.credentials}: is a folder", stderr)


class Cost(ReadingTest):
    def test_ten_thousand_profiles(self):
        keys = "".join(f"key_{i} = {'v' * 26}\n" for i in range(9))
        self.write("".join(f"[profile user-{i}]\n{keys}\n" for i in range(10000)))
        self.assertGreater(self.config.stat().st_size, 3 << 20)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        status, profiles, _ = self.dump()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.assertEqual((status, len(profiles)), (0, 10000))
        # 50 ms as measured; what goes over the file for each profile takes minutes.
        self.assertLess(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 1)


if __name__ == "__main__":
    unittest.main()
