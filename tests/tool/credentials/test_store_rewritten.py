"""Other programs truncate and rewrite the file at the same time: `aws configure set`, the Python
tool aws-mfa, editors. Neither side may lose anything."""

import configparser
import subprocess
import tempfile
import time

from awscli.customizations.configure.writer import ConfigFileWriter

from tool.credentials.storing import INPUT, LOCK, SESSION, STORE, StoreTest


ROUNDS = 1000
LONG_TERM = ("[work-long-term]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = long\n\n"
             "[other]\ncount = -1\n\n")
PADDING = "".join(f"[profile{i}]\nregion = eu-west-1\naws_access_key_id = AKIA{i}\n\n"
                  for i in range(40))


class Rewritten(StoreTest):
    def setUp(self):
        super().setUp()
        self.write((LONG_TERM + PADDING).encode())
        self.env |= {"KEYS": "work-long-term", "WAIT_MS": "2000"}

    def parsed(self):
        parser = configparser.RawConfigParser(default_section=None)
        with open(self.credentials) as file:
            parser.read_file(file)
        return parser

    def by_configparser(self, n):
        parser = self.parsed()
        parser.set("other", "count", str(n))
        with open(self.credentials, "w") as file:
            parser.write(file)

    def by_aws_configure(self, n):
        ConfigFileWriter().update_config({"__section__": "other", "count": str(n)},
                                         str(self.credentials))

    def whole(self, count):
        """If only one program truncates the file, it always reads a whole file with its own last
        edit."""
        parser = self.parsed()
        self.assertEqual(parser.get("work-long-term", "aws_secret_access_key"), "long")
        self.assertEqual(parser.get("other", "count"), str(count))
        self.assertEqual(parser.get("profile39", "aws_access_key_id"), "AKIA39")
        if parser.has_section("work"):
            number = parser.get("work", "aws_access_key_id")[-4:]
            self.assertEqual(parser.get("work", "aws_session_token"), f"token/new+1=={number}")

    def race(self, rewrite, path=None, names=(LOCK, "credentials"), rounds=ROUNDS):
        warnings = tempfile.TemporaryFile("w+")
        self.addCleanup(warnings.close)
        run = subprocess.Popen([*self.prefix, STORE, "-n", str(rounds), path or self.credentials,
                                "work"], env=self.env, text=True, stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=warnings)
        run.stdin.write(INPUT)
        run.stdin.close()
        start = time.monotonic()
        n = 0
        while n < rounds or run.poll() is None:
            rewrite(n)
            self.whole(n)
            n += 1
        took = time.monotonic() - start
        out = run.stdout.read()
        run.stdout.close()
        status = run.wait(120)
        warnings.seek(0)
        self.assertIn(status, (0, 10), warnings.read()[-1000:])
        self.whole(n - 1)
        self.assertEqual(self.names(), list(names))
        print(f"      {rewrite.__name__}: {out.strip()} of {rounds}, {n} rewrites in {took:.1f} s")
        self.assertGreater(int(out.split()[0]), rounds // 2)
        self.store(path=path)
        self.assertEqual(self.section(), SESSION)

    def test_by_configparser(self):
        self.race(self.by_configparser)

    def test_by_aws_configure_set(self):
        self.race(self.by_aws_configure)

    def test_a_mounted_file_which_is_written_in_place(self):
        inner = self.home / "box/credentials"
        inner.parent.mkdir()
        inner.touch()
        self.namespace('mount --bind "$1" "$2"', self.credentials, inner)
        self.race(self.by_aws_configure, inner, ["credentials"], 50)
