"""aws-mfa setup: at a terminal and without one, and what it writes when."""

import concurrent.futures
import os
import shutil
import signal
import stat
import subprocess
import tempfile
import unittest
from pathlib import Path

from home import long_term, section
from host import ROLE, HostTest
from sandbox import faults

KEY_ID, SECRET = "Access key ID (hidden): ", "Secret access key (hidden): "
DEVICE = "MFA device (hidden): "
REGION, WRITE, CODE = "(Enter: none): ", "? [Y/n] ", "(Enter: later): "


class SetupTest(HostTest):
    def setUp(self):
        super().setUp()
        self.credentials.unlink()
        # What an empty home would need to find the double.
        self.config.unlink()
        self.env |= {"AWS_ENDPOINT_URL": self.box.url, "AWS_CA_BUNDLE": str(self.box.ca_path),
                     "NO_COLOR": "1"}

    def answers(self, *dialogue, args=("setup", "work"), profile=None, **options):
        """Answers questions. -> exit status, terminal, standard error"""
        term = self.terminal(*args, profile=profile, **options)
        for question, answer in dialogue:
            term.expect(question)
            if answer is not None:
                term.send(answer + "\n")
        status, out, err = term.wait()
        for secret in (self.user.secret_access_key, self.user.secret_access_key[:20]):
            self.assertNotIn(secret, term.screen + out + err)
        return status, term.screen, err

    def keys(self, user=None):
        user = user or self.user
        return [(KEY_ID, user.access_key_id), (SECRET, user.secret_access_key)]

    def alone(self, *args, secret=None, **options):
        """Without a terminal."""
        run = self.aws_mfa("setup", "work", "--access-key-id", self.user.access_key_id, *args,
                           profile=None, input=(secret or self.user.secret_access_key) + "\n", **options)
        self.assertNotIn(self.user.secret_access_key, run.stdout + run.stderr)
        return run

    def assert_written(self, serial=None, section="work-long-term"):
        self.assertEqual(self.section(section), {
            "aws_access_key_id": self.user.access_key_id,
            "aws_secret_access_key": self.user.secret_access_key,
            "aws_mfa_device": serial or self.user.serial})

    def assert_nothing_written(self):
        self.assertEqual(os.listdir(self.credentials.parent), [])


