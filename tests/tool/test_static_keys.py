"""The only copy of a long-term key is not overwritten by a session: AWS shows a secret once."""

import unittest

from host import HostTest

KEY, SECRET = "AKIAEXAMPLEEXAMPLE00", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


def keys(key=KEY, secret=SECRET, more=""):
    return f"aws_access_key_id = {key}\naws_secret_access_key = {secret}\n{more}"


class StaticKeys(HostTest):
    def write(self, *sections):
        """The user's own section and others."""
        self.write_credentials(self.whole + "".join(f"[{name}]\n{text}" for name, text in sections))

    def setUp(self):
        super().setUp()
        self.whole = self.credentials.read_text()

    def test_by_hand_before_the_code(self):
        self.write(("work", keys() + "region = eu-west-1\n"))
        before = self.credentials.read_bytes()
        words = (f"{self.credentials}:5: [work] holds long-term keys", "AWS shows a secret only once",
                 "renaming [work] to [work-keys]", "--force")
        self.refused(self.aws_mfa("--token", self.user.code()), 13, *words)
        term = self.terminal()
        status, _, err = term.wait()
        self.assertEqual((status, "MFA code" in term.screen), (13, False), err)
        run = self.aws_mfa("--explain")
        self.assertEqual(run.returncode, 13)
        self.assertIn(words[0], run.stderr)
        self.assertEqual(self.box.codes_seen(self.user), [])
        self.assertEqual(self.credentials.read_bytes(), before)

    def test_what_aws_configure_writes_over_a_session(self):
        """Key and secret are new; token and expiration stay. AWS takes no such session."""
        self.assertEqual(self.aws_mfa("--token", self.user.code()).returncode, 0)
        for key, value in (("aws_access_key_id", KEY), ("aws_secret_access_key", SECRET)):
            self.aws("configure", "set", key, value)
        self.assertIn("aws_session_token", self.section())
        before = self.credentials.read_bytes()
        self.refused(self.aws_mfa("--token", self.user.code()), 13, "[work] holds long-term keys")
        self.assertEqual(self.credentials.read_bytes(), before)

    def test_the_way_out(self):
        self.write(("work", keys()))
        self.write_credentials(self.credentials.read_text().replace("[work]", "[work-keys]"))
        self.assertEqual(self.aws_mfa("--token", self.user.code()).returncode, 0)
        self.assertEqual(self.section("work-keys")["aws_secret_access_key"], SECRET)

    def test_force(self):
        self.write(("work", keys()))
        run = self.aws_mfa("--force", "--token", self.user.code())
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertNotIn(SECRET, self.credentials.read_text())

    def test_what_is_replaced_as_ever(self):
        same = keys(self.user.access_key_id, self.user.secret_access_key)
        for name, sections in {
                "a session": [("work", keys("ASIAEXAMPLEEXAMPLE00", more="aws_session_token = x\n"))],
                "an old session": [("work", keys("EXAMPLE", more="aws_security_token = x\n"))],
                "a session without its token": [("work", keys("ASIAEXAMPLEEXAMPLE00"))],
                "no secret": [("work", f"aws_access_key_id = {KEY}\n")],
                "empty": [("work", keys("", ""))],
                "the long-term keys": [("work", same)],
                "those of another section": [("work", keys()), ("other", keys())],
                "those of another one above": [("a", keys()), ("work", keys()), ("z", "x = y\n")],
                "inherited": [("DEFAULT", keys()), ("work", "region = x\n")]}.items():
            with self.subTest(name):
                self.write(*sections)
                device = self.user.add_device(name.replace(" ", ""))
                run = self.aws_mfa("--device", device.serial, "--token", device.code())
                self.assertEqual(run.returncode, 0, run.stderr)

    def test_what_is_kept(self):
        for name, sections in {
                "of another make": [("work", keys("0555b35654ad1656d804"))],
                "another secret": [("work", keys()), ("other", keys(secret="x" * 40))],
                "another key": [("work", keys()), ("other", keys("AKIAEXAMPLEEXAMPLE01"))],
                "a comment": [("work", keys()), ("other", "# " + keys().replace("\n", "\n# ") + "\n")],
                "half": [("work", keys()), ("other", f"aws_access_key_id = {KEY}\n")],
                "with a session below": [("work", keys()), ("work", keys(
                    "ASIAEXAMPLEEXAMPLE00", more="aws_session_token = x\n"))],
                "twice the same section": [("work", keys()), ("work", "region = x\n")]}.items():
            with self.subTest(name):
                self.write(*sections)
                self.refused(self.aws_mfa(), 13, "[work] holds long-term keys")

    def test_a_profile_that_is_its_own_source(self):
        """Its keys and its session would be one section."""
        self.write_credentials(f"[work]\n{self.whole.split(chr(10), 1)[1]}source_profile = work\n")
        self.refused(self.aws_mfa("--token", self.user.code()), 13, "[work] holds long-term keys")

    def test_keys_that_come_while_the_prompt_stands(self):
        """The code is spent, and the keys are kept all the same."""
        term = self.terminal()
        term.expect("MFA code")
        self.write(("work", keys()))
        before = self.credentials.read_bytes()
        term.send(self.user.code() + "\n")
        status, out, err = term.wait()
        self.assertEqual((status, out), (10, ""), err)
        self.assertIn("the code was accepted, but the session could not be stored", err)
        self.assertIn("[work] holds long-term keys", err)
        self.assertEqual(self.credentials.read_bytes(), before)


if __name__ == "__main__":
    unittest.main()
