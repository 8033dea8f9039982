"""aws-mfa keystore add, list, show and remove, as root and as others."""

import fcntl
import json
import os
import re
import shutil
import signal
import struct
import subprocess
import termios
import unittest

from live.world import CA
from paths import AWS_MFA, BUILD
from sandbox import faults
from tool.keystore.admintest import ETC, HIDDEN, KEYS, AdminTest

ROLE = "arn:aws:iam::123456789012:role/Bastion"
POLICY = '{\n  "Version": "2012-10-17",\n  "Statement": [{"Effect": "Allow", "Action": "s3:* #;",' \
         '\n\t"Resource": "*"}]\n}\n'


class Add(AdminTest):
    def test_from_standard_input(self):
        run = self.add()
        self.holds()
        self.assertEqual(run.stderr, "")
        self.assertEqual(run.stdout.splitlines(), [
            f"aws-mfa: AWS accepts the key: user {self.user.name}, account 123456789012",
            f"aws-mfa: MFA device mfa/{self.user.name}",
            f"aws-mfa: {KEYS}/alice is written (uid {self.uid})",
            "aws-mfa: no role: a session has all rights of the AWS user; see --role-arn",
            "aws-mfa: Next:  aws-mfa keystore check alice"])
        self.assertEqual(self.names(), ["alice"])
        st = self.world.path(KEYS).stat()
        self.assertEqual((st.st_uid, st.st_gid, st.st_mode & 0o7777), (0, 0, 0o700))
        line, = self.journal()
        self.assertRegex(line, f"^auth.info aws-mfa: keystore add: user=alice uid={self.uid} key-id="
                         f"{self.user.access_key_id} account=123456789012 device={self.user.serial} "
                         r"role=- by=root loginuid=(-|\d+)$")

    def test_who_changed_it(self):
        self.add(env={"SUDO_USER": "carol\nroot loginuid=0"})
        line, = self.journal()
        self.assertIn("by=carol?root?loginuid=0 ", line)

    def test_all_options(self):
        self.world.write("/tmp/policy.json", POLICY)
        self.own.add("/tmp/policy.json")
        self.add("alice", "--role-arn", ROLE, "--external-id", "x1", "--duration", "2h", "--profile",
                 "ops", "--device", self.user.serial, "--session-policy", "/tmp/policy.json")
        entry = self.entry()
        self.assertEqual(json.loads(entry.pop("session_policy")), json.loads(POLICY))
        self.assertEqual({k: entry[k] for k in ("role_arn", "external_id", "duration", "profile")}, {
            "role_arn": ROLE, "external_id": "x1", "duration": "7200", "profile": "ops"})
        shown = json.loads(self.run_it("show", "alice", "--json").stdout)
        self.assertEqual(json.loads(shown.pop("SessionPolicy")), json.loads(POLICY))
        self.assertEqual(shown, {
            "User": "alice", "Uid": self.uid, "AccountId": "123456789012", "Duration": 7200,
            "AccessKeyId": self.user.access_key_id, "SerialNumber": self.user.serial, "Profile": "ops",
            "RoleArn": ROLE, "ExternalId": "x1", "RoleSessionName": None, "SourceIdentity": None,
            "Note": None})

    def test_at_the_terminal(self):
        console = self.console(AWS_MFA, "keystore", "add", "alice")
        for question, answer in (("Access key ID (hidden): ", self.user.access_key_id),
                                 ("Secret access key (hidden): ", self.user.secret_access_key)):
            console.expect(question)
            console.send(answer + "\n")
        console.expect("aws-mfa keystore check alice")
        self.assertEqual(console.wait(), 0)
        self.assertNotIn(self.user.secret_access_key, console.screen)
        self.holds()

    def test_replacing(self):
        self.add()
        other = self.box.add_user("other")
        run = self.add(user=other, status=2)
        self.assertIn(f"alice has an entry already (key {self.user.access_key_id}, no role); "
                      "to replace it add --force", run.stderr)
        self.holds()
        for answer, replaced in (("n", False), ("", False), ("y", True)):
            console = self.console(AWS_MFA, "keystore", "add", "alice", "--access-key-id",
                                   other.access_key_id)
            console.expect(f"alice has an entry: key {self.user.access_key_id}, no role. "
                           "Replace it? [y/N] ")
            console.send(answer + "\n")
            if replaced:
                console.expect("Secret access key (hidden): ")
                console.send(other.secret_access_key + "\n")
                console.expect("Next:")
            console.wait()
            self.holds(other if replaced else self.user)
        self.add("alice", "--force")
        self.holds()
        self.assertEqual([line.split()[3] for line in self.journal()], ["add:", "replace:", "replace:"])

    def test_interrupted_at_a_question(self):
        before = self.world.path("/home/alice/.aws/credentials").read_bytes()
        for *args, question in (("import", "alice", "--profile", "work", "of the home of alice? ["),
                                ("remove", "alice", "[y/N] "),
                                ("add", "alice", "--access-key-id", self.user.access_key_id, "Replace it? [y/N] ")):
            if args[0] == "remove":
                self.assertEqual(self.names(), [])
                self.add()
            with self.subTest(args):
                console = self.console(AWS_MFA, "keystore", *args)
                console.expect(question)
                console.send("half")
                console.interrupt()
                self.assertEqual(console.wait(), -signal.SIGINT, console.screen)
        self.holds()
        self.assertEqual(self.world.path("/home/alice/.aws/credentials").read_bytes(), before)

    def test_stopped_at_a_question(self):
        """^Z, and meanwhile another administrator writes the entry: the question holds no lock, and its
        answer changes nothing that the question was not about."""
        home = self.world.path("/home/alice/.aws/credentials")
        before = home.read_bytes()
        other = self.box.add_user("meanwhile")
        shell = self.console("/bin/sh", "-i", env={"PS1": "root> ", "ENV": ""})
        shell.expect("root> ")
        modes = termios.tcgetattr(shell.fd)
        for command, question in (("import --profile work", "of the home of alice? [Y/n] "),
                                  ("remove", "no role? [y/N] ")):
            with self.subTest(command):
                shell.send(f"{AWS_MFA} keystore {command} alice\n")
                shell.expect(question)
                shell.send("y\x1a")
                shell.expect("Stopped")
                shell.expect("root> ")
                self.assertEqual(termios.tcgetattr(shell.fd), modes)
                self.add("alice", "--force", user=other)
                shell.send("fg\n")
                shell.expect(question)
                shell.send("y\n")
                shell.expect("alice: has changed meanwhile; nothing was written: run the command again")
                shell.expect("root> ")
                self.holds(other)
        shell.send("exit\n")
        shell.wait()
        self.assertEqual(home.read_bytes(), before)

    def narrow(self, *args):
        """Starts it on a terminal of 40 columns."""
        console = self.console(AWS_MFA, "keystore", *args, env={"TERM": "xterm"})
        fcntl.ioctl(console.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 40, 0, 0))
        return console

    def test_questions_on_a_narrow_terminal(self):
        """A question may wrap, a wait may not: what erases it takes one row."""
        self.box.fault("GetCallerIdentity", faults.delay(1.3), times=1)
        for *args, answers in (("add", "alice", [("Access key ID (hidden): ", self.user.access_key_id),
                                                 ("Secret access key (hidden): ", self.user.secret_access_key)]),
                               ("add", "alice", [("no role. Replace it? [y/N] ", "n")]),
                               ("remove", "alice", [("no role? [y/N] ", "y")]),
                               ("import", "alice", "--profile", "work", [("of the home of alice? [Y/n] ", "")])):
            console = self.narrow(*args)
            for question, answer in answers:
                console.expect(question)
                console.send(answer + "\n")
            self.assertEqual(console.wait(), 2 if answers[0][1] == "n" else 0, console.screen)
            if len(answers) == 2:
                drawn = re.findall(r"\r\x1b\[K([^\r]+ s)(?=\r\x1b\[K)", console.screen)
                self.assertLess(max(map(len, drawn)), 40)
        self.holds(profile="work")

    def test_import_shows_what_it_waits_for(self):
        """The process that works as alice does not show its own waits in the same line, which fits."""
        with open(self.world.path("/home/alice/.aws/credentials"), "a"):
            console = self.narrow("import", "alice", "--profile", "work", "--yes")
            console.expect("aws-mfa: waiting for alice's files, 1 s")
        self.assertEqual(console.wait(), 0, console.screen)
        self.assertEqual(console.screen.count("waiting for"), 1, console.screen)
        self.holds(profile="work")

    def test_only_the_ca_bundle_is_trusted(self):
        """What the system trusts is not, whatever libcurl does with a place that has no name."""
        certs = self.world.path("/etc/ssl/certs")
        self.world.run("mount", "-n", "-t", "tmpfs", "certs", "/etc/ssl/certs").check_returncode()
        self.addCleanup(self.world.run, "umount", "-n", "/etc/ssl/certs")
        for name in ("ca.pem", "ca-certificates.crt"):
            (certs / name).write_bytes(self.box.ca_path.read_bytes())
        other = self.world.path(ETC / "other")
        other.mkdir()
        self.addCleanup(shutil.rmtree, other)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                        "-nodes", "-keyout", "/dev/null", "-out", other / "ca.pem", "-subj", "/CN=other"],
                       check=True, capture_output=True)
        for folder in (certs, other):
            subprocess.run(["openssl", "rehash", folder], check=True, capture_output=True)
        self.world.path(ETC / "aws-mfa.conf").write_text(f"[aws-mfa]\nendpoint_url = {self.box.url}\n")
        self.add()
        for ca in (ETC / "other", ETC / "other/ca.pem"):
            self.write_site(ca=ca)
            self.assertIn("is not trusted", self.add("alice", "--force", status=14).stderr)

    def test_what_would_be_dropped_is_named(self):
        self.world.write("/tmp/policy.json", '{"Statement": []}')
        self.own |= {"/tmp/policy.json"}
        self.add("alice", "--role-arn", ROLE, "--external-id", "x1", "--session-policy", "/tmp/policy.json",
                 "--duration", "1h", "--profile", "work")
        self.assertIn(", role Bastion, profile, external_id, session_policy, duration)",
                      self.add(status=2).stderr)

    def test_a_directory_that_does_not_answer(self):
        """Not "no such user": that would be a reason to remove the entry."""
        self.add()
        env = self.preload(BUILD / "tests/tool/no_directory.so")
        for args, status in ((("check", "alice"), 1), (("list",), 0)):
            said = self.run_it(*args, status=status, env=env).stdout
            self.assertIn("alice cannot be looked up: ", " ".join(said.split()))
            self.assertNotIn("keystore remove", said)

    def test_the_secret_on_a_wrong_line_is_not_shown(self):
        self.add()
        path = self.world.path(KEYS / "alice")
        text = path.read_text()
        for key in ("profile", "external_id"):
            path.write_text(f"{text}{key} = {self.user.secret_access_key}\nrole_arn = {ROLE}\n")
            said = self.run_it("show", "alice", status=13).stderr
            self.assertIn(f"{key}: is the secret; expected another value", said)
        site = self.world.path(ETC / "aws-mfa.conf")
        site.write_text(f"{site.read_text()}{self.user.secret_access_key} = x\n")
        self.assertIn("unknown key (not shown", self.run_it("check", status=13).stderr)

    def test_a_broken_entry_can_be_replaced(self):
        self.add()
        path = self.world.path(KEYS / "alice")
        path.write_text(path.read_text() + "rol_arn = x\n")
        self.assertIn("to replace it add --force", self.add(status=2).stderr)
        self.add("alice", "--force")
        self.holds()

    def test_what_is_refused_before_a_key_is_read(self):
        self.world.write("/tmp/bad.json", '{\n"a": \n}\n')
        self.world.write("/tmp/long.json", json.dumps({"a": "b" * 2048}))
        self.own |= {"/tmp/bad.json", "/tmp/long.json"}
        seen = len(self.box.requests)
        for status, args, words in [
                (12, ["nobody-here"], "there is no user nobody-here on this host"),
                (2, ["../alice"], "expected a name that does not begin with '.'"),
                (2, ["alice", "--role-arn", "Bastion"], "--role-arn: expected arn:"),
                (2, ["alice", "--external-id", "x1"], "--external-id: goes with --role-arn"),
                (2, ["alice", "--session-policy", "/tmp/bad.json"], "--session-policy: goes with"),
                (2, ["alice", "--role-arn", ROLE, "--session-policy", "/tmp/bad.json"],
                 "/tmp/bad.json:3: this is no JSON"),
                (2, ["alice", "--role-arn", ROLE, "--session-policy", "/tmp/long.json"], "takes 2048"),
                (2, ["alice", "--role-arn", ROLE, "--session-policy", "/tmp/none"], "no such file"),
                (2, ["alice", "--role-arn", ROLE, "--duration", "13h"], "12h) at most"),
                (2, ["alice", "--duration", "soon"], "--duration: expected"),
                (2, ["alice", "--profile", "[x]"], "--profile: expected"),
                (2, ["alice", "--yes"], "--yes: is no option of keystore add"),
                (2, ["alice", "bob"], "'bob': unexpected word"),
                (2, [], "USER is missing"),
        ]:
            with self.subTest(args):
                self.assertIn(words, self.run_it("add", *args, "--access-key-id",
                                                 self.user.access_key_id, status=status).stderr)
        self.assertEqual((self.names(), self.journal(), self.box.requests[seen:]), ([], [], []))

    def test_an_option_that_holds_the_secret_is_not_quoted(self):
        secret = self.user.secret_access_key
        for option in ("--device", "--role-arn", "--external-id", "--duration", "--access-key-id"):
            args = [] if option == "--access-key-id" else ["--access-key-id", self.user.access_key_id]
            self.run_it("add", "alice", option, secret, *args, status=2)
        # A table with other characters than commas between its columns.
        letters = "x" * len(secret)
        for line in (f"alice;{secret}", f"alice {letters}", secret):
            for words in ([line], ["alice", line]):
                run = self.run_it("add", *words, status=2)
                self.assertIn("not shown: it looks like a secret", run.stderr)
                self.assertNotIn(letters, run.stderr)

    def test_what_aws_refuses(self):
        wrong = self.user.secret_access_key[::-1]
        run = self.run_it("add", "alice", "--access-key-id", self.user.access_key_id,
                          input=wrong + "\n", status=13)
        self.assertIn("the secret does not belong to the access key", run.stderr)
        self.assertNotIn(wrong, run.stderr)
        self.assertIn("has no MFA device", self.add("alice", "--device", self.user.serial + "x",
                                                    status=13).stderr)
        self.box.fault("GetCallerIdentity", faults.close())
        self.add(status=14, timeout=90)
        self.assertEqual((self.names(), self.journal()), ([], []))

    def test_a_device_that_iam_does_not_list(self):
        self.box.policy_needs_mfa(self.user)
        self.assertIn("add --device ARN", self.add(status=2).stderr)
        self.add("alice", "--device", self.user.serial)
        self.holds()

    def test_the_settings_are_those_of_a_login(self):
        """Root's environment and files do not count, and no endpoint without TLS."""
        self.write("/root/.aws/config", "[default]\nendpoint_url = https://127.0.0.1:1\n")
        self.own.add("/root/.aws")
        self.add(env={"AWS_ENDPOINT_URL": "https://127.0.0.1:1", "AWS_CA_BUNDLE": "/nonexistent",
                      "AWS_PROFILE": "x", "MFA_DEVICE": "y", "https_proxy": "http://127.0.0.1:1"})
        self.holds()
        self.write_site("http://127.0.0.1:1")
        self.add("alice", "--force", status=13)
        self.write_site(ca=f"{HIDDEN}/ca.pem")
        for run in (self.add("alice", "--force", status=13), self.run_it("check", status=13)):
            self.assertIn(f"sees nothing below {HIDDEN}; move", run.stderr)

    def closed(self, path, right):
        """The service is not root, so the commands of root must say it."""
        for run in (self.run_it("check", status=13), self.add("alice", "--force", status=13)):
            self.assertIn(f"{path}: the service that judges codes is not root and cannot read it",
                          run.stderr)
            self.assertTrue(run.stderr.endswith(f"; run: chmod o+{right} {path}\n"), run.stderr)

    def test_what_only_root_can_read(self):
        self.add()
        outer, folder, hashed = ETC / "outer", ETC / "outer/ca", ETC / "outer/hashed"
        for path in (outer, folder, hashed):
            self.world.path(path).mkdir()
        file, link = folder / "ca.pem", ETC / "link"
        self.world.path(file).write_bytes(self.world.path(CA).read_bytes())
        self.world.path(link).symlink_to(file)
        self.world.path(hashed / "0a1b2c3d.0").symlink_to(file)
        self.world.path(hashed / "0a1b2c3d.1").symlink_to("gone")
        self.world.path(hashed / "README").touch(0o600)
        self.addCleanup(lambda: [self.world.run("rm", "-r", path) for path in (outer, link)])
        for bundle in (file, link, hashed):
            self.write_site(ca=bundle)
            self.assertEqual(self.run_it("check").stderr, "")
            for path, mode, right in [(ETC / "aws-mfa.conf", 0o600, "r"), (file, 0o600, "r"),
                                      (outer, 0o700, "x"), (folder, 0o754, "x"), (folder, 0o700, "x"),
                                      *[(hashed, mode, "rx") for mode in (0o754, 0o751, 0o700)
                                        if bundle == hashed]]:
                with self.subTest(bundle, path=path, mode=mode):
                    good = self.world.path(path).stat().st_mode & 0o777
                    self.world.path(path).chmod(mode)
                    self.closed(path, right)
                    self.world.path(path).chmod(good)
            self.world.path(outer).chmod(0o711)

    def test_what_the_mode_does_not_tell(self):
        """An ACL lets the process in, or keeps it out."""
        self.add()
        path = ETC / "ca.pem"
        self.world.path(path).write_bytes(self.world.path(CA).read_bytes())
        self.addCleanup(self.world.path(path).unlink)
        self.write_site(ca=path)
        for mode, acl in (("600", "u:65533:r"), ("644", "u:65533:0")):
            self.world.run("chmod", mode, path)
            self.world.run("setfacl", "-m", acl, path).check_returncode()
            if acl.endswith("r"):
                self.run_it("check")
            else:
                self.closed(path, "r")
            self.world.run("setfacl", "-b", path)

    def test_an_entry_with_another_name(self):
        self.add()
        other = ETC / "other"
        os.link(self.world.path(KEYS / "alice"), self.world.path(other))
        self.addCleanup(self.world.path(other).unlink)
        self.assertIn("has 2 names (hard links)", self.add(status=2).stderr)
        for words in (["--force"], None):
            inode = self.world.path(other).stat().st_ino
            run = self.add("alice", *words) if words else self.run_it("remove", "alice", "--yes")
            self.assertIn(f"{KEYS}/alice had 2 names (hard links), and the old key is still in the other "
                          "one: remove it", run.stderr)
            self.assertTrue(run.stderr.endswith(f"run: find / -xdev -inum {inode}\n"), run.stderr)
            self.assertIn(self.user.access_key_id, self.world.path(other).read_text())
            if words:
                self.assertEqual(self.add("alice", "--force").stderr, "")
                self.world.path(other).unlink()
                os.link(self.world.path(KEYS / "alice"), self.world.path(other))

    def test_rights_of_the_folders(self):
        self.add()
        self.addCleanup(self.world.path(ETC).chmod, 0o755)
        for path, good, mode, words in [
                (KEYS, 0o700, 0o750, "chmod 700"), (KEYS, 0o700, 0o701, "chmod 700"),
                (ETC, 0o755, 0o775, "chmod go-w"), (ETC, 0o755, 0o757, "chmod go-w")]:
            self.world.path(path).chmod(mode)
            for verb in (["list"], ["show", "alice"], ["remove", "alice", "--yes"], ["check"],
                         ["import", "alice", "--yes"]):
                self.assertIn(words, self.run_it(*verb, status=13).stderr)
            self.add("alice", "--force", status=13)
            self.world.path(path).chmod(good)
        os.chown(self.world.path(KEYS), self.uid, 0)
        self.assertIn(f"belongs to uid {self.uid}; run: chown root ", self.run_it("list", status=13).stderr)
        self.world.path(KEYS).rename(self.world.path(ETC / "elsewhere"))
        self.addCleanup(os.unlink, self.world.path(KEYS))
        os.symlink(ETC / "elsewhere", self.world.path(KEYS))
        self.assertIn("is not a folder", self.run_it("list", status=13).stderr)


