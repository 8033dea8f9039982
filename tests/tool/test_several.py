"""aws-mfa refresh with several profiles: one code for each MFA device."""

import re
import unittest
import unittest.mock

from home import config, long_term
from host import ROLE, HostTest
from sandbox import faults


class Several(HostTest):
    def setUp(self):
        super().setUp()
        self.other = self.box.add_user(f"other{type(self).users}")
        self.env["NO_COLOR"] = "1"
        self.profiles = {"work": self.user, "twin": self.user, "stage": self.other}
        self.write_credentials("".join(long_term(user, name) for name, user in self.profiles.items()))
        self.config.write_text("".join(map(self.config_of, self.profiles)))
        self.start = len(self.box.requests)

    def config_of(self, name):
        return config(self.box.url, self.box.ca_path).replace("[profile work]", f"[profile {name}]")

    def add(self, name, line, user=None):
        """Adds the line to the long-term section of the profile, which may be new."""
        if name not in self.profiles:
            self.profiles[name] = user or self.user
            self.config.write_text(self.config.read_text() + self.config_of(name))
            self.write_credentials(self.credentials.read_text() + long_term(user or self.user, name))
        self.write_credentials(self.credentials.read_text().replace(
            f"[{name}-long-term]\n", f"[{name}-long-term]\n{line}\n"))

    def shows(self, table, text="", term=None):
        """A part of a minute may be over. term: a terminal, where the program then ends."""
        if term:
            term.process.wait(15)
            while term.read(0):
                pass
            text = term.screen.replace("\r\n", "\n")
        for late, full in (("11 h 59 min", "12 h"), (" 59 min", " 1 h"), ("14 min", "15 min")):
            text = text.replace(late, full)
        self.assertIn(table, text)

    def sent(self, *actions):
        """-> what was sent to spend a code or to assume a role"""
        return [r.action for r in self.box.requests[self.start:] if r.action in
                (actions or ("GetSessionToken", "AssumeRole"))]

    def refresh(self, *names, status=0, **options):
        run = self.aws_mfa("refresh", *names, profile=None, **options)
        self.assertEqual(run.returncode, status, run.stdout + run.stderr)
        return run

    def at_terminal(self, *args):
        return self.terminal("refresh", *args, profile=None, all_on_it=True)

    @staticmethod
    def answer(term, *questions):
        """questions: of whom, and for which profiles"""
        for user, names in questions:
            term.expect(f"MFA code of {user.serial} (for {names}): ")
            term.send(user.code() + "\n")

    def works(self, *names):
        """Each has a session that AWS has issued, until its end."""
        issued = {session.access_key_id: session for session in self.box.sessions}
        for name in names:
            section = self.section(name)
            session = issued[section["aws_access_key_id"]]
            self.assertEqual(
                (section["aws_secret_access_key"], section["aws_session_token"], section["aws_security_token"]),
                (session.secret_access_key, *[session.session_token] * 2))

    def test_one_device_after_the_other(self):
        term = self.at_terminal("work", "stage")
        self.answer(term, (self.user, "work"), (self.other, "stage"))
        self.shows("\nwork   valid    12 h\nstage  valid    12 h\n", term=term)
        self.assertEqual(term.wait()[0], 0)
        self.works("work", "stage")

    def test_one_code_for_the_profiles_of_a_device(self):
        """In the order given, though another device is between them."""
        term = self.at_terminal("work", "stage", "twin")
        self.answer(term, (self.user, "work, twin"), (self.other, "stage"))
        self.shows("work   valid    12 h\nstage  valid    12 h\ntwin   valid    12 h\n", term=term)
        self.assertEqual(term.wait()[0], 0)
        self.assertEqual(self.sent(), ["GetSessionToken"] * 2)
        self.assertEqual(self.section("work"), self.section("twin"))
        self.works("work", "stage", "twin")

    def test_who_shares_a_session_shows_its_time(self):
        """The server's, for both, though only one of them has spoken with it."""
        for skew in (-3 * 3600, 3 * 3600):
            with self.subTest(skew), unittest.mock.patch.object(self.box, "date_skew", skew):
                run = self.refresh("work", "twin", "--force", "--token", self.user.code())
                self.shows("work  valid    12 h\ntwin  valid    12 h\n", run.stderr)

    def test_goes_on_after_a_failure(self):
        term = self.at_terminal("stage", "work", "twin")
        term.expect("(for stage): ")
        for _ in range(2):
            term.send("12345\n")
            term.expect("MFA code: ")
        term.send("12345\n")
        term.expect("(for work, twin): ")
        term.send("\x04")
        term.expect("error: stage: MFA code: expected exactly six digits")
        term.expect("error: work: no answer was given")
        term.expect("error: twin: no answer was given")
        term.expect("stage  refused  wrong code\r\nwork   failed   see above\r\n")
        self.assertEqual(term.wait()[0], 11)
        self.assertEqual(self.sent(), [])

    def test_the_first_failure_in_the_order_given(self):
        codes = f"{self.user.code()}\n{self.other.wrong_code()}\n"
        run = self.refresh("nobody", "work", "stage", "--token", "-", input=codes, status=12)
        self.shows("nobody  failed   not set up\nwork    valid    12 h\nstage   refused  wrong code\n",
                   run.stderr)
        self.assertEqual(run.stdout, "")
        self.refresh("stage", "nobody", "--token", self.other.wrong_code(), status=11)

    def test_what_is_valid_is_left_alone(self):
        self.refresh("work", "--token", self.user.code())
        run = self.refresh("work", "twin", "work", "--token", self.user.code())
        self.assertIn("work  valid    ", run.stderr)
        self.shows("twin  valid    12 h\n", run.stderr)
        self.assertEqual(len(self.sent()), 2)
        self.refresh("work", "twin")
        self.assertEqual(len(self.sent()), 2)

    def test_a_warning_about_a_file_comes_once(self):
        self.write_credentials(self.credentials.read_text() + "???\n", mode=0o640)
        self.config.write_text(self.config.read_text() + "!!!\n")
        run = self.refresh("work", "twin", "stage", "--token", "-",
                           input=f"{self.user.wrong_code()}\n{self.other.wrong_code()}\n", status=11)
        warnings = [line for line in run.stderr.splitlines() if "warning: " in line]
        self.assertEqual(len(warnings), 3, run.stderr)
        for words in (f"{self.credentials}:", f"{self.config}:", "others may read your keys (mode 0640)"):
            self.assertTrue([line for line in warnings if words in line], run.stderr)

    def test_one_code_for_two_devices(self):
        run = self.refresh("work", "stage", "--token", self.user.code(), status=2)
        self.assertIn("--token: work and stage need a code each; use --token -", run.stderr)
        self.assertEqual(self.sent(), [])

    def test_one_cannot_be_stored(self):
        """10 for that one."""
        keys = (f"[twin]\naws_access_key_id = AKIAEXAMPLE000000001\n"
                f"aws_secret_access_key = {'x' * 40}\n")
        self.write_credentials(self.credentials.read_text() + keys)
        run = self.refresh("work", "twin", "--token", self.user.code(), status=13)
        self.assertIn("error: twin: ", run.stderr)
        self.works("work")
        self.assertIn(keys, self.credentials.read_text())

    def test_a_later_one_is_not_stored(self):
        """Its keys are gone from the file when the session comes."""
        def vanish(exchange):
            self.write_credentials(self.credentials.read_text().replace("[twin-long-term]", "[gone]"))
            exchange.send()
        self.box.fault("GetSessionToken", faults.Fault("vanish", vanish), times=1)
        run = self.refresh("work", "twin", "--token", self.user.code(), status=10)
        self.assertIn("error: the code was accepted, but the session could not be stored: twin: ", run.stderr)
        self.shows("work  valid    12 h\ntwin  lost     not stored\n", run.stderr)
        self.works("work")
        self.assertEqual(self.section("twin"), {})

    def test_another_server(self):
        """A session goes to no other endpoint, though the key and the device are the same."""
        own = self.config_of("twin")
        self.config.write_text(self.config.read_text().replace(
            own, own.replace(self.box.url, "https://127.0.0.1:1")))
        run = self.refresh("work", "twin", "--token", self.user.code(), status=2)
        self.assertIn("--token: work and twin need a code each", run.stderr)

    def test_roles_are_assumed_from_the_session(self):
        self.box.add_role(ROLE, max_session=43200)
        self.add("admin", f"assume_role = {ROLE}\nduration = 12h")
        term = self.at_terminal("admin", "work", "stage")
        term.expect("admin's role is assumed from a session: AWS ends it after 1 h\r\n")
        self.answer(term, (self.user, "admin, work"), (self.other, "stage"))
        self.shows("admin  valid    1 h\nwork   valid    12 h\nstage  valid    12 h\n", term=term)
        self.assertEqual(term.wait()[0], 0)
        self.assertEqual(self.sent(), ["GetSessionToken", "AssumeRole", "GetSessionToken"])
        request = [r for r in self.box.requests if r.action == "AssumeRole"][-1]
        self.assertEqual((request.params["DurationSeconds"], request.access_key_id),
                         ("3600", self.section("work")["aws_access_key_id"]))
        self.assertNotIn("TokenCode", request.params)
        self.assertEqual(self.section("admin")["assumed_role_arn"], ROLE)
        self.works("admin", "work", "stage")

    def test_only_roles(self):
        """The user's own session is stored nowhere."""
        second = "arn:aws:iam::123456789012:role/Second"
        self.box.add_role(second)
        self.add("admin", f"assume_role = {ROLE}\nexternal_id = abc")
        self.add("second", f"assume_role = {second}\nduration = 15m")
        run = self.refresh("admin", "second", "--token", self.user.code())
        self.shows("admin   valid    1 h\nsecond  valid    15 min\n", run.stderr)
        self.assertEqual(self.sent(), ["GetSessionToken", "AssumeRole", "AssumeRole"])
        self.assertEqual([r.params["DurationSeconds"] for r in self.box.requests[self.start:]
                          if "DurationSeconds" in r.params], ["900", "3600", "900"])
        self.assertEqual([r.params.get("ExternalId") for r in self.box.requests[self.start:]
                          if r.action == "AssumeRole"], ["abc", None])
        self.assertEqual(self.section("work"), {})
        self.works("admin", "second")

    def test_a_chain_of_roles(self):
        second = "arn:aws:iam::123456789012:role/Next"
        self.box.add_role(second, requires_mfa=False)
        self.config.write_text(self.config.read_text() + self.config_of("a") + f"role_arn = {ROLE}\n"
                               f"source_profile = work\n" + self.config_of("b") +
                               f"role_arn = {second}\nsource_profile = a\n")
        run = self.refresh("work", "b", "--short-term-suffix", "mfa", "--token", self.user.code())
        self.shows("b     valid    1 h\n", run.stderr)
        self.assertEqual(self.sent(), ["GetSessionToken", "AssumeRole", "AssumeRole"])
        self.works("b-mfa")
        self.config.write_text(self.config.read_text() + self.config_of("b-mfa"))
        self.assertEqual(self.aws("sts", "get-caller-identity", profile="b-mfa").returncode, 0)

    def test_a_role_alone_is_assumed_with_the_code(self):
        self.box.add_role(ROLE, max_session=43200)
        self.add("admin", f"assume_role = {ROLE}\nduration = 12h")
        run = self.refresh("stage", "admin", "--token", "-",
                           input=f"{self.other.code()}\n{self.user.code()}\n")
        self.shows("admin  valid    12 h\n", run.stderr)
        self.assertNotIn("AWS ends it", run.stderr)

    def test_a_role_that_aws_refuses(self):
        self.add("admin", "assume_role = arn:aws:iam::123456789012:role/Nobody")
        run = self.refresh("admin", "work", "--token", self.user.code(), status=13)
        self.assertIn("error: admin: the code was accepted, but the role arn:aws:iam::123456789012:role/"
                      "Nobody could not be assumed: ", run.stderr)
        self.shows("admin  failed   see above\nwork   valid    12 h\n", run.stderr)
        self.box.fault("AssumeRole", faults.close())
        self.add("other", f"assume_role = {ROLE}")
        device = self.user.add_device("second")
        run = self.refresh("other", "work", "--force", "--device", device.serial, "--token",
                           device.code(), status=15)
        self.works("work")

    def test_also(self):
        """`also` of one profile is that of the profiles that it names, too."""
        self.add("work", "also = twin , stage")
        self.add("stage", "also = last,twin")
        self.add("last", "duration = 1h", user=self.other)
        run = self.aws_mfa("--token", "-", input=f"{self.user.code()}\n{self.other.code()}\n")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.shows("work   valid    12 h\ntwin   valid    12 h\nstage  valid    12 h\n"
                   "last   valid    12 h\n", run.stderr)
        self.assertEqual(self.sent(), ["GetSessionToken"] * 2)
        self.assertEqual(self.aws_mfa().returncode, 0)
        self.assertEqual(len(self.sent()), 2)

    def test_a_bad_also(self):
        """Found before any code is asked for."""
        for name, line, words in (
                ("work", "also = twin, work", "names profile work itself"),
                ("work", "also = twin\n", "leads in a circle, back to profile work"),
                ("work", "also = nobody", "nobody: "), ("work", "also = a[b", "'a[b': expected")):
            with self.subTest(line):
                self.write_credentials("".join(long_term(user, n) for n, user in self.profiles.items()))
                self.add("twin", "also = " + ("work" if "circle" in words else "stage"))
                self.add(name, line)
                run = self.aws_mfa("--token", "123456")
                self.assertEqual(run.returncode, 13, run.stderr)
                self.assertRegex(run.stderr, rf"error: {self.credentials}:\d+: also:? {re.escape(words)}")
        self.assertEqual(self.sent(), [])

    def test_also_of_the_keys_of_a_source_profile(self):
        """It is about the profile of that section, not about those that use its keys."""
        self.add("work", "also = admin")
        self.config.write_text(self.config.read_text() + self.config_of("admin") +
                               f"role_arn = {ROLE}\nsource_profile = work\n")
        run = self.aws_mfa("--short-term-suffix", "mfa", "--token", self.user.code(), profile="admin")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("[admin-mfa] is valid until", run.stdout)

    def test_names(self):
        run = self.refresh("work", "--profile", "twin", status=2)
        self.assertIn("--profile: the profile is named already: 'work'", run.stderr)
        self.refresh("twin", "--token", self.user.code())
        self.works("twin")
        self.assertEqual(self.aws_mfa("work", profile=None).returncode, 2)

    def test_time_to_type_does_not_count(self):
        term = self.at_terminal("work", "stage", "--timeout", "1")
        for user, name in ((self.user, "work"), (self.other, "stage")):
            term.expect(f"(for {name}): ")
            with self.assertRaises(AssertionError):
                term.expect("nothing", timeout=0.7)
            term.send(user.code() + "\n")
        term.expect("stage  valid")
        self.assertEqual(term.wait()[0], 0)


if __name__ == "__main__":
    unittest.main()
