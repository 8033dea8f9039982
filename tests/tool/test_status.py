"""aws-mfa status: every state, every exit status and every field."""

import fcntl
import json
import os
import re
import struct
import subprocess
import termios
import time
import unittest
from datetime import datetime, timezone

from host import HostTest
from paths import AWS_MFA
from terminal import Terminal
from tool.looking import ACCOUNT, ADMIN, DEVICE, OPS, SECRET, TOKEN, LookTest, at, keys, session, static

SCREEN = (keys("default") + keys("stage", device=DEVICE.replace(ACCOUNT, "2" * 12))
          + static("legacy", "aws_account_id = 444444444444\n"))
ROLES = (f"[default]\nregion = eu-west-1\n[profile admin]\nrole_arn = {ADMIN}\n"
         f"source_profile = default\n[profile prod]\nrole_arn = {OPS}\nsource_profile = stage\n")


def screen():
    """-> the profiles of the usual example"""
    return SCREEN + (session("default") + session("admin", 9 * 60 + 30, ADMIN)
                     + session("stage", -2 * 3600 - 10 * 60 - 5))


class States(LookTest):
    def one(self, *args, status=0, env=None):
        found, = self.told("status", *args, status=status, env=env)
        return found

    def test_every_field_of_every_state(self):
        self.write(screen(), ROLES)
        common = {"CredentialsFile": str(self.credentials), "SourceProfile": None, "RoleArn": None,
                  "Region": None, "SerialNumber": DEVICE, "AccountId": ACCOUNT}
        expected = {
            "default": ("valid", 0, {"LongTermSection": "default-long-term", "Region": "eu-west-1"}),
            "admin": ("expiring", 0, {"LongTermSection": "default-long-term", "RoleArn": ADMIN,
                                      "SourceProfile": "default"}),
            "stage": ("expired", 1, {"LongTermSection": "stage-long-term", "AccountId": "2" * 12,
                                     "SerialNumber": DEVICE.replace(ACCOUNT, "2" * 12)}),
            "prod": ("absent", 1, {"LongTermSection": "stage-long-term", "RoleArn": OPS,
                                   "SourceProfile": "stage", "AccountId": "3" * 12,
                                   "SerialNumber": DEVICE.replace(ACCOUNT, "2" * 12)}),
            "legacy": ("static", 1, {"LongTermSection": "legacy", "AccountId": "4" * 12,
                                     "SerialNumber": None})}
        for name, (state, status, more) in expected.items():
            with self.subTest(name):
                now = time.time()
                found = self.one(name, status=status)
                end, left = found.pop("Expiration"), found.pop("SecondsRemaining")
                key = found.pop("AccessKeyId")
                self.assertEqual(found, {"Profile": name, "State": state, **common, **more})
                theirs = self.botocore(name)
                self.assertEqual(found["Region"], theirs.get_config_variable("region"))
                if state in ("absent", "static"):
                    self.assertEqual((end, left), (None, None))
                else:
                    written = theirs.full_config["profiles"][name]["expiration"]
                    self.assertEqual(end, f"{written.replace(' ', 'T')}Z")
                    end = datetime.strptime(end, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
                    self.assertLess(abs(left - max(0, end.timestamp() - now)), 2)
                if state == "absent":
                    self.assertIsNone(key)
                elif name != "admin":   # botocore assumes the role
                    self.assertEqual(key, theirs.get_credentials().access_key)

    def test_words_for_people(self):
        self.write(screen(), ROLES)
        lines = self.run_it("status", "default", "admin", "stage", "prod", "legacy",
                            env={"TZ": "Asia/Tokyo"}).stdout.splitlines()
        when = r", 20\d\d-\d\d-\d\d \d\d:\d\d JST"
        for line, expected in zip(lines, [
                rf"default  valid 3 h{when.replace(' 20', ' until 20')}", rf"admin    ends in 9 min{when}",
                rf"stage    expired 2 h 10 min ago{when}     aws-mfa --profile stage",
                r"prod     none     aws-mfa --profile stage",
                r"legacy   static keys, not a session     aws-mfa setup legacy"]):
            self.assertRegex(line, f"^{expected}$")
        self.assertEqual(len(lines), 5)
        self.assertRegex(self.run_it("status", "default", env={"TZ": "A B"}).stdout, r"\d\d:\d\d UTC\n")
        _, details = self.run_it("status", "admin").stdout.splitlines()
        self.assertEqual(details, "       account 123456789012, role Admin, device mfa/alice-phone, "
                                  "keys in default-long-term, source default")

    def test_where_the_states_begin(self):
        for left, state in [(57, "expired"), (66, "expiring"), (590, "expiring"), (610, "valid"),
                            (-1, "expired")]:
            self.write(keys() + session(left=left))
            found = self.one("work", status=state == "expired")
            self.assertEqual(found["State"], state)
            self.assertLessEqual(abs(found["SecondsRemaining"] - max(left, 0)), 2)
        self.write(keys() + session(left=50))
        self.assertRegex(self.run_it("status", "work").stdout,
                         r"^work  ends in [45]\d s, .* ABC     aws-mfa --profile work\n")

    def test_renew_before(self):
        """What a refresh would renew is no longer valid, and the reason is told."""
        for args, text in [((), "renew_before = 30m\n"), (("--renew-before", "30m"), "")]:
            self.write(keys(more=text) + session(left=20 * 60 + 30))
            found = self.one("work", *args, status=1)
            self.assertEqual(found["State"], "expired")
            self.assertGreater(found["SecondsRemaining"], 1200)
            run = self.run_it("status", "work", *args)
            self.assertIn("work  ends in 20 min, and renew_before is 30 min     "
                          "aws-mfa --profile work" + (" --renew-before 30m" if args else "") + "\n",
                          run.stdout)
        self.write(keys(more="renew_before = 30m\n") + session(left=20 * 60 + 30))
        self.assertRegex(self.run_it("list").stdout, r"ends    20 min      \(.*\), renew ")
        self.write(keys(more="renew_before = soon\n") + session())
        run = self.run_it("status", "work", "--json")
        self.assertEqual((run.returncode, run.stdout), (13, '{"Version":1,"Profiles":[]}\n'))
        self.assertIn("renew_before of profile work: 'soon': expected", run.stderr)

    def test_ends_that_cannot_be_used(self):
        for end in ("soon", "", "2026-13-01 00:00:00", "2026-11-27 18:50:00 +0900"):
            self.write(keys() + session(end=end or " "))
            self.assertEqual(self.one("work", status=1)["State"], "absent")
        self.assertIn("work  none (its expiration cannot be read)     aws-mfa --profile work\n",
                      self.run_it("status", "work").stdout)
        self.write(keys() + session(end="9999-12-31 23:59:59"))
        found = self.one("work", env={"TZ": "Asia/Tokyo"})
        self.assertEqual((found["State"], found["Expiration"]), ("valid", "9999-12-31T23:59:59Z"))
        self.assertGreater(found["SecondsRemaining"], 2 ** 37)
        self.assertRegex(self.run_it("status", "work", env={"TZ": "UTC"}).stdout,
                         r"valid \d{7} d, until 9999-12-31 23:59 UTC\n")
        zone = "A" * 200 + "0"
        self.assertRegex(self.run_it("status", "work", env={"TZ": zone}).stdout, r"^work  valid \d{7} d\n")

    def test_an_old_security_token(self):
        """`aws configure mfa-login` and a paste leave it, and botocore prefers it."""
        pasted = session().replace(f"aws_security_token = {TOKEN}", "aws_security_token = older")
        self.write(keys() + pasted)
        self.assertEqual(self.botocore("work").get_credentials().token, "older")
        self.assertEqual(self.run_it("status", "work").stdout.splitlines()[0],
                         "work  none (an old aws_security_token goes before the session)     aws-mfa --profile work")
        for line in ("assumed_role", "expiration"):
            pasted = "".join(text for text in pasted.splitlines(True) if not text.startswith(line))
        self.write(keys() + pasted)
        self.assertIn("work  none (an old aws_security_token goes", self.run_it("status", "work").stdout)
        self.write(pasted)
        self.assertIn("work  AWS tools: another session. Remove its old aws_security_token\n",
                      self.run_it("status", "work").stdout)

    def test_sessions_that_do_not_count(self):
        """A refresh would renew them."""
        whole = session()
        for text in [whole.replace("aws_security_token = F", "aws_security_token = G"),
                     whole.replace("aws_security_token", "# aws_security_token"),
                     whole.replace("ASIA", "AKIA")]:
            self.write(keys() + text)
            self.assertEqual(self.one("work", status=1)["State"], "absent")
        self.assertIn("none (the session is incomplete", self.run_it("status", "work").stdout)
        self.write(keys(more=f"assume_role = {OPS}\n") + session(role=ADMIN))
        self.assertEqual(self.one("work", status=1)["RoleArn"], OPS)
        self.assertIn("none (the session is of another role)", self.run_it("status", "work").stdout)
        self.assertEqual(self.one("work", "--assume-role", ADMIN)["State"], "valid")
        self.assertEqual(self.one("work", env={"MFA_ASSUME_ROLE": ADMIN})["RoleArn"], ADMIN)

    def test_a_role_that_a_login_has_stored(self):
        """In keystore mode the user has no keys, and no file of the user names the role."""
        self.write(session(role=ADMIN))
        found = self.one("work")
        self.assertEqual((found["State"], found["RoleArn"], found["AccountId"]), ("valid", ADMIN, ACCOUNT))
        self.assertEqual(self.one("work", "--assume-role", OPS, status=1)["State"], "absent")
        self.write(session(role=ADMIN, left=-5))
        self.assertEqual(self.one("work", status=1)["State"], "expired")

    def test_profiles_that_aws_tools_serve_themselves(self):
        ways = {"sso": "sso_session = corp\nsso_account_id = 555555555555\nsso_role_name = Dev",
                "old": "sso_start_url = https://x\nsso_account_id = 555555555555",
                "vault": "credential_process = /bin/true", "login": "login_session = x",
                "web": f"role_arn = {OPS}\nweb_identity_token_file = /x",
                "ec2": f"role_arn = {OPS}\ncredential_source = Ec2InstanceMetadata",
                "fixed": f"role_arn = {OPS}\nsource_profile = legacy",
                **{f"from-{how}": f"role_arn = {OPS}\nsource_profile = {how}"
                   for how in ("sso", "old", "vault", "login", "web", "ec2", "saml", "from-sso")}}
        other = static("saml", "aws_session_token = x\n").replace("AKIA", "ASIA")
        self.write(static() + other,
                   "".join(f"[profile {name}]\n{text}\n" for name, text in ways.items()))
        for name in [*ways, "saml"]:
            with self.subTest(name):
                found = self.one(name, status=1)
                self.assertIsNone(found["State"])
                self.assertIsNone(found["Expiration"])
                self.assertIn(f"{name}  AWS tools: ", self.run_it("status", name).stdout)
        self.assertEqual(self.one("sso", status=1)["AccountId"], "555555555555")
        # SSO goes before a session, a process does not: botocore takes the session.
        self.write(session("sso") + session("vault"))
        self.assertIsNone(self.one("sso", status=1)["State"])
        self.assertEqual(self.one("vault")["AccessKeyId"],
                         self.botocore("vault").get_credentials().access_key)
        # a session of another tool, in the config file
        self.write("[conf]\nregion = x\n", "[profile conf]\n" + other.partition("\n")[2])
        found = self.one("conf", status=1)
        self.assertIsNone(found["State"])
        self.assertEqual(found["AccessKeyId"], self.botocore("conf").get_credentials().access_key)
        self.assertNotIn("move them", self.run_it("--profile", "conf").stderr)
        # with keys of ours, there is something to do
        self.write(keys("vault"))
        self.assertEqual(self.one("vault", status=1)["State"], "absent")
        self.write("", "[profile old]\naws_access_key_id = AKIA\naws_secret_access_key = x\n")
        self.assertEqual(self.one("old", status=1)["State"], "static")

    def test_a_role_that_aws_tools_assume(self):
        """They do so from the session of the source, which may be a role's itself."""
        role = f"role_arn = {OPS}\nsource_profile = "
        self.write(keys() + session(), f"[profile prod]\n{role}between\n[profile between]\n"
                   "source_profile = work\n[profile self]\n" + role + "self\n[profile loose]\n"
                   + role + "nosuch\n")
        found = self.one("prod")
        self.assertEqual((found["State"], found["AccessKeyId"], found["LongTermSection"]),
                         ("valid", None, "work-long-term"))
        for name in ("self", "loose"):
            self.assertEqual(self.one(name, status=1)["LongTermSection"], None)
        # the first source with credentials counts, also if they are over
        self.write(keys() + session() + session("between", -60))
        self.assertEqual(self.one("prod", status=1)["State"], "absent")
        # a session that these tools ignore
        self.write(keys() + session() + session("prod", -60, OPS))
        self.assertEqual(self.one("prod")["State"], "valid")
        self.write(keys() + session(left=-60) + session("prod", -60, OPS))
        self.assertEqual(self.one("prod", status=1)["State"], "expired")
        self.assertIn("aws-mfa --profile between\n", self.run_it("status", "prod").stdout)
        # also if the profile has long-term keys
        self.write(keys() + session() + keys("prod"))
        found = self.one("prod")
        self.assertEqual((found["State"], found["LongTermSection"]), ("valid", "prod-long-term"))
        self.write(static("between") + keys("prod") + static("self"))
        for name in ("prod", "self"):
            self.assertIsNone(self.one(name, status=1)["State"])
            self.assertIn("AWS tools: a role of static keys", self.run_it("status", name).stdout)

    def test_other_suffixes(self):
        text = static("work", f"mfa_serial = {DEVICE}\n") + session("work-mfa")
        suffixes = ["--long-term-suffix", "none", "--short-term-suffix", "mfa"]
        self.write(text, "")
        found = self.one("work", *suffixes)
        self.assertEqual((found["State"], found["LongTermSection"], found["AccountId"]),
                         ("valid", "work", ACCOUNT))
        self.assertEqual([p["Profile"] for p in self.told("list", *suffixes)], ["work"])
        self.write(static("work"), "")
        self.assertIn("none     aws-mfa --profile work --long-term-suffix none --short-term-suffix mfa\n",
                      self.run_it("status", "work", *suffixes).stdout)
        self.assertEqual(self.one("work", status=1)["State"], "static")

    def test_accounts_are_twelve_digits_or_unknown(self):
        for text, expected in [("aws_account_id = 444444444444", "444444444444"),
                               ("aws_account_id = mine", None), ("", None)]:
            self.write(static("legacy", text))
            self.assertEqual(self.one("legacy", status=1)["AccountId"], expected)
        self.write(keys(device="GAHT12345678"))     # a hardware token
        found = self.one("work", status=1)
        self.assertEqual((found["SerialNumber"], found["AccountId"]), ("GAHT12345678", None))


class Statuses(LookTest):
    def status(self, *args, env=None):
        run = self.run_it("status", *args, env=env)
        quiet = self.run_it("status", "-q", *args, env=env)
        self.assertEqual((quiet.returncode, quiet.stdout), (run.returncode, ""))
        if run.returncode in (0, 1):
            self.assertEqual((quiet.stderr, run.stderr), ("", ""))
        else:
            self.assertIn("aws-mfa: error: ", quiet.stderr)
        return run.returncode

    def test_the_worst_wins(self):
        self.write(screen() + keys("bad", "renew_before = x\n"), ROLES)
        for names, expected in [(["default"], 0), (["default", "admin"], 0), (["stage"], 1),
                                (["default", "stage"], 1), (["stage", "bad"], 13),
                                (["bad", "nosuch", "stage"], 12), (["default", "nosuch"], 12)]:
            for order in (names, names[::-1]):
                self.assertEqual(self.status(*order), expected, order)
        run = self.run_it("status", "--json", "nosuch", "default")
        self.assertEqual(run.returncode, 12)
        self.assertIn('"Profile":"default"', run.stdout)
        self.assertIn("[nosuch-long-term]", run.stderr)

    def test_all(self):
        self.write(screen(), ROLES)
        self.assertEqual([p["Profile"] for p in self.told("status", "--all", status=1)],
                         ["default", "stage", "admin", "prod"])
        self.write(keys() + session() + static(), "[profile corp]\nsso_session = x\n")
        self.assertEqual(self.status("--all"), 0)
        self.write(static(), "")
        self.assertEqual(self.status("--all"), 12)

    def test_without_a_name(self):
        self.write(keys() + session() + session("default", -5), "")
        self.assertEqual(self.status(), 1)
        for env in ({"AWS_PROFILE": "work"}, {"AWS_DEFAULT_PROFILE": "work"}):
            self.assertEqual(self.status(env=env), 0)
        self.assertEqual(self.status("--profile", "work"), 0)
        self.assertEqual(self.status("work", env={"AWS_PROFILE": "nosuch"}), 0)
        # -q hides a warning, too
        self.assertEqual(self.run_it("status", "-q", env={
            "AWS_PROFILE": "work", "AWS_DEFAULT_PROFILE": "x"}).stderr, "")

    def test_unknown(self):
        self.assertEqual(self.status(), 12)
        self.assertIn("run: aws-mfa setup work\n", self.run_it("status", "work").stderr)
        self.write(keys(), "")
        self.assertEqual(self.status("wrok"), 12)
        self.assertIn("did you mean --profile work?", self.run_it("status", "wrok").stderr)
        self.assertEqual(self.status("work-long-term"), 13)

    def test_usage(self):
        self.write(keys() + session())
        for args in [("--all", "work"), ("--all", "--profile", "work"), ("-q", "--json", "work"),
                     ("--profile", "work", "work"), ("a[b",), ("work", "a[b"), ("",), ("--offline",),
                     ("--assume-role", "x", "work")]:
            run = self.run_it("status", *args)
            self.assertEqual((run.returncode, run.stdout), (2, ""), args)
            self.assertEqual(run.stderr.count("\n"), 1)
            if "--profile" not in args:
                self.assertNotIn("--profile", run.stderr)

    def test_cron_and_prompts(self):
        """`aws-mfa status -q || aws-mfa`"""
        shell = f"{AWS_MFA} status -q work || echo renew"
        for left, said in [(3600, ""), (-1, "renew\n")]:
            self.write(keys() + session(left=left))
            run = subprocess.run(["sh", "-c", shell], env=self.env, capture_output=True, text=True,
                                 stdin=subprocess.DEVNULL, start_new_session=True)
            self.assertEqual((run.stdout, run.stderr), (said, ""))

    def test_damaged_files(self):
        whole = keys() + session()
        for data in [whole.encode("utf-16"), whole.encode("utf-32-le"), bytes(100), b"",
                     b"\x1f\x8b\x08\xff\n" * 50, b"[default]\nregion = x\n[work-lo",
                     whole.encode() + bytes(20)]:
            self.write(data)
            self.assertEqual(self.status("work"), 13, data[:20])
        self.write("# nothing\n")   # no damage, by hand
        self.assertEqual(self.status("work"), 12)
        for data in [b"", bytes(100), whole.encode("utf-16")]:
            self.write(data)
            self.assertEqual(self.status("--all"), 13, data[:20])
        self.write("", "[profile work]\nregion = eu-west-1\n")   # a profile, but where are its keys?
        self.assertEqual(self.status("work"), 13)
        self.credentials.unlink()
        self.credentials.mkdir()
        self.assertEqual(self.status("work"), 13)
        self.credentials.rmdir()
        self.write(whole, bytes([0xff, 0xfe, 0x5b, 0]))
        self.assertEqual(self.status("work"), 13)

    def test_faults_beside_the_profile(self):
        self.write("[odd]\nno key\n" + keys() + session(), "")
        run = self.run_it("status", "work", "--json")
        self.assertEqual(run.returncode, 0)
        self.assertIn(f"warning: {self.credentials}:2: no '='", run.stderr)
        self.assertEqual(self.run_it("status", "-q", "work").stderr, "")
        run = self.run_it("status", "nosuch")
        self.assertEqual((run.returncode, run.stderr.count(":2: ")), (13, 2), run.stderr)

    def test_nothing_is_written_or_locked(self):
        self.write(keys() + session())
        lock = self.credentials.with_name(".credentials.aws-mfa-lock")
        fd = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
        self.addCleanup(os.close, fd)
        fcntl.fcntl(fd, 37, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0))  # F_OFD_SETLK

        def look():
            return [(p, p.stat().st_mtime_ns, p.stat().st_ctime_ns, p.read_bytes() if p.is_file() else b"")
                    for p in [self.home, *sorted(self.home.rglob("*"))]]
        before = look()
        for args in [("status", "work"), ("status", "--all"), ("list",), ("list", "--json")]:
            self.assertEqual(self.run_it(*args).returncode, 0)
        self.assertEqual(look(), before)

    def test_no_network_and_no_other_process(self):
        self.write(keys() + session(left=-1))
        trace = self.home / "trace"
        run = self.run_traced(trace, "status", "--all")
        self.assertEqual(run.returncode, 1, run.stderr)
        calls = trace.read_text()
        self.assertIn("exit_group", calls)
        names = set(re.findall(r"(?m)^\d+ +(\w+)\(", calls))
        self.assertIn("execve", names)
        self.assertEqual(names & {"socket", "connect", "fork", "vfork", "clone", "clone3", "flock"}, set())
        for flag in ("F_OFD_SETLK", "O_CREAT", "O_RDWR"):
            self.assertNotIn(flag, calls)

    def run_traced(self, trace, *args):
        if not os.access("/usr/bin/strace", os.X_OK):
            self.skipTest("strace is not installed")
        return subprocess.run(["/usr/bin/strace", "-f", "-o", trace, AWS_MFA, *args], env=self.env,
                              capture_output=True, text=True, stdin=subprocess.DEVNULL)


