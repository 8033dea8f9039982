"""aws-mfa clear: what it removes, what it leaves, and what it says."""

import os
import shutil
import unittest

from home import long_term
from host import HostTest
from sandbox import faults
from tool.credentials.storing import KEYS
from tool.credentials.test_store_round_trip import Generator, without_session

SESSION = ("assumed_role = False\naws_access_key_id = ASIAEXAMPLE000000001\naws_secret_access_key = sec\n"
           "aws_session_token = tok\naws_security_token = tok\nexpiration = {}\n")
FUTURE, PAST = "2035-01-02 03:04:05", "2020-01-01 00:00:00"
VALID = SESSION.format(FUTURE)
SSO = ("[sso]\naws_access_key_id = ASIAEXAMPLE000000002\naws_secret_access_key = sec\n"
       "aws_session_token = tok\nexpiration = 2035-01-01 00:00:00\n")
STATIC = "aws_access_key_id = AKIAEXAMPLE000000003\naws_secret_access_key = sec\n"


class ClearTest(HostTest):
    def clear(self, *args, status=0, profile=None, **options):
        run = self.aws_mfa("clear", *args, profile=profile, **options)
        self.assertEqual(run.returncode, status, run.stderr + run.stdout)
        self.assertEqual("error: " in run.stderr, status != 0, run.stderr)
        return run

    def changes(self, before, after, *args, **options):
        """-> the run, if it turns the file before into after"""
        self.write_credentials(before)
        inode = self.credentials.stat().st_ino
        run = self.clear(*args, **options)
        self.assertEqual(self.credentials.read_text(), after)
        if before == after:
            self.assertEqual(self.credentials.stat().st_ino, inode, "it was written")
        return run


