"""Moving over: files as other tools leave them. RawConfigParser and the AWS CLI write theirs here, as those
tools do. The file of aws-vault is a copy of what its writer makes."""

import configparser
import datetime
import unittest

from home import PYTHON_TOOL_TIME, long_term, python_tool_takes, section
from host import ROLE, HostTest


class MovingOver(HostTest):
    def setUp(self):
        super().setUp()
        self.env |= {"AWS_ENDPOINT_URL": self.box.url, "AWS_CA_BUNDLE": str(self.box.ca_path)}

    def answer(self, term, *dialogue):
        for question, answer in dialogue:
            term.expect(question)
            term.send(answer + "\n")


class PythonAwsMfa(MovingOver):
    """0.0.12. It reads and writes the whole file with RawConfigParser."""

    def written(self, **sections):
        """Sets these sections as that tool does."""
        parser = configparser.RawConfigParser()
        parser.read(self.credentials)
        for name, settings in sections.items():
            if not parser.has_section(name):
                parser.add_section(name)
            for key, value in settings.items():
                parser.set(name, key, value)
        with open(self.credentials, "w") as out:
            parser.write(out)

    def session(self, role=None):
        """-> a section as that tool writes it"""
        end = datetime.datetime.utcnow() + datetime.timedelta(minutes=30)
        return {"assumed_role": str(bool(role)), **({"assumed_role_arn": role} if role else {}),
                "aws_access_key_id": "ASIAXXXXXXXXXXXXXXXX", "aws_secret_access_key": "s",
                "aws_session_token": "t", "aws_security_token": "t", "expiration": end.strftime(PYTHON_TOOL_TIME)}

    def valid_there(self, name="work", role=None):
        return python_tool_takes(self.section(name), role)

    def refresh(self, *args):
        run = self.aws_mfa("--token", self.user.code(), *args)
        self.assertEqual(run.returncode, 0, run.stderr)

    def test_its_session_is_valid_here(self):
        for args, name, role in [([], "work", None), (["--assume-role", ROLE], "work", ROLE),
                                 (["--assume-role", ROLE, "--short-term-suffix", "admin"], "work-admin", ROLE)]:
            self.write_credentials()
            self.written(**{name: self.session(role)})
            run = self.aws_mfa(*args)
            self.assertEqual((run.returncode, run.stderr), (0, ""))
            self.assertIn(f"[{name}] is still valid", run.stdout)

    def test_our_session_is_valid_there(self):
        self.refresh()
        self.assertTrue(self.valid_there())
        self.assertFalse(self.valid_there(role=ROLE))
        self.refresh("--assume-role", ROLE)
        self.assertTrue(self.valid_there(role=ROLE))
        self.written()
        run = self.aws_mfa("--assume-role", ROLE)
        self.assertIn("still valid", run.stdout)

    def test_keys_without_a_suffix(self):
        self.write_credentials(long_term(self.user).replace("work-long-term", "org"))
        self.written(**{"org-dev": self.session()})
        options = "--long-term-suffix", "none", "--short-term-suffix", "dev"
        self.assertIn("[org-dev] is still valid", self.aws_mfa(*options, profile="org").stdout)
        run = self.aws_mfa(*options, "--force", "--token", self.user.code(), profile="org")
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertTrue(self.valid_there("org-dev"))

    def test_after_its_setup(self):
        """It asks for no device, and leaves the file readable by everybody."""
        self.write_credentials("", 0o644)
        self.written(**{"work-long-term": {"aws_access_key_id": self.user.access_key_id,
                                           "aws_secret_access_key": self.user.secret_access_key}})
        run = self.aws_mfa()
        self.refused(run, 13, "[work-long-term] has no aws_mfa_device", "; run: aws-mfa setup work\n",
                     "others may read your keys (mode 0644); run: chmod 600 ")
        self.refresh("--device", self.user.serial)
        term = self.terminal("setup", "work", profile=None)
        self.answer(term, ("Find its MFA device? ", ""), ("(Enter: none): ", ""), ("? [Y/n] ", ""),
                    ("(Enter: later): ", ""))
        status, _, err = term.wait()
        self.assertEqual((status, self.section("work-long-term")["aws_mfa_device"]), (0, self.user.serial), err)
        self.assertTrue(self.valid_there())


class AwsVault(MovingOver):
    """Its keys are in a keyring of its own. It writes the config file with ini.v1, without spaces."""

    def test_its_config_file(self):
        """Setup of the profile with the keys is all that a role needs."""
        self.credentials.unlink()
        self.config.write_text(
            f"[profile work]\nmfa_serial={self.user.serial}\nregion=eu-west-1\n\n"
            f"[profile ops]\nrole_arn={ROLE}\nsource_profile=work\ninclude_profile=work\n\n"
            "[profile added]\n\n[default]\nregion=us-east-1\n\n")
        before = self.config.read_bytes()
        self.refused(self.aws_mfa(), 12, "; run: aws-mfa setup work\n")
        for name in "work", "added":        # `aws-vault add` writes an empty section
            run = self.aws_mfa("setup", name, "--access-key-id", self.user.access_key_id, profile=None,
                               input=self.user.secret_access_key)
            self.assertEqual((run.returncode, run.stderr), (0, ""))
            self.assertEqual(self.section(f"{name}-long-term")["aws_mfa_device"], self.user.serial)
        self.assertEqual(self.config.read_bytes(), before)
        run = self.aws_mfa("exec", "ops", "--token", self.user.code(), "--",
                           "sh", "-c", "echo $AWS_ACCESS_KEY_ID", profile=None)
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        self.assertIn("assumed-role/Admin/", self.box.accounts.sessions[run.stdout.strip()].arn)


class MfaLogin(MovingOver):
    """`aws configure mfa-login` writes three settings with the AWS CLI's writer. The section has the names
    of account and device, unless the user gives another name."""

    def login(self, name, keys):
        for key, value in zip(("aws_access_key_id", "aws_secret_access_key", "aws_session_token"), keys):
            run = self.aws("configure", "set", key, value, profile=name)
            self.assertEqual(run.returncode, 0, run.stderr)

    def test_its_files(self):
        self.write_credentials(long_term(self.user).replace("[work-long-term]", "[default]"))
        self.config.write_text(f"[default]\nmfa_serial = {self.user.serial}\n")
        session = "ASIAEXAMPLE000000001", "s" * 40, "t"
        self.login("123456789012-alice", session)
        left = section(self.credentials, "123456789012-alice")
        run = self.aws_mfa("list", profile=None)
        self.assertRegex(run.stdout, r"default +static keys.*\n123456789012-alice +AWS tools: another session")
        self.refused(self.aws_mfa(profile=None), 12, "[default] has long-term keys; run: aws-mfa setup\n")
        term = self.terminal("setup", profile=None)
        self.answer(term, ("Move it to [default-long-term]? ", ""), ("(Enter: none): ", ""), ("? [Y/n] ", ""),
                    ("(Enter: later): ", self.user.code()))
        status, _, err = term.wait()
        self.assertEqual((status, err), (0, ""))
        self.assertEqual(self.section("default")["aws_session_token"],
                         self.section("default")["aws_security_token"])
        self.assertEqual(section(self.credentials, "123456789012-alice"), left)
        run = self.aws_mfa("clear", "123456789012-alice", profile=None)
        self.assertEqual((run.returncode, section(self.credentials, "123456789012-alice")), (0, {}))


if __name__ == "__main__":
    unittest.main()