class Writers(LookTest):
    """Other programs truncate the file and write it again."""

    def test_waits_for_one(self):
        self.write(keys() + session())
        whole = self.credentials.read_bytes()
        with open(self.credentials, "r+b") as file:
            file.truncate(40)
            run = subprocess.Popen([AWS_MFA, "status", "--json", "work"], env=self.env, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            self.addCleanup(run.communicate)
            self.wait_for_its_look(run)
            file.seek(0)
            file.write(whole)
        out, err = run.communicate(timeout=10)
        self.assertEqual((run.returncode, err), (0, ""))
        self.assertIn('"State":"valid"', out)

    @staticmethod
    def wait_for_its_look(run):
        """Until it sleeps between two looks."""
        end = time.monotonic() + 5
        while time.monotonic() < end:
            with open(f"/proc/{run.pid}/wchan") as file, open(f"/proc/{run.pid}/stat") as stat:
                if "nanosleep" in file.read() or stat.read().rpartition(") ")[2][0] == "S":
                    return
            time.sleep(0.001)
        raise AssertionError("it does not sleep")

    def test_gives_up(self):
        self.write(keys() + session())
        with open(self.credentials, "r+b"):
            run = self.run_it("status", "-q", "work")
            self.assertEqual((run.returncode, run.stdout), (4, ""))
            self.assertIn("another program is still writing it; try again", run.stderr)
            os.utime(self.credentials, (1, 1))
            run = self.run_it("status", "work", "--json")
            self.assertEqual(run.returncode, 0)
            self.assertIn("may be half written", run.stderr)


class Shell(LookTest):
    """In a shell of `aws-mfa exec`."""

    def setUp(self):
        super().setUp()
        self.write(keys() + session() + session("default", 3600), "")

    def shell(self, left, profile="work"):
        return {"AWS_MFA_PROFILE": profile, "AWS_CREDENTIAL_EXPIRATION": at(left).replace(" ", "T") + "Z",
                "AWS_ACCESS_KEY_ID": "ASIASHELL", "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_SESSION_TOKEN": "x",
                "AWS_REGION": "eu-north-1", "AWS_DEFAULT_REGION": "eu-north-1"}

    def test_its_own_session(self):
        ours, shell = self.told("status", env=self.shell(7200))
        self.assertEqual((ours["Profile"], ours["AccessKeyId"]), ("work", "ASIAIOSFODNN7EXAMPLE"))
        left = shell.pop("SecondsRemaining")
        self.assertTrue(7190 <= left <= 7200)
        self.assertEqual(shell.pop("Expiration")[-1], "Z")
        self.assertEqual({k: v for k, v in shell.items() if v is not None}, {
            "Profile": "work", "State": "valid", "AccessKeyId": "ASIASHELL", "Region": "eu-north-1"})
        lines = self.run_it("status", env=self.shell(7230)).stdout.splitlines()
        self.assertRegex(lines[0], r"^work               valid 3 h, until ")
        self.assertRegex(lines[1], r"^work \(this shell\)  valid 2 h, until ")

    def test_it_counts_unless_a_profile_is_named(self):
        old = self.shell(-60)
        for args, status in [([], 1), (["work"], 0), (["--profile", "work"], 0)]:
            run = self.run_it("status", *args, env=old)
            self.assertEqual(run.returncode, status)
            self.assertRegex(run.stdout, r"work \(this shell\)  expired 1 min ago, .*     aws-mfa exec work\n")
        self.assertEqual(self.run_it("status", "-q", env=old).returncode, 1)
        self.assertEqual(self.told("status", env={**self.shell(600), "AWS_PROFILE": "default"})[0]["Profile"],
                         "default")

    def test_odd_variables(self):
        for env in [{"AWS_MFA_PROFILE": ""}, {"AWS_ACCESS_KEY_ID": ""}]:
            self.assertEqual(len(self.told("status", "work", env={**self.shell(60), **env})), 1)
        run = self.run_it("status", "work", env={**self.shell(60), "AWS_CREDENTIAL_EXPIRATION": "x"})
        self.assertIn("none (AWS_CREDENTIAL_EXPIRATION cannot be read)", run.stdout)
        run = self.run_it("status", env={**self.shell(60), "AWS_MFA_PROFILE": "\x1b[31m" + "x" * 500})
        self.assertNotIn("\x1b", run.stdout + run.stderr)


class AtTheTerminal(LookTest):
    def screen(self, *args, columns=80, env=None):
        term = Terminal([AWS_MFA, *args], {**self.env, "TERM": "xterm", **(env or {})}, all_on_it=True,
                        enter=None, pair=self.pair(columns))
        term.wait()
        return term.screen.replace("\r\n", "\n")

    @staticmethod
    def pair(columns):
        parent, child = os.openpty()
        fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        return parent, child, os.ttyname(child)

    def test_colors_follow_the_terminal(self):
        self.write(screen(), ROLES)
        names = ["status", "default", "admin", "stage", "legacy"]
        shown = self.screen(*names)
        for part in ("\x1b[32mvalid\x1b[0m 3 h", "\x1b[33mends\x1b[0m in", "\x1b[33mexpired\x1b[0m 2 h",
                     "\x1b[31mstatic keys, not a session\x1b[0m", "\x1b[1maws-mfa --profile stage\x1b[0m"):
            self.assertIn(part, shown)
        plain = self.run_it(*names).stdout
        self.assertNotIn("\x1b", plain)
        for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
            self.assertEqual(self.screen(*names, env=env, columns=200), plain)

    def test_narrow(self):
        self.write(screen(), ROLES)
        shown = self.screen("status", "stage", columns=40, env={"NO_COLOR": "1"})
        self.assertEqual(shown, "stage  expired 2 h 10 min ago\n     aws-mfa --profile stage\n"
                         "       account 222222222222,\n       device mfa/alice-phone,\n"
                         "       keys in stage-long-term\n")
        for columns in (60, 80):
            shown = self.screen("status", "stage", "admin", columns=columns, env={"NO_COLOR": "1"})
            self.assertLessEqual(max(map(len, shown.splitlines())), columns)


class AgreesWithARefresh(HostTest):
    """`status -q || aws-mfa` asks when, and only when, a code is needed."""

    def test_in_every_state(self):
        code = self.user.code()
        self.assertEqual(self.aws_mfa("--token", code).returncode, 0)
        whole = self.credentials.read_text()
        self.assertEqual(self.aws_mfa("status").returncode, 0)
        end = self.section()["expiration"]
        for text in [whole, whole.replace(end, at(50)), whole.replace(end, at(70)), whole.replace(end, "x"),
                     whole.replace("aws_security_token", "# x"), whole.replace("False", ""),
                     whole.replace("[work]", "[other]"), whole + "assumed_role_arn = x\n",
                     whole.replace("aws_mfa_device", f"assume_role = {ADMIN}\naws_mfa_device")]:
            self.write_credentials(text)
            refresh, status = self.aws_mfa(), self.aws_mfa("status", "-q")
            self.assertIn(refresh.returncode, (0, 2), refresh.stderr)   # 2: no terminal to ask on
            self.assertEqual(status.returncode, int(refresh.returncode != 0), text)

    def test_in_a_shell_of_exec(self):
        self.config.write_text(self.config.read_text() + "region = eu-north-1\n[profile other]\n"
                               "region = us-east-2\n")
        self.assertEqual(self.aws_mfa("--token", self.user.code()).returncode, 0)
        for args, regions in [([], ["eu-north-1"] * 2), (["other"], ["us-east-2", "eu-north-1"])]:
            run = self.aws_mfa("exec", "work", "--", AWS_MFA, "status", "--json", *args, profile=None)
            self.assertEqual(run.returncode, int(args != []), run.stderr)
            files, shell = json.loads(run.stdout)["Profiles"]
            self.assertEqual([files["Region"], shell["Region"]], regions)
            self.assertEqual((shell["Profile"], shell["CredentialsFile"]), ("work", None))
            end = self.section()["expiration"].replace(" ", "T") + "Z"
            self.assertEqual((shell["AccessKeyId"], shell["Expiration"]),
                             (self.section()["aws_access_key_id"], end))


if __name__ == "__main__":
    unittest.main()