class Clear(ClearTest):
    def test_a_session_and_nothing_else(self):
        rest = "# mine\n[work-long-term]\n" + STATIC + "\n[work]\nregion = x\n{}output = json # y\n\n[z]\nk = v"
        run = self.changes(rest.format(VALID), rest.format(""), "work")
        self.assertEqual(run.stderr, "")
        self.assertEqual(run.stdout,
                         "aws-mfa: the session is removed from [work]\naws-mfa: a copy in another shell or "
                         "program works until 2035-01-02 03:04 UTC: this command cannot reach it, and "
                         "cannot revoke a session at AWS\n")

    def test_the_header_stays_and_a_refresh_writes_the_same_bytes_again(self):
        self.assertEqual(self.aws_mfa("--token", self.user.code()).returncode, 0)
        first = self.credentials.read_text()
        self.clear("work")
        cleared = self.credentials.read_text()
        self.assertEqual(cleared, long_term(self.user) + "\n[work]\n")
        self.assertEqual(self.aws_mfa("--token", self.user.code()).returncode, 0)
        again = self.credentials.read_text()
        self.assertEqual([line.split(" = ")[0] for line in again.splitlines()],
                         [line.split(" = ")[0] for line in first.splitlines()])
        self.clear("work")
        self.assertEqual(self.credentials.read_text(), cleared)

    def test_which_profile(self):
        text = f"[default]\n{VALID}[work]\n{VALID}[b c]\n{VALID}[work-mfa]\n{VALID}"
        for args, env, gone in ((["work"], {}, "work"), ([], {}, "default"), (["b c"], {}, "b c"),
                                (["--profile", "work"], {"AWS_PROFILE": "b c"}, "work"),
                                ([], {"AWS_PROFILE": "work"}, "work"),
                                (["work", "--short-term-suffix", "mfa"], {}, "work-mfa")):
            with self.subTest(args=args, env=env):
                self.changes(text, text.replace(f"[{gone}]\n{VALID}", f"[{gone}]\n"), *args, env=env)
        run = self.changes(text, f"[default]\n{VALID}[work]\n[b c]\n[work-mfa]\n{VALID}", "b c", "work", "work")
        self.assertEqual(run.stdout.count("is removed from [work]"), 1)
        for args in (["work", "--profile", "work"], ["--all", "work"], ["--all", "--profile", "work"],
                     ["a]b"], ["--force"]):
            with self.subTest(args=args):
                self.changes(text, text, *args, status=2)

    def test_what_is_no_session_stays(self):
        for text, says in ((f"[work]\n{STATIC}", "keys without a session token"),
                           ("[work]\naws_secret_access_key = s\n", "keys without a session token"),
                           (f"[work]\n{STATIC}aws_session_token =\n", "keys without a session token"),
                           ("[work]\nregion = x\nexpiration = y\n", "holds no session"),
                           (f"[DEFAULT]\n{VALID}[work]\nregion = x\n", "holds no session"),
                           ("[work-long-term]\n" + STATIC, "holds no session")):
            with self.subTest(text):
                self.assertIn(says, self.changes(text, text, "work").stdout)

    def test_a_long_term_key_beside_the_rest_of_a_session(self):
        """As `aws configure` leaves it."""
        run = self.changes(f"[work]\n{STATIC}{VALID[VALID.index('aws_session'):]}",
                           f"[work]\n{STATIC}", "work")
        self.assertIn("holds a long-term key, which stays", run.stdout)

    def test_the_only_copy_of_a_long_term_key_in_an_upper_part(self):
        text = f"[work]\n{STATIC}[x]\nk = v\n[work]\n{VALID}"
        run = self.changes(text, text, "work", status=13)
        self.assertIn("long-term keys that are nowhere else", run.stderr)
        self.changes(f"[work-long-term]\n{STATIC}{text}",
                     f"[work-long-term]\n{STATIC}[work]\n[x]\nk = v\n[work]\n", "work")

    def test_all(self):
        """Those that aws-mfa has written, this one or the Python tool: not the sessions of others."""
        others = (f"[python]\nassumed_role = True\nassumed_role_arn = arn\n{SSO[6:]}aws_security_token = tok\n",
                  f"[work]\n{SESSION.format(PAST)}", f"[role]\nregion = x\n{VALID}")
        stay = f"{SSO}[static]\n{STATIC}[saml]\n{SSO[6:]}aws_security_token = tok\nx_principal_arn = a\n"
        run = self.changes("".join(others) + stay, f"[python]\n[work]\n[role]\nregion = x\n{stay}", "--all")
        self.assertEqual(run.stdout.count("is removed from"), 3)
        run = self.changes(stay, stay, "--all")
        self.assertIn("holds no session of aws-mfa", run.stdout)
        # a name says that this one is meant
        self.assertIn("works until it ends", self.changes(
            stay.replace("expiration = 2035-01-01 00:00:00\n", ""),
            stay.replace("expiration = 2035-01-01 00:00:00\n", "").replace(SSO[6:].partition("expi")[0], "", 1),
            "sso").stdout)

    def test_unknown_profiles(self):
        text = f"[work]\n{VALID}"
        run = self.changes(text, "[work]\n", "wrok", "work", "nix", status=12)
        self.assertEqual(run.stderr.count("there is no profile"), 2)
        self.assertIn("'wrok'", run.stderr)
        self.assertIn("removed from [work]", run.stdout)
        self.changes(text, text, "nix", status=12)
        self.changes(text, text, env={"AWS_PROFILE": "nix"}, status=12)
        self.config.write_text("[profile nix]\nregion = x\n")
        self.changes(text, text, "nix")

    def test_without_a_file(self):
        self.credentials.unlink()
        for args, status in (([], 0), (["--all"], 0), (["nix"], 12), (["work"], 0)):    # the config has work
            with self.subTest(args):
                self.clear(*args, status=status)
                self.assertEqual(os.listdir(self.credentials.parent), ["config"])

    def test_damaged_files_stay(self):
        utf16 = f"[work]\n{VALID}".encode("utf-16")
        for data, says in ((utf16, "UTF-16"), (b"", ""), (b"[work]\n" + VALID.encode() + b"[oth", "cut off"),
                           (b"[wor", "")):
            with self.subTest(data):
                self.write_credentials(data)
                self.assertIn(says, self.clear("work", status=13 if data and data != b"[wor" else 0).stderr)
                self.assertEqual(self.credentials.read_bytes(), data)
                self.clear("nix", status=13)

    def test_what_cannot_be_written(self):
        text = f"[work]\n{VALID}"
        self.write_credentials(text)
        mount = ["unshare", "-m", "sh", "-c", 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && '
                 'exec "$@"', str(self.credentials.parent)]
        if os.geteuid() == 0:
            run = self.aws_mfa("clear", "work", profile=None, prefix=mount)
        else:
            self.credentials.parent.chmod(0o500)
            self.addCleanup(self.credentials.parent.chmod, 0o700)
            self.credentials.chmod(0o400)
            run = self.aws_mfa("clear", "work", profile=None)
        self.refused(run, 13, str(self.credentials))
        self.assertEqual(self.credentials.read_text(), text)

    def test_a_shell_that_holds_a_session_itself(self):
        for env, says in (({"AWS_SESSION_TOKEN": "x"}, "run: unset AWS_ACCESS_KEY_ID"),
                          ({"AWS_SESSION_TOKEN": "x", "AWS_MFA_PROFILE": "work"},
                           "a session of work itself; leave it with exit, if aws-mfa exec started it, or run: unset "),
                          ({"AWS_MFA_PROFILE": "work"}, None)):
            run = self.changes(f"[work]\n{VALID}", "[work]\n", "work", env=env)
            self.assertEqual(run.stderr.count("warning: this shell"), int(bool(says)))
            self.assertIn(says or "", run.stderr)

    def test_generated_files(self):
        """Against a reader that shares no code with this one."""
        cleared = 0
        for seed in range(0, 600, 4):
            with self.subTest(seed=seed):
                before = Generator(seed).file()
                self.write_credentials(before)
                run = self.aws_mfa("clear", "work", profile=None, env={"AWS_CONFIG_FILE": "/dev/null"})
                after = self.credentials.read_bytes()
                if after == before or "a long-term key, which stays" in run.stdout:
                    continue
                cleared += 1
                self.assertEqual(run.returncode, 0, run.stderr)
                self.assertEqual(after.decode(), without_session(before, "work"))
        self.assertGreater(cleared, 15)


