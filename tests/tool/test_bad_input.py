"""Each kind of bad input has its own clear message and status, and changes nothing in the file."""

import os
import stat
import subprocess
import time
import unittest

from host import OTHER_UID, ROLE, HostTest
from open_clone import closed_to_others
from paths import AWS_MFA


class BadInput(HostTest):
    def setUp(self):
        super().setUp()
        self.before = self.credentials.read_bytes()

    def tearDown(self):
        if self.before is not None:
            self.assertEqual(self.credentials.read_bytes(), self.before)
            names = set(os.listdir(self.credentials.parent))
            self.assertLessEqual(names, {"credentials", "config", ".credentials.aws-mfa-lock"})

    def as_no_root(self):
        """Root can read and write everything, so the test becomes another user."""
        if os.geteuid() != 0:
            return {}
        self.tls.chmod(0o755)
        for path in [self.home, self.credentials.parent, self.credentials, self.config]:
            os.chown(path, OTHER_UID, OTHER_UID)
        if closed_to_others():
            self.skipTest(closed_to_others())
        return {"user": OTHER_UID, "group": OTHER_UID, "extra_groups": []}

    def rewrite(self, old, new):
        text = self.credentials.read_text()
        self.assertIn(old, text)
        self.write_credentials(text.replace(old, new))
        self.before = self.credentials.read_bytes()

    def test_no_credentials_file(self):
        self.credentials.unlink()
        self.before = None
        self.refused(self.aws_mfa(), 12, str(self.credentials), "no such file",
                     "run: aws-mfa setup work")

    def test_no_long_term_section(self):
        self.refused(self.aws_mfa(profile="other"), 12, "[other-long-term]",
                     "run: aws-mfa setup other")
        self.refused(self.aws_mfa("--long-suffix", "keys"), 12, "[work-keys]",
                     "run: aws-mfa setup work --long-term-suffix keys")

    def test_absent_and_empty_keys(self):
        self.rewrite(f"aws_access_key_id = {self.user.access_key_id}\n", "")
        self.refused(self.aws_mfa(), 13, "[work-long-term] has no aws_access_key_id")
        self.rewrite("[work-long-term]\n", "[work-long-term]\naws_access_key_id =\n")
        self.refused(self.aws_mfa(), 13, f"{self.credentials}:2: aws_access_key_id")

    def test_absent_and_empty_secret(self):
        self.rewrite(f"= {self.user.secret_access_key}", "=")
        self.refused(self.aws_mfa(), 13, f"{self.credentials}:3: aws_secret_access_key")
        self.rewrite("aws_secret_access_key =\n", "")
        self.refused(self.aws_mfa(), 13, "has no aws_secret_access_key")

    def test_no_device(self):
        self.rewrite(f"aws_mfa_device = {self.user.serial}\n", "")
        self.refused(self.aws_mfa(), 13, "has no aws_mfa_device", "--device", "; run: aws-mfa setup work\n")

    def test_unreadable_file(self):
        as_user = self.as_no_root()
        self.credentials.chmod(0)
        run = self.aws_mfa(**as_user)
        self.credentials.chmod(0o600)
        self.refused(run, 13, str(self.credentials), "Permission denied")

    def test_a_folder_in_place_of_the_file(self):
        self.credentials.unlink()
        self.credentials.mkdir()
        self.before = None
        self.refused(self.aws_mfa(), 13, "is a folder")
        self.assertEqual(os.listdir(self.credentials), [])

    def test_a_fifo_in_place_of_the_file(self):
        self.credentials.unlink()
        os.mkfifo(self.credentials)
        self.before = None
        start = time.monotonic()
        self.refused(self.aws_mfa(timeout=10), 13, "is a FIFO")
        self.assertLess(time.monotonic() - start, 5)
        self.assertTrue(stat.S_ISFIFO(self.credentials.stat().st_mode))

    def test_a_huge_file(self):
        with open(self.credentials, "r+") as out:
            out.truncate(2 << 30)
        self.before = None
        self.refused(self.aws_mfa(), 13, "too large")

    def test_codes(self):
        for code in ["12345", "1234567", "12345a", "abcdef", "", "１２３４５６", "123 4567", "-12345"]:
            with self.subTest(code=code):
                run = self.aws_mfa(f"--token={code}")
                self.refused(run, 11, "exactly six digits", "nothing was sent")
        self.assertEqual(self.box.codes_seen(self.user), [])

    def test_durations(self):
        for value in ["899", "129601", "-1", "abc", "14m", "37h", ""]:
            with self.subTest(value=value):
                self.refused(self.aws_mfa(f"--duration={value}"), 2, f"--duration: '{value}'",
                             "900 to 129600")
                if value:
                    self.refused(self.aws_mfa(env={"MFA_STS_DURATION": value}), 2,
                                 f"MFA_STS_DURATION: '{value}'")
                    text = self.credentials.read_text()
                    self.rewrite("[work-long-term]\n", f"[work-long-term]\nduration = {value}\n")
                    self.refused(self.aws_mfa(), 13, f"{self.credentials}:2: duration: '{value}'")
                    self.write_credentials(text)
                    self.before = text.encode()
        self.refused(self.aws_mfa("--duration", "12h1", "--assume-role", ROLE), 2, "--duration")
        self.refused(self.aws_mfa("--duration", "13h", "--assume-role", ROLE), 2, "12h")

    def test_malformed_arns(self):
        self.refused(self.aws_mfa("--assume-role", "Admin"), 2, "--assume-role: 'Admin'",
                     "arn:aws:iam::ACCOUNT:role/NAME")
        self.refused(self.aws_mfa("--device", "arn:aws:iam::1:mfa/x"), 2, "--device", "12 digits")
        self.refused(self.aws_mfa("--device", self.user.arn), 2,
                     "is it .../mfa/NAME and not .../user/NAME?")
        self.refused(self.aws_mfa("--device", "arn:aws:iam::123456789012:u2f/user/alice/k"), 2,
                     "add a virtual MFA device")
        self.refused(self.aws_mfa("--role-session-name", "a b"), 2, "--role-session-name")
        self.rewrite(self.user.serial, self.user.arn)
        self.refused(self.aws_mfa(), 13, f"{self.credentials}:4: aws_mfa_device")

    def test_bad_region_and_timeout(self):
        self.refused(self.aws_mfa(env={"AWS_REGION": "x/.."}), 2, "AWS_REGION: 'x/..'")
        self.config.write_text("[profile work]\nregion = x/..\n")
        self.refused(self.aws_mfa(), 13, f"{self.config}:2: region")
        self.refused(self.aws_mfa("--timeout", "0"), 2, "--timeout: '0'")

    def test_bad_endpoint_ca_and_proxy(self):
        for name, values in {
                "AWS_ENDPOINT_URL_STS": ["garbage", "ftp://u:hunter2@x", "https://a\nb/", "https://a b/"],
                "AWS_CA_BUNDLE": ["/non\nexist", "/nonexistent", "x" * 5000],
                "HTTPS_PROXY": ["ftp://x:1", "http://u:hunter2@\n"],
                "NO_PROXY": ["a\tb", "x" * 100000]}.items():
            for value in values:
                with self.subTest(name=name, value=value[:20]):
                    run = self.aws_mfa("--token", "123456", env={name: value})
                    self.refused(run, 2, f"{name}: ")
                    self.assertNotIn("hunter2", run.stderr)
        self.config.write_text("[profile work]\nca_bundle = /nonexistent\n")
        self.refused(self.aws_mfa(), 13, f"{self.config}:2: ca_bundle: '/nonexistent'")

    def test_nothing_becomes_a_code_by_being_cut(self):
        code = self.user.code()
        for text in [code + "\0junk", code + " " * 130 + "junk"]:
            self.refused(self.aws_mfa("--token", "-", input=text + "\n"), 11, "six digits")
        self.refused(self.aws_mfa("--token", code + " " * 122 + "789"), 11, "six digits")
        self.assertEqual(self.box.codes_seen(self.user), [])

    def test_closed_standard_descriptors(self):
        for redirections, status in [("<&-", 2), ("2>&-", 0), (">&- 2>&-", 0)]:
            with self.subTest(redirections):
                device = self.user.add_device("d%d" % len(self.user.devices))
                run = subprocess.run(
                    ["sh", "-c", f'exec "$@" {redirections}', "sh", AWS_MFA, "--profile", "work",
                     "--device", device.serial, "--force", "--log-level", "DEBUG", "--token",
                     "-" if status else device.code()], env=self.env, capture_output=True)
                self.assertEqual(run.returncode, status, run.stderr)
        lock = self.credentials.with_name(".credentials.aws-mfa-lock")
        self.assertEqual(lock.read_bytes(), b"")
        self.before = self.credentials.read_bytes()

    def test_a_file_that_takes_too_much(self):
        with open(self.credentials, "ab") as out:
            out.write(b"\n" * (9 << 20))
        self.before = None
        self.refused(self.aws_mfa(), 13, "too large")

    def test_no_file_steers_the_terminal(self):
        run = self.aws_mfa(env={"AWS_SHARED_CREDENTIALS_FILE": "/x\x1b]0;pwned\x07\u009b\u202e\u2066/c"})
        self.refused(run, 12)
        self.assertNotRegex(run.stderr, "[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

    def test_a_session_that_no_tool_would_look_at(self):
        config = self.config.read_text()
        for key in ["role_arn", "web_identity_token_file", "sso_session", "sso_start_url"]:
            self.config.write_text(config + f"{key} = {ROLE}\n")
            self.refused(self.aws_mfa(), 13, f"{self.config}:4: profile work has {key}",
                         "--short-term-suffix")
            # the message is right: with a suffix the session is one of another profile
            self.refused(self.aws_mfa("--short-term-suffix", "mfa"), 2, "no terminal")
        self.config.write_text(config)
        self.write_credentials(self.credentials.read_text() + "[work]\nrole_arn = x\n")
        self.before = self.credentials.read_bytes()
        self.refused(self.aws_mfa(), 13, f"{self.credentials}:6: profile work has role_arn",
                     "a profile of its own that has source_profile = work")
        self.write_credentials(self.credentials.read_text() + "source_profile = base\n")
        self.before = self.credentials.read_bytes()
        run = self.aws_mfa()
        self.refused(run, 13, f"{self.credentials}:6: profile work has role_arn, which AWS tools prefer "
                     "to a session in [work]; run aws-mfa --profile base instead (a login: profile=base)")
        self.assertNotIn("mfa_serial", run.stderr)

    def test_a_secret_at_the_wrong_place(self):
        """No message quotes it, of a refresh (which a login logs) or of doctor."""
        keys = ("region role_arn assume_role mfa_serial duration duration_seconds renew_before role_session_name "
                "source_identity session_tags transitive_session_tags endpoint_url services "
                "sts_regional_endpoints use_fips_endpoint ignore_configured_endpoint_urls ca_bundle "
                "source_profile").split()
        text, settings = self.credentials.read_text(), self.config.read_text()
        for secret in ("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "wJalrXUtnFEMIzK7MDENGzbPxRfiCYEXAMPLEKEY"):
            files = [(text, f"{settings}{key} = {secret}\n") for key in keys]
            files += [(text.replace(value, secret), settings)
                      for value in (self.user.access_key_id, self.user.serial)]
            for credentials, config in files:
                self.write_credentials(credentials)
                self.config.write_text(config)
                for args in (("--token", "123456"), ("doctor",), ("doctor", "--json", "--offline")):
                    run = self.aws_mfa(*args)
                    self.assertNotIn(secret[1:30], run.stdout + run.stderr, (config, credentials))
            for args in (("setup", "work", secret), (secret,), ("--region", secret), ("--device", secret)):
                self.assertNotIn(secret[1:30], self.aws_mfa(*args).stderr)
        self.write_credentials(text)

    def test_bad_profile_names(self):
        for name in ["DEFAULT", "a]b", "a\nb", "", " a"]:
            with self.subTest(name=name):
                self.refused(self.aws_mfa(profile=None, *["--profile", name]), 2, "--profile")

    def test_long_term_and_session_section_the_same(self):
        self.refused(self.aws_mfa("--long-term-suffix", "none"), 2, "would both be in [work]")
        self.refused(self.aws_mfa("--short-term-suffix", "long-term"), 2, "[work-long-term]")

    def test_bad_option(self):
        run = self.aws_mfa("--frobnicate")
        self.assertEqual(run.returncode, 2)
        self.assertIn("aws-mfa --help", run.stderr)

    def test_no_terminal_and_no_token(self):
        self.refused(self.aws_mfa(), 2, "no terminal", "--token")

    def test_a_line_that_cannot_be_read_hides_nothing_and_is_not_shown(self):
        self.rewrite("[work-long-term]\n", "[work-long-term]\nverysecretline\n")
        run = self.aws_mfa("--token", "x")
        self.assertIn(f"warning: {self.credentials}:2: no '=' in this line, expected KEY = VALUE",
                      run.stderr)
        self.assertNotIn("verysecret", run.stderr)
        self.refused(run, 11)

    def test_what_cannot_be_stored_is_found_before_the_code_is_spent(self):
        as_user = self.as_no_root()
        self.credentials.chmod(0o400)
        self.credentials.parent.chmod(0o500)
        self.addCleanup(self.credentials.parent.chmod, 0o700)
        self.refused(self.aws_mfa("--token", self.user.code(), **as_user), 13,
                     "can neither be replaced", "nor written in place")
        # at a terminal the message comes before the question
        if not as_user:
            term = self.terminal()
            self.assertEqual(term.wait()[0], 13)
            self.assertNotIn("MFA code", term.screen)
        self.assertEqual(self.box.codes_seen(self.user), [])

    @unittest.skipUnless(os.geteuid() == 0, "needs root, to be led astray")
    def test_root_is_not_led_to_another_s_file(self):
        """sudo with the HOME of a user who has planted a symlink."""
        for mode in (0o600, 0o644):
            with self.subTest(mode=oct(mode)):
                victim = self.home / "victim"
                self.credentials.rename(victim)
                victim.chmod(mode)
                self.credentials.symlink_to(victim)
                os.lchown(self.credentials, 12345, 12345)
                run = self.aws_mfa("--token", self.user.code())
                self.assertEqual(run.returncode, 13, run.stderr)
                self.assertIn("a symlink that uid 12345 could have put there", run.stderr)
                self.assertEqual(sorted(os.listdir(self.home)), [".aws", "victim"])
                self.assertEqual(self.box.codes_seen(self.user), [])
                self.credentials.unlink()
                victim.rename(self.credentials)
        self.credentials.chmod(0o600)

    def test_a_bad_lock_file_is_found_before_the_code_is_spent(self):
        lock = self.credentials.with_name(".credentials.aws-mfa-lock")
        lock.mkdir()
        self.refused(self.aws_mfa("--token", self.user.code()), 13, str(lock))
        lock.rmdir()
        self.assertEqual(self.box.codes_seen(self.user), [])


if __name__ == "__main__":
    unittest.main()