class AtTheTerminal(SetupTest):
    def test_from_nothing_to_a_session(self):
        self.credentials.parent.rmdir()
        status, screen, err = self.answers(*self.keys(), (REGION, "eu-west-1"), (WRITE, ""),
                                           (CODE, self.user.code()))
        self.assertEqual((status, err), (0, ""))
        self.assert_written()
        self.assertEqual(stat.S_IMODE(self.credentials.parent.stat().st_mode), 0o700)
        self.assertEqual(stat.S_IMODE(self.credentials.stat().st_mode), 0o600)
        for part in (f"AWS accepts the key: user {self.user.name}, account 123456789012",
                     f"MFA device mfa/{self.user.name}\r\n", "40 characters read",
                     "Next:  aws --profile work sts get-caller-identity"):
            self.assertIn(part, screen)
        self.assertEqual(section(self.config, "profile work"), {"region": "eu-west-1"})
        self.assertFalse(self.credentials.read_text().startswith("\n"))
        self.assertEqual(self.aws("sts", "get-caller-identity").returncode, 0)

    def test_beside_a_session_that_was_pasted(self):
        """With what an older tool has left there. Its keys are not offered, and the first session replaces all."""
        self.write_credentials("[work]\naws_access_key_id = ASIAEXAMPLE000000001\naws_secret_access_key = s\n"
                               "aws_session_token = newer\naws_security_token = older\n")
        status, screen, err = self.answers(*self.keys(), (REGION, ""), (WRITE, ""), (CODE, self.user.code()))
        self.assertEqual((status, err), (0, ""), screen)
        self.assert_written()
        self.assertNotIn("ASIAEXAMPLE", screen + self.credentials.read_text())
        self.assertEqual(self.section()["aws_security_token"], self.section()["aws_session_token"])
        self.assertEqual(self.aws("sts", "get-caller-identity").returncode, 0)

    def test_what_is_pasted_at_the_wrong_question(self):
        """Not shown, and asked for again. The key id is shown once it is one."""
        user = self.user
        self.box.policy_denies(user, "iam:*")
        status, screen, _ = self.answers(
            (KEY_ID, user.secret_access_key), ("looks like the secret", None), (KEY_ID, "AKIA"),
            ("no access key ID", None), (KEY_ID, user.serial), ("looks like an MFA device", None),
            (KEY_ID, f"  {user.access_key_id} "), (SECRET, user.access_key_id),
            ("looks like an access key ID", None), (SECRET, user.secret_access_key),
            (DEVICE, user.secret_access_key), ("this is the secret", None),
            (DEVICE, "y" * 40), ("looks like the secret", None),
            (DEVICE, user.access_key_id), ("looks like an access key ID", None), (DEVICE, "123456"),
            ("looks like an MFA code", None), (DEVICE, user.arn), (".../user/NAME", None),
            (DEVICE, user.serial), (REGION, "Frankfurt"), ("expected the name of a region", None), (REGION, ""),
            (WRITE, "y"), (CODE, ""))
        self.assertEqual(status, 0, screen)
        self.assert_written()
        self.assertEqual(screen.count(user.access_key_id), 1)
        self.assertIn("Next:  aws-mfa --profile work\r\n", screen)
        self.assertFalse(self.config.exists())

    def test_keys_that_aws_refuses(self):
        status, screen, _ = self.answers(
            (KEY_ID, self.user.access_key_id), (SECRET, "x" * 40), ("Refused: ", None), *self.keys(),
            (REGION, ""), (WRITE, "n"))
        self.assertEqual(status, 2)
        self.assertIn("the secret does not belong to the access key", screen)
        self.assert_nothing_written()

    def test_a_wrong_clock(self):
        """As doctor says it; the first session says it itself."""
        self.addCleanup(setattr, self.box, "date_skew", 0)
        self.box.date_skew = 7 * 60 + 30
        for code, times in (("", 1), (self.user.code(), 1)):
            status, screen, err = self.answers(*self.keys(), (REGION, ""), (WRITE, ""), (CODE, code))
            self.assertEqual(status, 0, err)
            self.assertEqual((screen + err).count("clock is 7 min slow against AWS"), times, err)
            self.assertIn("timedatectl set-ntp true", screen + err)
            self.credentials.unlink()
        self.box.date_skew = 0
        self.assertNotIn("clock", self.answers(*self.keys(), (REGION, ""), (WRITE, ""), (CODE, ""))[2])

    def test_several_devices(self):
        phone, token = self.user.add_device(f"{self.user.name}-phone"), self.user.add_hardware("GAHT00000001")
        passkey = self.user.add_passkey("key")
        status, screen, _ = self.answers(*self.keys(), ("device [1-3]: ", "4"), ("device [1-3]: ", ""),
                                         ("device [1-3]: ", "2"), (REGION, ""), (WRITE, ""), (CODE, ""))
        self.assertEqual(status, 0)
        self.assert_written(phone.serial)
        for row in (f"   1  virtual .*mfa/{self.user.name}\r", f"   3  hardware token .*{token.serial}\r",
                    f"   -  passkey: no codes .*{passkey.serial.rpartition(':')[2]}\r"):
            self.assertRegex(screen, row)

    def test_one_device_beside_a_passkey(self):
        self.user.add_passkey("key")
        screen = self.answers(*self.keys(), (REGION, ""), (WRITE, ""), (CODE, ""))[1]
        self.assertRegex(screen, rf"MFA device mfa/{self.user.name} \(not u2f/.* STS takes none\)")

    def test_no_device_with_codes(self):
        self.user.devices[:] = []
        status, _, err = self.answers(*self.keys())
        self.assertEqual(status, 13)
        self.assertIn("no MFA device that shows codes (found: none)", err)
        self.user.add_passkey("key")
        status, _, err = self.answers(*self.keys())
        self.assertEqual(status, 13)
        self.assertIn("a passkey or security key: STS takes none", err)
        for serial in ("[x];y", "x" * 257, "arn:aws:iam::123456789012:mfa/" + "x" * 400):
            self.user.devices[:] = []
            self.user.add_hardware(serial)     # a later run would refuse it in the file
            status, _, err = self.answers(*self.keys())
            self.assertEqual(status, 13)
            self.assertIn("(STS takes 9 to 256 letters", err)
        status, _, err = self.answers(args=("setup", "work", "--device", "x" * 257))
        self.assertEqual(status, 2)
        self.assertIn("--device: expected the ARN of an MFA device", err)
        self.assertIn("9 to 256 letters", err)
        self.assert_nothing_written()

    def test_iam_that_is_not_reached(self):
        """As from a network with an endpoint for STS only."""
        status, screen, _ = self.answers(
            *self.keys(), (DEVICE, self.user.serial), (REGION, ""), (WRITE, ""), (CODE, self.user.code()),
            env={"AWS_ENDPOINT_URL_IAM": "http://127.0.0.1:1"})
        self.assertEqual(status, 0)
        self.assertIn("(not listed: the first code will tell)", screen)
        self.assertIn("aws_session_token", self.section())

    def test_colors(self):
        screen = self.answers(*self.keys(), (REGION, ""), (WRITE, ""), (CODE, ""),
                              env={"NO_COLOR": "", "TERM": "xterm"})[1]
        self.assertIn("\033[32mok     \033[0mAWS accepts", screen)
        self.assertIn("Next:  \033[1maws-mfa --profile work\033[0m", screen)

    def test_wrong_codes(self):
        wrong = self.user.wrong_code()
        status, screen, err = self.answers(*self.keys(), (REGION, ""), (WRITE, ""), (CODE, wrong),
                                           (CODE, "12"), (CODE, ""))
        self.assertEqual(status, 0)
        self.assertIn("is wrong or was used before", err)
        self.assertIn("Next:  aws-mfa --profile work", screen)

    def test_names_and_suffixes(self):
        name, args = "a b", ("--long-term-suffix", "keys", "--short-term-suffix", "mfa")
        status, screen, _ = self.answers(*self.keys(), (REGION, "us-east-1"), (WRITE, ""), (CODE, ""),
                                         args=("setup", *args, name))
        self.assertEqual(status, 0)
        self.assert_written(section="a b-keys")
        self.assertIn("Next:  aws-mfa --profile 'a b' --long-term-suffix keys --short-term-suffix mfa", screen)
        self.assertIn('[profile "a b-mfa"]\nregion = us-east-1', self.config.read_text())

    def test_as_an_option_and_for_the_default_profile(self):
        status, screen, _ = self.answers(*self.keys(), (REGION, ""), (WRITE, ""), (CODE, self.user.code()),
                                         args=("--setup",))
        self.assertEqual(status, 0)
        self.assert_written(section="default-long-term")
        self.assertIn("Next:  aws sts get-caller-identity", screen)

    def test_end_of_input(self):
        for question in (KEY_ID, SECRET, REGION, WRITE):
            with self.subTest(question):
                term = self.terminal("setup", "work", profile=None)
                for asked, answer in [*self.keys(), (REGION, ""), (WRITE, "")]:
                    term.expect(asked)
                    term.send("\x04" if asked == question else answer + "\n")
                    if asked == question:
                        break
                self.assertEqual(term.wait()[0], 2)
                self.assert_nothing_written()


