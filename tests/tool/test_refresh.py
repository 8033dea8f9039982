"""aws-mfa from scripts: options, environment, files, and what it writes."""

import datetime
import json
import os
import stat
import subprocess
import unittest

from home import python_tool_takes
from host import ROLE, HostTest
from sandbox import faults

KEYS = ["assumed_role", "aws_access_key_id", "aws_secret_access_key", "aws_session_token",
        "aws_security_token", "expiration"]


class Refresh(HostTest):
    def refresh(self, *args, **options):
        run = self.aws_mfa("--token", self.user.code(), *args, **options)
        self.assertEqual(run.returncode, 0, run.stderr)
        return run

    def last(self, action="GetSessionToken"):
        """The parameters of the last request of this kind."""
        return [r for r in self.box.requests if r.action == action
                and r.access_key_id == self.user.access_key_id][-1].params

    def test_writes_a_session_that_aws_takes(self):
        before = self.credentials.read_text()
        run = self.refresh()
        self.assertRegex(run.stdout, r"\[work\] is valid until 20\d\d-.* UTC, (11 h 59|12 h 00) min from now")
        section = self.section()
        self.assertEqual(list(section), KEYS)
        self.assertEqual(section["assumed_role"], "False")
        self.assertEqual(section["aws_session_token"], section["aws_security_token"])
        issued = self.box.sessions[-1]
        self.assertEqual(section["aws_access_key_id"], issued.access_key_id)
        text = self.credentials.read_text()
        self.assertTrue(text.startswith(before + "\n[work]\n"))
        answer = self.aws("sts", "get-caller-identity")
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertEqual(json.loads(answer.stdout)["Arn"], self.user.arn)

    def test_one_connection_and_two_requests(self):
        connections = self.box.connections
        requests = len(self.box.requests)
        self.refresh()
        self.assertEqual([r.action for r in self.box.requests[requests:]],
                         ["GetCallerIdentity", "GetSessionToken"])
        self.assertEqual(self.box.connections - connections, 1)

    def test_leaves_a_valid_session_alone(self):
        self.refresh()
        before, requests = self.credentials.read_bytes(), len(self.box.requests)
        run = self.aws_mfa()
        self.assertEqual(run.returncode, 0)
        self.assertRegex(run.stdout, r"\[work\] is still valid until 20.* UTC, (11 h 59|12 h 00) min from now")
        self.assertEqual(self.credentials.read_bytes(), before)
        self.assertEqual(len(self.box.requests), requests)

    def test_a_zone_with_a_long_name(self):
        self.refresh()
        run = self.aws_mfa(env={"TZ": f"<{'A' * 80}>-1"})
        self.assertRegex(run.stdout, r"\[work\] is still valid until 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC, 1")

    def test_force_renews(self):
        self.refresh()
        first = self.section()
        self.refresh("--force")
        self.assertNotEqual(self.section()["aws_access_key_id"], first["aws_access_key_id"])

    def test_renews_what_is_incomplete(self):
        self.refresh()
        for key in KEYS:
            with self.subTest(missing=key):
                text = self.credentials.read_text()
                head, _, session = text.partition("[work]\n")
                session = "".join(line for line in session.splitlines(True)
                                  if not line.startswith(key + " "))
                self.write_credentials(f"{head}[work]\n{session}")
                # no code is there to give, so a need for one shows as "no terminal"
                self.refused(self.aws_mfa(), 2, "no terminal")
                self.write_credentials(text)

    def test_renews_an_expired_session(self):
        self.refresh()
        text = self.credentials.read_text()
        stamp = self.section()["expiration"]
        self.write_credentials(text.replace(stamp, "2020-01-01 00:00:00"))
        self.refresh()
        self.assertGreater(self.section()["expiration"], "2021")

    def let_end_in(self, seconds):
        """-> the new end of the session"""
        end = datetime.datetime.utcnow().replace(microsecond=0) + datetime.timedelta(seconds=seconds)
        section = self.section() | {"expiration": str(end)}
        self.write_credentials(self.credentials.read_text().split("[work]")[0] + "[work]\n" + "".join(
            f"{key} = {value}\n" for key, value in section.items()))
        return end

    def test_renews_a_session_about_to_end(self):
        """Less than 60 s is too short to use. The message gives the true end."""
        self.refresh()
        for seconds, valid in ((-1, False), (50, False), (80, True)):
            end = self.let_end_in(seconds)
            run = self.aws_mfa()
            self.assertEqual(run.returncode, 0 if valid else 2, run.stderr)
            if valid:
                self.assertIn(f"still valid until {end} UTC, 1 min", run.stdout)
            else:
                self.assertIn("no terminal", run.stderr)

    def test_renews_ahead(self):
        """With renew_before of the file; the option goes before it."""
        self.refresh()
        self.write_credentials(self.credentials.read_text().replace(
            "[work-long-term]\n", "[work-long-term]\nrenew_before = 30m\n"))
        for seconds, option, valid in ((1750, (), False), (1850, (), True), (50, ("60",), False),
                                       (80, ("1m",), True), (7100, ("2h",), False)):
            with self.subTest(seconds, option=option):
                self.let_end_in(seconds)
                run = self.aws_mfa(*(("--renew-before", *option) if option else ()))
                self.assertEqual(run.returncode, 0 if valid else 2, run.stderr)
        self.let_end_in(1750)
        self.refresh()
        self.assertIn("still valid", self.aws_mfa().stdout)

    def test_a_time_ahead_that_is_no_time(self):
        run = self.aws_mfa("--renew-before", "59")
        self.assertEqual((run.returncode, run.stdout), (2, ""))
        self.assertIn("--renew-before: '59': expected 60 to 129600 seconds (1m to 36h)", run.stderr)
        self.write_credentials(self.credentials.read_text() + "renew_before = soon\n")
        run = self.aws_mfa()
        self.assertEqual(run.returncode, 13)
        self.assertIn("renew_before: 'soon': expected 60 to 129600 seconds", run.stderr)

    def test_every_session_would_end_too_soon(self):
        """Each run renews it once, and a warning says so."""
        for _ in range(2):
            run = self.refresh("--renew-before", "16m", "--duration", "15m")
            self.assertIn("warning: --renew-before: '16m' is not less than the 900 seconds that the "
                          "session lasts: every run renews it", run.stderr)
            self.assertIn("is valid until", run.stdout)

    def test_device(self):
        device = self.user.add_device("other")
        for args, env in [(["--device", device.serial], {}),
                          (["--serial-number", device.serial], {}),
                          ([], {"MFA_DEVICE": device.serial})]:
            with self.subTest(args=args, env=env):
                run = self.aws_mfa("--force", "--token", device.code(), *args, env=env)
                self.assertEqual(run.returncode, 0, run.stderr)
                self.assertEqual(self.last()["SerialNumber"], device.serial)

    def test_mfa_serial_of_the_config_file(self):
        text = self.credentials.read_text()
        self.write_credentials(text.replace("aws_mfa_device", "MFA_Serial"))
        self.refresh()
        self.write_credentials(text.replace("aws_mfa_device", "#"))
        self.config.write_text(self.config.read_text() + f"mfa_serial = {self.user.serial}\n")
        self.refresh("--force")
        self.assertEqual(self.last()["SerialNumber"], self.user.serial)

    def test_duration(self):
        for value, sent in [("900", "900"), ("15m", "900")]:
            self.refresh("--force", "--duration", value)
            self.assertEqual(self.last()["DurationSeconds"], sent)

    def test_duration_of_environment_and_file(self):
        self.refresh(env={"MFA_STS_DURATION": "12h"})
        self.assertEqual(self.last()["DurationSeconds"], "43200")
        self.write_credentials(self.credentials.read_text().replace(
            "[work-long-term]\n", "[work-long-term]\nduration = 1h\n"))
        self.refresh("--force")
        self.assertEqual(self.last()["DurationSeconds"], "3600")

    def test_role(self):
        self.refresh("--assume-role", ROLE)
        section = self.section()
        self.assertEqual((section["assumed_role"], section["assumed_role_arn"]), ("True", ROLE))
        self.assertEqual(self.last("AssumeRole")["RoleSessionName"], "tester")
        self.assertEqual(self.last("AssumeRole")["DurationSeconds"], "3600")
        self.assertIn("still valid", self.aws_mfa("--assume", ROLE).stdout)
        identity = json.loads(self.aws("sts", "get-caller-identity").stdout)
        self.assertEqual(identity["Arn"], "arn:aws:sts::123456789012:assumed-role/Admin/tester")
        # without the role it is another session: renewed, and the role's key goes
        self.refused(self.aws_mfa(), 2, "no terminal")
        self.refresh()
        self.assertEqual(list(self.section()), KEYS)

    def test_role_of_environment_and_file(self):
        self.refresh("--role-session-name", "mine", env={"MFA_ASSUME_ROLE": ROLE})
        self.assertEqual(self.last("AssumeRole")["RoleSessionName"], "mine")
        self.write_credentials(self.credentials.read_text().replace(
            "[work-long-term]\n", f"[work-long-term]\nassume_role = {ROLE}\n"))
        self.assertIn("still valid", self.aws_mfa().stdout)

    def test_session_name_from_an_odd_login_name(self):
        for login, sent in [("a", "a-"), ("DOM\\jo x", "DOM-jo-x")]:
            device = self.user.add_device("d" + sent)
            run = self.aws_mfa("--force", "--assume-role", ROLE, "--device", device.serial,
                               "--token", device.code(), env={"USER": login})
            self.assertEqual(run.returncode, 0, run.stderr)
            self.assertEqual(self.last("AssumeRole")["RoleSessionName"], sent)

    def test_suffixes(self):
        self.write_credentials(self.credentials.read_text().replace("work-long-term", "work"))
        self.refresh("--long-term-suffix", "none", "--short-term-suffix", "mfa")
        self.assertEqual(list(self.section("work-mfa")), KEYS)
        self.assertNotIn("aws_session_token", self.section("work"))
        run = self.aws_mfa("--long-suffix", "NONE", "--short-suffix", "mfa")
        self.assertIn("[work-mfa] is still valid", run.stdout)

    def test_profile_of_the_environment(self):
        for env in [{"AWS_PROFILE": "work"}, {"AWS_DEFAULT_PROFILE": "work"},
                    {"AWS_PROFILE": "work", "AWS_DEFAULT_PROFILE": "other"},
                    {"AWS_MFA_PROFILE": "work"},    # in a shell of exec
                    {"AWS_DEFAULT_PROFILE": "work", "AWS_MFA_PROFILE": "other"}]:
            with self.subTest(env=env):
                device = self.user.add_device("p%d" % len(self.user.devices))
                run = self.aws_mfa("--force", "--device", device.serial, "--token", device.code(),
                                   profile=None, env=env)
                self.assertEqual(run.returncode, 0, run.stderr)
                self.assertIn("[work] is valid", run.stdout)
                self.assertEqual("differ" in run.stderr, "AWS_PROFILE" in env and len(env) == 2)

    def test_default_profile(self):
        self.write_credentials(self.credentials.read_text().replace("work-", "default-"))
        self.config.write_text(self.config.read_text().replace("profile work", "default"))
        run = self.refresh(profile=None)
        self.assertIn("[default] is valid", run.stdout)
        self.assertEqual(list(self.section("default")), KEYS)

    def test_files_of_the_environment(self):
        elsewhere = self.home / "elsewhere"
        self.credentials.rename(elsewhere)
        self.config.rename(self.home / "conf")
        self.refresh(env={"AWS_SHARED_CREDENTIALS_FILE": "~/elsewhere",
                          "AWS_CONFIG_FILE": str(self.home / "conf")})
        self.assertIn("[work]\n", elsewhere.read_text())
        self.assertFalse(self.credentials.exists())

    def test_endpoint_region_and_ca_of_the_environment(self):
        self.config.unlink()
        self.refresh(env={"AWS_ENDPOINT_URL": self.box.url, "AWS_CA_BUNDLE": str(self.box.ca_path),
                          "AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-north-1"})
        self.refresh("--force", env={
            "AWS_ENDPOINT_URL_STS": self.box.url, "AWS_ENDPOINT_URL": "https://localhost:1",
            "AWS_CA_BUNDLE": str(self.box.ca_path), "AWS_DEFAULT_REGION": "eu-north-1"})
        scopes = [r.headers["Authorization"].split("/")[2] for r in self.box.requests
                  if r.action == "GetSessionToken" and r.access_key_id == self.user.access_key_id]
        self.assertEqual(scopes, ["eu-west-1", "eu-north-1"])

    def test_region_of_the_config_file(self):
        self.config.write_text(self.config.read_text() + "region = ap-south-1\n")
        self.refresh()
        self.assertIn("/ap-south-1/", self.box.requests[-1].headers["Authorization"])

    def test_environment_goes_before_files(self):
        run = self.aws_mfa("--token", self.user.code(),
                           env={"AWS_ENDPOINT_URL_STS": "https://localhost:1"})
        self.refused(run, 14, "localhost")

    def test_token_from_standard_input(self):
        run = self.aws_mfa("--token", "-", input=f" {self.user.code()} \nthe script's own\n")
        self.assertEqual(run.returncode, 0, run.stderr)
        run = self.aws_mfa("--force", "--mfa-token", "-", input=self.user.code())
        self.assertEqual(run.returncode, 0, run.stderr)
        self.refused(self.aws_mfa("--force", "--token", "-", input=""), 2, "standard input is empty")

    def test_says_that_environment_keys_hide_the_session(self):
        run = self.refresh(env={"AWS_ACCESS_KEY_ID": "AKIAX"})
        self.assertEqual(run.stderr.count("\n"), 1)
        self.assertIn("AWS_ACCESS_KEY_ID is set and hides this session", run.stderr)

    def test_log_level(self):
        self.assertEqual(self.refresh("--log-level", "WARNING").stdout, "")
        self.assertIn("debug: ", self.refresh("--force", "--log-level", "debug").stderr)
        self.refused(self.aws_mfa("--log-level", "LOUD"), 2, "'LOUD'")

    def test_colour_only_on_a_terminal(self):
        self.assertNotIn("\033", self.aws_mfa("--token", "x").stderr)

    def test_version_and_help(self):
        self.assertRegex(self.aws_mfa("--version").stdout, r"^aws-mfa \(pam-aws-mfa\) \d+\.\d+\.\d+\n$")
        text = self.aws_mfa("--help").stdout
        for option in ["--profile", "--device", "--serial-number", "--duration",
                       "--long-term-suffix", "--long-suffix", "--short-term-suffix",
                       "--short-suffix", "--assume-role", "--assume", "--role-session-name",
                       "--force", "--token", "--mfa-token", "--timeout", "--log-level", "--setup",
                       "--version", "--help"]:
            self.assertIn(option, text)

    def test_refresh_is_also_a_command(self):
        run = self.aws_mfa("refresh", "--token", self.user.code(), profile=None,
                           env={"AWS_PROFILE": "work"})
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(self.aws_mfa("explain").returncode, 0)

    def test_prompt_is_on_the_terminal_while_standard_input_is_a_pipe(self):
        term = self.terminal(stdin=subprocess.DEVNULL)
        term.expect("(for work): ")
        term.send(self.user.code() + "\n")
        self.assertEqual(term.wait()[0], 0)

    def test_boto3_takes_the_session(self):
        self.refresh()
        script = ("import boto3, sys; print(boto3.Session(profile_name='work').client('sts', "
                  "endpoint_url=sys.argv[1]).get_caller_identity()['Arn'])")
        run = subprocess.run(["/usr/bin/python3", "-c", script, self.box.url], text=True,
                             env={**self.env, "AWS_DEFAULT_REGION": "us-east-1"},
                             capture_output=True)
        self.assertEqual(run.stdout.strip(), self.user.arn, run.stderr)

    def test_keeps_the_rest_of_the_file_mode_and_symlink(self):
        target = self.home / "real"
        text = "# mine\r\n[Other]\r\nKEY=1\r\n" + self.credentials.read_text().replace("\n", "\r\n")
        target.write_bytes(text.encode())
        target.chmod(0o640)
        self.credentials.unlink()
        self.credentials.symlink_to(target)
        run = self.refresh()
        self.assertIn("chmod 600", run.stderr)
        self.assertTrue(self.credentials.is_symlink())
        self.assertEqual(stat.S_IMODE(target.stat().st_mode), 0o640)
        after = target.read_bytes().decode()
        self.assertTrue(after.startswith(text + "\r\n[work]\r\nassumed_role = False\r\n"))
        self.assertEqual(sorted(os.listdir(self.home)), [".aws", ".real.aws-mfa-lock", "real"])

    def test_files_made_are_the_owner_s_whatever_the_umask(self):
        for umask in [0, 0o777]:
            with self.subTest(umask=oct(umask)):
                (self.home / ".aws/.credentials.aws-mfa-lock").unlink(missing_ok=True)
                self.refresh("--force", umask=umask)
                self.assertEqual({path.name: oct(stat.S_IMODE(path.stat().st_mode))
                                  for path in (self.home / ".aws").glob("*credentials*")},
                                 {"credentials": "0o600", ".credentials.aws-mfa-lock": "0o600"})

    def test_long_tokens_and_other_ways_to_write_the_answer(self):
        for fault in [faults.long_session_token(40000), faults.long_session_token(200000),
                      faults.fraction_in_expiration(), faults.offset_in_expiration(),
                      faults.written(namespace="prefix", backwards=True),
                      faults.written(namespace="none")]:
            with self.subTest(fault=fault.name):
                device = self.user.add_device("w%d" % len(self.user.devices))
                self.box.fault("GetSessionToken", fault, times=1)
                run = self.aws_mfa("--force", "--device", device.serial, "--token", device.code())
                self.assertEqual(run.returncode, 0, run.stderr)
                self.assertTrue(python_tool_takes(self.section()))
        self.box.fault("GetSessionToken", faults.long_session_token(200000), times=1)
        self.refresh("--force")
        self.assertEqual(len(self.section()["aws_session_token"]), 200000)


if __name__ == "__main__":
    unittest.main()