class Others(AdminTest):
    def test_list(self):
        self.assertIn("There is no entry", self.run_it("list").stdout)
        self.assertEqual(json.loads(self.run_it("list", "--json").stdout), {"Version": 1, "Entries": []})
        self.add("bob", "--role-arn", ROLE)
        self.add()
        self.world.path(KEYS / "-alice").write_text("half")     # what a killed run leaves
        path = self.world.path(KEYS / "bob")
        path.write_text(path.read_text().replace(f"uid = {self.world.users['bob']}", "uid = 7"))
        lines = self.run_it("list").stdout.splitlines()
        self.assertEqual([line.split() for line in lines[:3]], [
            ["USER", "UID", "ACCOUNT", "DEVICE", "ROLE", "KEY"],
            ["alice", str(self.uid), "123456789012", f"mfa/{self.user.name}", "-",
             self.user.access_key_id],
            ["bob", "7", "123456789012", f"mfa/{self.user.name}", "Bastion",
             self.user.access_key_id]])
        self.assertEqual(lines[3], f"  is uid {self.world.users['bob']} now: another person?")
        self.assertLessEqual(max(map(len, lines)), 80)
        path.chmod(0o640)
        entries = json.loads(self.run_it("list", "--json").stdout)["Entries"]
        self.assertEqual([entry["User"] for entry in entries], ["alice", "bob"])
        self.assertIn("expected 0600", entries[1]["Note"])
        self.assertEqual(entries[0].keys(), entries[1].keys())
        self.assertIsNone(entries[1]["Uid"])

    def test_names_that_a_terminal_would_show_otherwise(self):
        """No file is refused for its name: root sees it, and nothing after it is turned round."""
        self.add()
        entry = self.world.path(KEYS / "alice").read_text()
        names = ["alice", "ali\u202ece", "bob\u200f", "c\u2066d", "\u6f22"]
        for name in names[1:]:
            path = self.world.path(KEYS / name)
            path.write_text(entry.replace("user = alice", f"user = {name}"))
            path.chmod(0o600)
        lines = self.run_it("list").stdout.splitlines()
        self.assertEqual([line.split()[0] for line in lines if "arn" not in line and "no such" not in line],
                         ["USER", "alice", "ali?ce", "bob?", "c?d", "\u6f22"])
        self.assertEqual({line.index(str(self.uid)) for line in lines if self.user.access_key_id in line
                          and "\u6f22" not in line}, {8})
        self.assertEqual(next(line for line in lines if line[0] == "\u6f22").index(str(self.uid)), 7)
        self.assertIn("\nuser             ", "\n" + self.run_it("show", names[1]).stdout)
        for words in (["list"], ["show", names[1]], ["check", *names], ["list", "--json"],
                      ["show", names[1], "--json"], ["check", *names, "--json"]):
            out = self.run_it(*words, status=1 if words[0] == "check" else 0).stdout
            self.assertNotRegex(out, "[\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
            if "--json" in words:
                self.assertIn(r"ali\u202ece", out)
                self.assertIn(repr(names[1]), str(json.loads(out)))

    def test_no_folder_yet(self):
        for verb in (["show", "alice"], ["remove", "alice", "--yes"]):
            self.assertIn("alice has no entry; run: aws-mfa keystore add alice",
                          self.run_it(*verb, status=12).stderr)
        self.assertEqual(self.run_it("check").stdout, "Nothing to mend.\n")
        self.assertFalse(self.world.path(KEYS).exists())

    def test_show(self):
        self.add("alice", "--role-arn", ROLE)
        shown = self.run_it("show", "alice").stdout
        self.assertRegex(shown, rf"(?m)^role +{ROLE}$")
        self.assertRegex(shown, r"(?m)^secret key +\(not shown\)$")
        self.assertIn("bob has no entry", self.run_it("show", "bob", status=12).stderr)
        self.world.path(KEYS / "alice").chmod(0o604)
        self.assertIn(f"{KEYS}/alice: has mode 0604", self.run_it("show", "alice", status=13).stderr)

    def test_remove(self):
        self.add()
        self.assertIn(f"(key {self.user.access_key_id}, no role) add --yes",
                      self.run_it("remove", "alice", status=2).stderr)
        for answer, left in (("n", ["alice"]), ("", ["alice"]), ("y", [])):
            console = self.console(AWS_MFA, "keystore", "remove", "alice")
            console.expect("Remove the entry of alice: key ")
            console.expect("? [y/N] ")
            console.send(answer + "\n")
            console.wait()
            self.assertEqual(self.names(), left)
        self.assertIn("has no entry", self.run_it("remove", "alice", "--yes", status=12).stderr)
        self.add()
        os.symlink("/etc/shadow", self.world.path(KEYS / "bob"))
        self.world.path(KEYS / "-new").write_text("a secret of a killed run")
        self.run_it("remove", "bob", "--yes")
        self.run_it("remove", "alice", "--yes")
        self.assertEqual(self.names(), [])
        self.assertTrue(self.world.path("/etc/shadow").exists())
        self.assertEqual([" ".join(line.split()[2:5]) for line in self.journal()], [
            "keystore add: user=alice", "keystore remove: user=alice", "keystore add: user=alice",
            "keystore remove: user=bob", "keystore remove: user=alice"])

    def test_without_root(self):
        self.add()
        for verb in (["list"], ["show", "alice"], ["add", "alice"], ["check"], ["remove", "alice"],
                     ["import", "alice"]):
            run = self.run_it(*verb, user="alice", status=4)
            self.assertEqual(run.stderr, "aws-mfa: error: only root may see and change the entries; "
                             f"run: sudo aws-mfa keystore {' '.join(verb)}\n")
        self.assertIn("did you mean show?", self.run_it("shwo", user="alice", status=2).stderr)


if __name__ == "__main__":
    unittest.main()