class TakesOver(SetupTest):
    """Keys that stand in a file already."""

    def static(self, name):
        return (f"[{name}]\naws_access_key_id = {self.user.access_key_id}\n"
                f"aws_secret_access_key = {self.user.secret_access_key}\n")

    def test_keys_in_the_section_of_the_session(self):
        self.write_credentials("# mine\n" + self.static("work") + "region = eu-west-1\n"
                               "aws_session_token = left\nexpiration = 2020-01-01 00:00:00\n[z]\na = 1\n")
        question = f"[work] holds the long-term key {self.user.access_key_id}. Move it to [work-long-term]? [Y/n] "
        status, screen, err = self.answers((question, ""), (WRITE, ""), (CODE, self.user.code()))
        self.assertEqual((status, err), (0, ""))
        self.assertIn("and take the keys out of [work]?", screen)
        self.assert_written()
        self.assertEqual(self.section()["region"], "eu-west-1")
        self.assertIn("aws_session_token", self.section())
        self.assertTrue(self.credentials.read_text().startswith("# mine\n[work]\nregion = eu-west-1\n"))
        self.assertIn("[z]\na = 1\n", self.credentials.read_text())

    def test_keys_that_change_while_questions_stand(self):
        self.write_credentials(self.static("work"))
        term = self.terminal("setup", "work", profile=None)
        term.expect("Move it to")
        term.send("\n")
        term.expect(REGION)
        self.write_credentials(self.credentials.read_text().replace("AKIA", "AKIX"))
        before = self.credentials.read_bytes()
        term.send("\n")
        term.expect(WRITE)
        term.send("y\n")
        status, _, err = term.wait()
        self.assertEqual((status, self.credentials.read_bytes()), (13, before), err)
        self.assertIn("[work] holds long-term keys that are nowhere else in this file", err)

    def test_what_aws_configure_wrote(self):
        for key, value in [("aws_access_key_id", self.user.access_key_id), ("region", "eu-west-1"),
                           ("aws_secret_access_key", self.user.secret_access_key)]:
            self.aws("configure", "set", key, value, profile="default")
        status, *_ = self.answers(("[default] holds the long-term key", "y"), (REGION, ""), (WRITE, ""), (CODE, ""))
        self.assertEqual(status, 0)
        self.assert_written()
        self.assertEqual(self.section("default")["aws_access_key_id"], self.user.access_key_id)
        self.credentials.write_text(self.static("default"))
        status, *_ = self.answers(("Move it to [default-long-term]? ", "y"), (WRITE, ""), (CODE, self.user.code()),
                                  args=("setup",))
        self.assertEqual(status, 0)
        self.assert_written(section="default-long-term")
        self.assertTrue(self.section("default")["aws_access_key_id"].startswith("ASIA"))

    def test_keys_that_are_not_wanted(self):
        other = self.box.add_user(f"{self.user.name}-other")
        self.write_credentials(long_term(other, "x").replace("[x-long-term]", "[default]"))
        status, *_ = self.answers(("[default] holds", "n"), *self.keys(), (REGION, ""), (WRITE, ""), (CODE, ""))
        self.assertEqual(status, 0)
        self.assert_written()
        self.assertEqual(self.section("default")["aws_access_key_id"], other.access_key_id)

    def test_keys_that_are_in_the_way(self):
        other = self.box.add_user(f"{self.user.name}-other")
        self.write_credentials(long_term(other).replace("[work-long-term]", "[work]"))
        status, _, err = self.answers(("Move it to", "n"), *self.keys(), (REGION, ""), (WRITE, ""))
        self.assertEqual(status, 0)
        self.assertIn("[work] holds other long-term keys, and a session would overwrite them", err)
        self.assertEqual(self.section()["aws_access_key_id"], other.access_key_id)
        self.assert_written()

    def test_a_key_id_that_is_given_at_a_terminal(self):
        """Only the secret is asked for. Keys that stand in the file are not offered."""
        self.write_credentials(self.static("default"))
        status, screen, _ = self.answers(
            (SECRET, self.user.secret_access_key), (REGION, ""), (WRITE, ""), (CODE, ""),
            args=("setup", "work", "--access-key-id", self.user.access_key_id))
        self.assertEqual(status, 0, screen)
        self.assert_written()

    def test_keys_that_another_program_stores_meanwhile(self):
        term = self.terminal("setup", "work", profile=None)
        for question, answer in (*self.keys(), (REGION, "")):
            term.expect(question)
            term.send(answer + "\n")
        term.expect(WRITE)
        self.write_credentials(long_term(self.box.add_user(f"{self.user.name}-other")))
        theirs = self.credentials.read_bytes()
        term.send("\n")
        status, _, err = term.wait()
        self.assertEqual((status, self.credentials.read_bytes()), (13, theirs), err)
        self.assertIn("another program has changed aws_access_key_id of [work-long-term] meanwhile", err)

    def test_a_section_that_stands_twice(self):
        """Keys of both leave it, but only the last ones would move."""
        other = self.box.add_user(f"{self.user.name}-other")
        self.write_credentials(long_term(other).replace("[work-long-term]", "[work]") + self.static("work"))
        before = self.credentials.read_bytes()
        status, _, err = self.answers(("Move it to", ""), (REGION, ""), (WRITE, ""))
        self.assertEqual((status, self.credentials.read_bytes()), (13, before), err)
        self.assertIn("[work] holds long-term keys that are nowhere else", err)
        self.write_credentials(before.decode().replace("[work]", "[work-long-term]"))
        before = self.credentials.read_bytes()
        run = self.alone("--replace")
        self.assertEqual((run.returncode, self.credentials.read_bytes()), (13, before), run.stderr)
        self.assertIn("[work-long-term] has aws_access_key_id twice", run.stderr)

    def test_keys_that_aws_does_not_accept(self):
        self.write_credentials(self.static("work"))
        self.user.keys[0].status = "Inactive"
        self.user.add_key()
        self.user.keys.reverse()
        status, screen, err = self.answers(("Move it to", ""), ("Refused: ", None), *self.keys(), (REGION, ""),
                                           (WRITE, ""))
        self.assertEqual(status, 0, err)
        self.assert_written()
        self.assertEqual(self.section()["aws_access_key_id"], self.user.keys[1].access_key_id)

    def test_keys_without_a_device(self):
        for device in ("", f"aws_mfa_device = {self.user.arn}\n"):
            self.write_credentials(self.static("work-long-term") + device)
            status, *_ = self.answers(("Find its MFA device? ", ""), (REGION, ""), (WRITE, ""), (CODE, ""))
            self.assertEqual(status, 0)
            self.assert_written()

    def test_keys_of_an_earlier_setup(self):
        self.write_credentials(long_term(self.box.add_user(f"{self.user.name}-before")))
        before = self.credentials.read_bytes()
        status, _, err = self.answers(("exists already. Replace its keys? [y/N] ", ""))
        self.assertEqual((status, self.credentials.read_bytes()), (2, before))
        self.assertIn("[work-long-term] is kept", err)
        status, *_ = self.answers(("[y/N] ", "y"), *self.keys(), (REGION, ""), (WRITE, ""), (CODE, ""))
        self.assertEqual(status, 0)
        self.assert_written()

    def test_a_profile_of_aws_vault(self):
        """Its keys are elsewhere; device and region stand in the config file."""
        phone = self.user.add_device(f"{self.user.name}-phone")
        self.config.write_text(f"[profile work]\nregion = eu-west-1\nmfa_serial = {phone.serial}\n")
        before = self.config.read_bytes()
        for denied in (False, True):
            if denied:
                self.box.policy_denies(self.user, "iam:ListMFADevices")
                self.credentials.unlink()
            status, *_ = self.answers(*self.keys(), (WRITE, ""), (CODE, ""))
            self.assertEqual(status, 0)
            self.assert_written(phone.serial)
            self.assertEqual(self.config.read_bytes(), before)

    def test_a_profile_that_uses_no_session(self):
        self.config.write_text(f"[profile work]\nrole_arn = {ROLE}\nsource_profile = base\n")
        status, _, err = self.answers()
        self.assertEqual(status, 13)
        self.assertIn("profile work has role_arn, which AWS tools prefer", err)


