"""The usual mistakes in setting up a profile. Each has a different message."""

import unittest

from host import ROLE, HostTest


class Hints(HostTest):
    def setUp(self):
        super().setUp()
        self.keys = (f"aws_access_key_id = {self.user.access_key_id}\n"
                     f"aws_secret_access_key = {self.user.secret_access_key}\n")
        self.network = self.config.read_text().split("\n", 1)[1]

    def hint(self, status, *parts, profile="work"):
        """The same is said by a run with a code, and the code is not spent."""
        self.refused(self.aws_mfa("--token", "123456", profile=profile), status, *parts)
        self.assertIn(parts[0], self.aws_mfa("--explain", profile=profile).stderr)
        self.assertNotIn("123456", self.box.codes_seen(self.user))

    def test_a_name_that_is_misspelt(self):
        self.hint(12, "(profiles with keys: work); did you mean --profile work? Else run: aws-mfa "
                  "setup wrok\n", profile="wrok")
        run = self.aws_mfa(profile="something-else")
        self.refused(run, 12, "(profiles with keys: work); to write it, with aws_access_key_id")
        self.assertNotIn("did you mean", run.stderr)

    def test_a_role_s_name_that_is_misspelt(self):
        self.config.write_text(f"[profile 'my admin']\nrole_arn = {ROLE}\nsource_profile = work\n"
                               "[profile other]\nregion = x\n")
        self.hint(12, "(profiles with keys: work, my admin); did you mean --profile 'my admin'?",
                  profile="my-admin")

    def test_many_profiles(self):
        self.write_credentials("".join(f"[p{n}-long-term]\n{self.keys}" for n in range(200)))
        self.hint(12, "profiles with keys: p0, p1, p2, p3, p4, p5 and 194 more)")

    def test_names_too_long_or_odd_for_a_message(self):
        names = ["x" * 200, "a b", "$(touch pwned)", "it's", "w\u00f6rk"]
        self.write_credentials("".join(f"[{n}-long-term]\n{self.keys}" for n in names))
        for name in names:
            wanted = name[:-1] + "!"
            run = self.aws_mfa(profile=wanted)
            self.refused(run, 12, "there is no section", "run: aws-mfa setup")
            self.assertNotIn("setup $", run.stderr)
        self.refused(self.aws_mfa(profile="a c"), 12, "did you mean --profile 'a b'?",
                     "aws-mfa setup 'a c'")

    def test_each_command_can_be_pasted(self):
        """Into a shell, whatever the name of the profile is."""
        token = ("aws_access_key_id = ASIAX\naws_secret_access_key = x\naws_session_token = new\n"
                 "aws_security_token = old\n")
        for name, option, operand in [("a b", "--profile 'a b'", "'a b'"),
                                      ("$(touch ran)", "--profile '$(touch ran)'", "'$(touch ran)'"),
                                      ("-x", "--profile=-x", "--profile=-x")]:
            role = f"[profile role]\nrole_arn = {ROLE}\nsource_profile = {name}\n"
            keys = f"aws_mfa_device = {self.user.serial}\n{self.keys}"
            for credentials, config, args, said in [
                    (f"[{name}-long-term]\n{keys}", "", ("export",), f"First run: aws-mfa {option}   (or"),
                    (f"[{name}-long-term]\n{keys}", "", ("status",), f"     aws-mfa {option}\n"),
                    (f"[{name}-long-term]\n{keys}", "", ("refresh", f"--profile={name}q"),
                     f"did you mean {option}? Else"),
                    (f"[{name}-long-term]\n{keys}[{name}]\n{token}", "", ("doctor", "--offline"),
                     f"aws-mfa {option}\n"),
                    (f"[{name}-long-term]\n{keys}", role, ("doctor", "--offline", "--profile", "role"),
                     f"run aws-mfa {option} instead"),
                    (f"[{name}-long-term]\n{keys}aws_mfa_new_access_key_id = AKIAX\n"
                     "aws_mfa_new_secret_access_key = x\n", "", ("doctor", "--offline"),
                     f"aws-mfa rotate {operand}\n"),
                    ("[z]\n", role, ("refresh", "--profile", "role"), f"run: aws-mfa setup {operand}\n"),
                    ("[z]\n", "", ("refresh",), f"run: aws-mfa setup {operand}\n"),
                    ("[z]\n", f"[profile '{name}']\nsso_session = x\n", ("refresh",),
                     f"run: aws sso login {option}\n"),
                    (f"[{name}]\n{self.keys}", "", ("refresh",),
                     f"run: aws-mfa setup {operand}\n")]:
                with self.subTest(name=name, said=said):
                    self.write_credentials(credentials)
                    self.config.write_text(config)
                    run = self.aws_mfa(f"--profile={name}", *args, profile=None)
                    self.assertIn(said, run.stdout.replace("\n       ", " ") + run.stdout + run.stderr)

    def test_the_section_of_the_keys_for_the_profile(self):
        self.hint(13, "--profile: 'work-long-term' is the section of the keys",
                  "give --profile work", profile="work-long-term")

    def test_profile_before_the_name(self):
        self.write_credentials(f"[profile work]\n{self.keys}")
        self.hint(12, f'{self.credentials}:1: in this file a section has no "profile "',
                  "change [profile work] to [work-long-term]")
        self.write_credentials(f"[profile work-long-term]\n{self.keys}")
        self.hint(13, f"{self.credentials}:1: this line looks like the section [work-long-term]")
        self.write_credentials(f"[profile wrok]\n{self.keys}[profile wirk-long-term]\n{self.keys}")
        run = self.aws_mfa()
        self.refused(run, 12, "there is no section [work-long-term]; to write it")
        self.assertNotIn("profiles with keys", run.stderr)

    def test_almost_the_name_of_the_section(self):
        for name in ("work-longterm", "work_long_term", "work-long-trem"):
            with self.subTest(name):
                self.write_credentials(f"[other]\nregion = x\n[{name}]\n{self.keys}")
                self.hint(12, f"{self.credentials}:3: there is no section [work-long-term], but [{name}]"
                          f" has long-term keys; rename [{name}] to [work-long-term]")

    def test_keys_in_the_config_file(self):
        self.write_credentials(f"[default]\n{self.keys}")
        for header, status in [("profile work", 12), ("profile work-long-term", 13),
                               ("work-long-term", 13)]:
            with self.subTest(header):
                self.config.write_text(f"[{header}]\n{self.keys}")
                self.hint(status, f"{self.config}:2: long-term keys are not read from this file",
                          str(self.credentials), "[work-long-term]")

    def test_a_profile_that_gets_its_session_from_export(self):
        self.config.write_text(self.config.read_text() + "[profile work-auto]\ncredential_process = "
                               "aws-mfa export work --format process\n")
        said = (f"{self.config}:5: credential_process: AWS tools get the session of profile work-auto from "
                "profile work, so work-auto has no keys of its own; run: aws-mfa --profile work\n")
        self.hint(12, said, profile="work-auto")
        run = self.aws_mfa("exec", "work-auto", "--", "true", profile=None)
        self.refused(run, 125, said)
        self.assertNotIn("warning", run.stderr)

    def test_a_single_sign_on(self):
        for line in ("sso_session = x", "sso_start_url = x"):
            self.config.write_text(f"[profile corp]\nregion = x\n{line}\n")
            said = (f"{self.config}:3: {line.split()[0]}: AWS tools get the credentials of profile corp by "
                    "single sign-on, so it needs no long-term keys; run: aws sso login --profile corp\n")
            self.hint(12, said, profile="corp")
            self.refused(self.aws_mfa("export", profile="corp"), 12, said)

    def test_a_role_whose_source_needs_no_keys(self):
        """AWS tools assume it by themselves. Keys in the source would be of no use."""
        for source, said in (("sso_session = x", "run: aws sso login --profile corp\n"),
                             ("credential_process = aws-mfa export work --format process",
                              "run: aws-mfa --profile work\n")):
            self.config.write_text(f"[profile corp]\n{source}\n[profile via]\nsource_profile = corp\n"
                                   f"role_arn = {ROLE}1\n[profile ops]\nsource_profile = via\n"
                                   f"role_arn = {ROLE}\n")
            for name in ("via", "ops"):
                with self.subTest((source, name)):
                    self.hint(13, f"{self.config}:2: ", "profile corp", said, profile=name)
                    found = self.aws_mfa("doctor", "--offline", profile=name).stdout
                    self.assertIn(said.removeprefix("run: "), found)
                    self.assertNotIn("aws-mfa --profile corp", found)

    def test_default_as_aws_configure_leaves_it(self):
        """setup takes it over, and two options use it as it is."""
        for profile, option, setup in (("default", [], ""), ("my work", ["--profile", "my work"], " 'my work'")):
            with self.subTest(profile):
                header = profile if profile == "default" else f'profile "{profile}"'
                self.write_credentials(f"[{profile}]\n{self.keys}")
                before = self.credentials.read_text()
                self.config.write_text(f"[{header}]\nmfa_serial = {self.user.serial}\n{self.network}")
                self.hint(12, f"{self.credentials}:2: there is no section [{profile}-long-term], but "
                          f"[{profile}] has long-term keys; run: aws-mfa setup{setup}\n", profile=profile)
                device = self.user.add_device(profile.replace(" ", ""))
                run = self.aws_mfa(
                    *option, "--long-term-suffix", "none", "--short-term-suffix", "mfa", "--device",
                    device.serial, "--token", device.code(), profile=None)
                self.assertEqual(run.returncode, 0, run.stderr)
                self.assertTrue(self.credentials.read_text().startswith(before))
                self.assertIn("aws_session_token", self.section(f"{profile}-mfa"))

    def test_what_some_sdks_prefer_to_a_session(self):
        for key in ("credential_process", "login_session"):
            with self.subTest(key):
                self.config.write_text(f"[profile work]\n{key} = x\n{self.network}")
                run = self.aws_mfa()
                self.refused(run, 2, f"warning: {self.config}:2: profile work has {key}, which the "
                             "AWS SDKs for Java and Rust prefer to a session in [work]")
                self.assertEqual(run.stderr.count("warning:"), 1)
                self.assertNotIn("warning", self.aws_mfa("--short-term-suffix", "mfa").stderr)
        self.config.write_text(f"[profile work]\n{self.network}login_session = x\n"
                               "credential_process = x\n")
        self.write_credentials(self.credentials.read_text() + "[work]\ncredential_process = x\n")
        run = self.aws_mfa("--token", self.user.code())
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(run.stderr.count("warning:"), 1)
        self.assertEqual(self.aws("sts", "get-caller-identity").returncode, 0)  # botocore does not


if __name__ == "__main__":
    unittest.main()