class Together(ClearTest):
    def test_while_a_refresh_runs(self):
        """Its session is stored afterwards: the last one to write stays."""
        self.write_credentials(self.credentials.read_text() + f"\n[work]\n{SESSION.format(PAST)}")
        self.box.fault("GetSessionToken", faults.delay(0.5))
        count = sum(r.action == "GetSessionToken" for r in self.box.requests)
        term = self.terminal()
        term.expect("(for work): ")
        term.send(self.user.code() + "\n")
        self.box.wait_for("GetSessionToken", count + 1)
        self.clear("work")
        self.assertEqual(self.section(), {})
        self.assertEqual(term.wait()[0], 0)
        self.assertIn("aws_session_token", self.section())


@unittest.skipUnless(shutil.which("strace"), "no strace")
class Disturbed(ClearTest):
    """Killed at each call that changes a file, or such a call fails: the file is the old or the new one."""

    WRITING = {"write", "fsync", "renameat", "renameat2", "unlinkat", "openat", "fchmod", "fsetxattr"}

    def disturbed(self, *options):
        self.write_credentials(self.old)
        return self.aws_mfa("clear", "work", profile=None, prefix=["strace", "-qq", *options])

    def test_at_every_call(self):
        self.old = f"[work-long-term]\n{STATIC}[work]\n{VALID}k = v\n[z]\nk = v\n"
        log, count, calls = self.home / "trace", {}, []
        run = self.disturbed("-o", str(log))
        if run.returncode:
            self.skipTest(f"strace does not work here: {run.stderr.strip()}")
        new = self.credentials.read_text()
        self.assertNotEqual(new, self.old)
        for line in log.read_text().splitlines():
            name = line.split("(")[0]
            count[name] = count.get(name, 0) + 1
            if name in self.WRITING and not (name == "openat" and "O_CREAT" not in line):
                calls.append((name, count[name]))
        self.assertGreaterEqual(len(calls), 6)
        for name, when in calls:
            for how, status in (("signal=KILL", {-9}), ("error=ENOSPC", {0, 10, 13, 4})):
                with self.subTest(call=(name, when), how=how):
                    run = self.disturbed("-o", "/dev/null", "-e", f"trace={name}",
                                         "-e", f"inject={name}:{how}:when={when}")
                    self.assertIn(run.returncode, status, run.stderr)
                    self.assertIn(self.credentials.read_text(), (self.old, new))
                    self.clear("work")
                    self.assertEqual(self.credentials.read_text(), new)
                    self.assertLessEqual(set(os.listdir(self.credentials.parent)),
                                         {"config", "credentials", ".credentials.aws-mfa-lock"})


if __name__ == "__main__":
    unittest.main()