class Alone(SetupTest):
    def refused(self, run, status, *parts):
        """What went well before is told on standard output."""
        self.assertIn("error: ", run.stderr)
        run.stdout = ""
        super().refused(run, status, *parts)

    def test_by_options(self):
        run = self.alone("--region", "eu-west-1")
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        self.assertIn("Next:  aws-mfa --profile work\n", run.stdout.replace("aws-mfa: Next", "Next"))
        self.assert_written()
        self.assertEqual(section(self.config, "profile work"), {"region": "eu-west-1"})
        before = self.credentials.read_bytes(), self.config.read_bytes()
        self.assertEqual(self.alone("--region", "eu-west-1").returncode, 0)     # the same once more
        self.assertEqual((self.credentials.read_bytes(), self.config.read_bytes()), before)

    def test_other_keys_are_replaced_on_demand(self):
        self.write_credentials(long_term(self.box.add_user(f"{self.user.name}-before")) + "region = x\n")
        before = self.credentials.read_bytes()
        self.refused(self.alone(), 2, "[work-long-term] is kept", "add --replace")
        self.assertEqual(self.credentials.read_bytes(), before)
        self.credentials.write_text(self.credentials.read_text().replace("region = x\n", ""))
        self.assertEqual(self.alone("--replace").returncode, 0)
        self.assert_written()

    def test_the_device(self):
        phone, token = self.user.add_device(f"{self.user.name}-phone"), self.user.add_hardware("GAHT00000002")
        self.refused(self.alone(), 2, "several MFA devices; add --device with one of: mfa/",
                     "GAHT00000002 (hardware token)")
        stranger = phone.serial + "x"
        self.refused(self.alone("--device", stranger), 13, f"has no MFA device {stranger}; name another with --device ARN (found: mfa/")
        self.refused(self.alone(env={"MFA_DEVICE": stranger}), 13, "MFA_DEVICE: the owner")
        self.assert_nothing_written()
        self.assertEqual(self.alone("--device", token.serial).returncode, 0)
        self.assert_written(token.serial)
        self.credentials.unlink()
        self.box.policy_denies(self.user, "iam:*")
        self.refused(self.alone(), 2, "cannot be listed; add --device ARN (a policy denies the request")
        run = self.alone("--device", phone.serial)
        self.assertEqual(run.returncode, 0)
        self.assertIn("(not listed: the first code will tell)", run.stdout)
        self.assert_written(phone.serial)

    def test_what_does_not_fit(self):
        """A message shows none of it: it may be the secret."""
        user = self.user
        for args, secret, part in [
                (["--access-key-id", user.secret_access_key], None, "--access-key-id: this looks like the secret"),
                (["--access-key-id", "AKIA"], None, "--access-key-id: this is no access key ID"),
                (["--device", user.secret_access_key], None, "--device: this looks like the secret"),
                ([], user.access_key_id, "standard input: this looks like an access key ID"),
                ([], user.serial, "standard input: this looks like an MFA device"),
                ([], " ", "standard input: expected a secret access key"),
                (["--region", "Frankfurt"], None, "--region: 'Frankfurt'"),
                (["--profile", "other"], None, "the profile is named already")]:
            with self.subTest(part):
                run = self.alone(*args, secret=secret)
                self.refused(run, 2, part)
        self.assertEqual(self.box.codes_seen(user), [])
        self.assert_nothing_written()

    def test_keys_that_are_not_proved(self):
        self.refused(self.alone(secret="x" * 40), 13, "the secret does not belong to the access key")
        self.user.keys[0].status = "Inactive"
        self.refused(self.alone(), 13, "does not know the access key")
        self.user.keys[0].status = "Active"
        self.refused(self.alone(env={"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}), 14, "could not connect",
                     "nothing was written", "run setup again when AWS can be reached")
        self.box.fault("GetCallerIdentity", faults.error("ServiceUnavailable"))
        self.refused(self.alone(), 14, "nothing was written")
        self.box.clear_faults()
        self.box.fault("GetCallerIdentity", faults.html())
        self.refused(self.alone(), 14, "nothing was written")
        self.assert_nothing_written()

    def test_a_line_without_end(self):
        with open("/dev/zero", "rb") as zeros:
            run = subprocess.run([self.program, "setup", "work", "--access-key-id", self.user.access_key_id],
                                 env=self.env, stdin=zeros, capture_output=True, text=True, timeout=30)
        self.refused(run, 2, "standard input: expected a secret access key")
        self.assert_nothing_written()

    def test_without_a_terminal_and_without_a_key(self):
        self.refused(self.aws_mfa("--setup"), 2, "no terminal to ask on; give --access-key-id", "[work-long-term]")

    def test_a_key_that_stands_in_the_section_of_the_session(self):
        self.write_credentials(f"[work]\naws_access_key_id = {self.user.access_key_id}\n"
                               f"aws_secret_access_key = {self.user.secret_access_key}\n")
        self.assertEqual(self.alone().returncode, 0)
        self.assert_written()
        self.assertEqual(self.section(), {})

    def test_a_folder_that_is_missing(self):
        self.refused(self.alone(env={"HOME": f"{self.home}/gone"}), 13,
                     f"{self.home}/gone/.aws: cannot be created")


class Killed(SetupTest):
    """Each call after the last answer of AWS in turn kills the process: the old files or the new ones."""

    OLD = "# mine\n[work]\naws_access_key_id = {0.access_key_id}\naws_secret_access_key = {0.secret_access_key}\n"

    def run_traced(self, old, *strace):
        """-> status, the two files of a new home, and what else is in its folder"""
        home = Path(tempfile.mkdtemp(dir=self.home))
        folder = home / ".aws"
        if old is not None:
            folder.mkdir(mode=0o700)
            (folder / "credentials").write_text(old)
            (folder / "credentials").chmod(0o600)
        run = subprocess.run(
            ["strace", "-qq", *strace, self.program, "setup", "work", "--region", "eu-west-1",
             "--access-key-id", self.user.access_key_id], env={**self.env, "HOME": str(home)},
            input=self.user.secret_access_key, capture_output=True, text=True, timeout=60)
        files = [p.read_text() if p.exists() else None for p in (folder / "credentials", folder / "config")]
        left = set(os.listdir(folder)) - {"credentials", "config"} if folder.exists() else set()
        shutil.rmtree(home)
        return run, files, {name for name in left if not name.endswith("-lock")}

    def killed_everywhere(self, old):
        if not shutil.which("strace"):
            self.skipTest("no strace")
        trace = self.home / "trace"
        run, new, left = self.run_traced(old, "-o", trace)
        self.assertEqual((run.returncode, left), (0, set()), run.stderr)
        self.assertIn("[work-long-term]", new[0])
        count, calls = {}, []
        for line in trace.read_text().splitlines():
            name, bracket, _ = line.partition("(")
            if not bracket or not name.isidentifier():
                continue            # a signal
            count[name] = count.get(name, 0) + 1
            if name == "wait4":
                calls = []          # aws-mfa-sts has ended: what follows writes the files
            calls.append((name, count[name]))
        calls = [call for call in calls if call[0] not in ("exit_group", "brk", "munmap", "wait4")]
        self.assertGreater(len(calls), 20)

        def kill(call):
            return call, self.run_traced(old, "-o", "/dev/null", "-e", f"trace={call[0]}", "-e",
                                         f"inject={call[0]}:signal=KILL:when={call[1]}")
        seen = set()
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            for call, (run, files, left) in pool.map(kill, calls):
                with self.subTest(killed_at=call):
                    self.assertEqual(run.returncode, -signal.SIGKILL)
                    self.assertIn(files[0], (old, new[0]))
                    self.assertIn(files[1], (None, new[1]))
                    self.assertLessEqual(left, {".credentials.aws-mfa-new"})
                    seen.add((files[0] == old, files[1] is None))
        self.assertEqual(seen, {(True, True), (False, True), (False, False)})

    def test_with_no_file(self):
        self.killed_everywhere(None)

    def test_where_each_new_file_has_a_name(self):
        """A file system without O_TMPFILE. What a killed run leaves there, the next run removes."""
        if not shutil.which("strace"):
            self.skipTest("no strace")
        trace = self.home / "trace"
        new = self.run_traced(None, "-o", trace)[1]
        opened = [line for line in trace.read_text().splitlines() if line.startswith("openat(")]
        number = next(n for n, line in enumerate(opened, 1) if "O_TMPFILE" in line)
        named = ("-o", "/dev/null", "-e", f"inject=openat:error=EOPNOTSUPP:when={number}")
        self.assertEqual(self.run_traced(None, *named)[1:], (new, set()))
        run, files, left = self.run_traced(None, *named, "-e", "inject=linkat:signal=KILL:when=1")
        self.assertEqual((run.returncode, files), (-signal.SIGKILL, [None, None]))
        self.assertEqual(left, {".credentials.aws-mfa-new"})
        (self.credentials.parent / ".credentials.aws-mfa-new").write_text("left\n")
        self.assertEqual(self.alone("--region", "eu-west-1").returncode, 0)
        self.assertEqual([p.read_text() for p in (self.credentials, self.config)], new)
        self.assertNotIn(".credentials.aws-mfa-new", os.listdir(self.credentials.parent))

    def test_with_keys_that_move(self):
        self.killed_everywhere(self.OLD.format(self.user))


if __name__ == "__main__":
    unittest.main()
