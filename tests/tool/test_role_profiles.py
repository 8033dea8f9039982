"""Profiles with role_arn and source_profile, as the AWS tools have them."""

import json
import unittest

from home import long_term
from host import ROLE, HostTest
from sandbox import faults


FIRST = "arn:aws:iam::123456789012:role/First"
NEXT = "arn:aws:iam::123456789012:role/Next"


class RoleProfiles(HostTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.box.add_role(FIRST)
        # The credentials of a role carry no MFA. So a role that they assume cannot demand MFA.
        cls.box.add_role(NEXT, requires_mfa=False)

    def setUp(self):
        super().setUp()
        self.endpoint = f"endpoint_url = {self.box.url}\nca_bundle = {self.box.ca_path}\n"

    def configure(self, *profiles):
        self.config.write_text("".join(
            f"[profile {name}]\n{lines}\n{self.endpoint}" for name, lines in profiles))

    def admin(self, *args, profile="admin"):
        return self.aws_mfa("--short-term-suffix", "mfa", *args, profile=profile)

    def last(self):
        return [r for r in self.box.requests if r.action == "AssumeRole"][-1].params

    def test_role_with_the_source_profile_s_keys(self):
        self.configure(("admin", f"role_arn = {ROLE}\nsource_profile = work\n"
                        "role_session_name = me\nduration_seconds = 900\n"
                        "external_id = a:b/c\nsource_identity = alice"))
        run = self.admin("--token", self.user.code())
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(self.section("admin-mfa")["assumed_role_arn"], ROLE)
        sent = self.last()
        self.assertEqual([sent[key] for key in ("RoleArn", "RoleSessionName", "DurationSeconds",
                                                "ExternalId", "SourceIdentity", "SerialNumber")],
                         [ROLE, "me", "900", "a:b/c", "alice", self.user.serial])
        identity = json.loads(self.aws("sts", "get-caller-identity", profile="admin-mfa").stdout)
        self.assertEqual(identity["Arn"], "arn:aws:sts::123456789012:assumed-role/Admin/me")
        self.assertIn("still valid", self.admin().stdout)

    def test_keys_in_the_source_profile_itself(self):
        self.write_credentials(f"[base]\naws_access_key_id = {self.user.access_key_id}\n"
                               f"aws_secret_access_key = {self.user.secret_access_key}\n")
        self.configure(("admin", f"role_arn = {ROLE}\nsource_profile = base\n"
                        f"mfa_serial = {self.user.serial}"))
        run = self.admin("--token", self.user.code())
        self.assertEqual(run.returncode, 0, run.stderr)

    def test_a_profile_that_is_its_own_source(self):
        self.write_credentials(f"[admin]\naws_access_key_id = {self.user.access_key_id}\n"
                               f"aws_secret_access_key = {self.user.secret_access_key}\n")
        self.configure(("admin", f"role_arn = {ROLE}\nsource_profile = admin\n"
                        f"mfa_serial = {self.user.serial}"))
        run = self.admin("--token", self.user.code())
        self.assertEqual(run.returncode, 0, run.stderr)

    def test_a_way_through_profiles_without_role(self):
        self.configure(("admin", f"role_arn = {ROLE}\nsource_profile = between"),
                       ("between", "source_profile = work"))
        run = self.admin("--token", self.user.code())
        self.assertEqual(run.returncode, 0, run.stderr)

    def test_without_a_suffix_the_session_is_that_of_the_source(self):
        """AWS tools assume the role; a chain begins at the profile that has a session."""
        told = "run aws-mfa --profile work instead (a login: profile=work)"
        admin = f"role_arn = {NEXT}\nsource_profile = other"
        for serial in ("", f"\nmfa_serial = {self.user.serial}"):
            self.configure(("admin", admin), ("other", f"role_arn = {ROLE}\nsource_profile = work{serial}"))
            run = self.aws_mfa(profile="admin")
            self.refused(run, 13, "profile admin has role_arn", told)
            line = self.config.read_text().split("\n").index(serial[1:]) + 1 if serial else 0
            self.assertEqual(f"remove mfa_serial ({self.config}:{line}), so" in run.stderr, bool(serial))

    def test_circles(self):
        self.configure(("admin", f"role_arn = {ROLE}\nsource_profile = a"),
                       ("a", "source_profile = b"), ("b", "source_profile = a"))
        self.refused(self.admin(), 13, "leads in a circle, back to a")
        self.configure(("admin", f"role_arn = {ROLE}\nsource_profile = admin"))
        self.refused(self.admin(), 13, "leads in a circle, back to admin")

    def chain(self, *roles, duration=""):
        """Profiles r0 (its source is work), r1 (its source is r0) ...; the last is `admin`."""
        names = ["work", *(f"r{n}" for n in range(len(roles) - 1)), "admin"]
        self.configure(*((name, f"role_arn = {role}\nsource_profile = {source}\n{duration}")
                         for source, name, role in zip(names, names[1:], roles)))

    def test_a_role_from_a_role(self):
        self.chain(FIRST, NEXT, duration="duration_seconds = 1800")
        code = self.user.code()
        run = self.admin("--token", code)
        self.assertEqual(run.returncode, 0, run.stderr)
        asked = [r.params for r in self.box.requests if r.action == "AssumeRole"][-2:]
        self.assertEqual([r["RoleArn"] for r in asked], [FIRST, NEXT])
        self.assertEqual([r["DurationSeconds"] for r in asked], ["900", "1800"])
        self.assertEqual([r.get("TokenCode") for r in asked], [code, None])
        self.assertEqual(self.section("admin-mfa")["assumed_role_arn"], NEXT)
        identity = json.loads(self.aws("sts", "get-caller-identity", profile="admin-mfa").stdout)
        self.assertEqual(identity["Arn"], "arn:aws:sts::123456789012:assumed-role/Next/tester")

    def test_all_of_a_chain_goes_over_one_connection(self):
        roles = [f"arn:aws:iam::123456789012:role/R{n}" for n in range(5)]
        for role in roles:
            self.box.add_role(role, requires_mfa=role.endswith("0"))
        self.chain(*roles)
        before = len(self.box.requests)
        self.assertEqual(self.admin("--token", self.user.code()).returncode, 0)
        requests = self.box.requests[before:]
        self.assertEqual([r.action for r in requests], ["GetCallerIdentity"] + 5 * ["AssumeRole"])
        self.assertEqual(len({r.connection for r in requests}), 1)
        self.chain(*roles, ROLE)
        self.refused(self.admin(), 13, "source profiles have more than 4 roles")

    def test_what_a_chain_may_not_be(self):
        self.chain(ROLE, ROLE, duration="duration_seconds = 7200")
        self.refused(self.admin(), 13, "duration_seconds: '7200'", "3600 seconds (1h) at most")
        self.configure(("admin", "source_profile = other"),
                       ("other", f"role_arn = {ROLE}\nsource_profile = work"))
        self.refused(self.admin(), 13, "profile admin has no role of its own", ROLE)
        self.configure(("admin", f"role_arn = {ROLE}\nsource_profile = other"),
                       ("other", f"role_arn = {ROLE}\nsource_profile = work\nexternal_id = x y"))
        self.refused(self.admin(), 13, "external_id of a source profile of admin")

    def test_the_device_of_a_role_on_the_way(self):
        self.write_credentials(f"[base]\naws_access_key_id = {self.user.access_key_id}\n"
                               f"aws_secret_access_key = {self.user.secret_access_key}\n")
        self.configure(("admin", f"role_arn = {NEXT}\nsource_profile = other"),
                       ("other", f"role_arn = {ROLE}\nsource_profile = base\n"
                        f"mfa_serial = {self.user.serial}"))
        run = self.admin("--token", self.user.code())
        self.assertEqual(run.returncode, 0, run.stderr)

    def test_the_device_of_the_source_profile(self):
        """The device belongs to the user who has the keys, and usually stands beside the keys."""
        serial, ours = f"mfa_serial = {self.user.serial}\n", "aws_mfa_device = "
        keys = self.credentials.read_text().replace(f"{ours}{self.user.serial}\n", "")
        admin = f"role_arn = {ROLE}\nsource_profile = work"
        for config, credentials, where in [
                ([("admin", admin), ("work", serial)], keys, f"{self.config}:7: mfa_serial"),
                ([("admin", admin)], f"{keys}[work]\n{serial}", f"{self.credentials}:5: mfa_serial"),
                ([("admin", admin), ("work", f"{ours}{self.user.serial}")], keys,
                 f"{self.config}:7: aws_mfa_device"),
                # two profiles on the way have a device: the one nearest to the keys counts
                ([("admin", f"role_arn = {ROLE}\nsource_profile = between"),
                  ("between", "source_profile = work\nmfa_serial = ABCDEF123456"),
                  ("work", serial)], keys, f"{self.config}:12: mfa_serial")]:
            with self.subTest(where):
                self.write_credentials(credentials)
                self.configure(*config)
                run = self.admin("--explain")
                self.assertRegex(run.stdout, rf"(?m)^device +{self.user.serial} +{where}$")
        run = self.admin("--token", self.user.code())
        self.assertEqual(run.returncode, 0, run.stderr)

    def test_roles_without_account(self):
        """Roles like Ceph's: only with an endpoint of the user's, also as a role on the way."""
        role, second = "arn:aws:iam:::role/Admin", "arn:aws:iam:::role/Second"
        self.box.add_role(role)
        self.box.add_role(second, requires_mfa=False)
        run = self.aws_mfa("--assume-role", role, "--token", self.user.code())
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(self.section()["assumed_role_arn"], role)
        self.chain(role, second)
        device = self.user.add_device("chain")
        run = self.admin("--device", device.serial, "--token", device.code())
        self.assertEqual(run.returncode, 0, run.stderr)
        codes = len(self.box.codes_seen(self.user))
        # at AWS
        self.endpoint = ""
        self.chain(role, ROLE)
        self.refused(self.admin("--token", "123456"), 13, "role_arn of a source profile of admin",
                     "only with an endpoint_url")
        self.chain(ROLE, role)
        self.refused(self.admin("--token", "123456"), 13, f"role_arn: '{role}': expected",
                     "only with an endpoint_url")
        self.refused(self.aws_mfa("--assume-role", role), 2, f"--assume-role: '{role}': expected",
                     "only with an endpoint_url")
        # an endpoint that is ruled out does not count
        env = {"AWS_ENDPOINT_URL": self.box.url, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"}
        self.refused(self.aws_mfa("--assume-role", role, env=env), 2, "only with an endpoint_url")
        self.assertEqual(len(self.box.codes_seen(self.user)), codes)

    def test_two_sources_at_once(self):
        """botocore refuses such a profile, so it could not use the session."""
        both = f"role_arn = {ROLE}\nsource_profile = work\ncredential_source = Environment"
        words = f"{self.config}:4: credential_source: profile admin has source_profile, too"
        self.configure(("admin", both))
        self.refused(self.admin("--token", self.user.code()), 13, words)
        # on the way
        self.configure(("admin", both), ("last", f"role_arn = {NEXT}\nsource_profile = admin"))
        self.refused(self.admin("--token", self.user.code(), profile="last"), 13, words)
        # with keys of its own
        self.write_credentials(self.credentials.read_text().replace("work-", "admin-"))
        self.refused(self.admin("--token", self.user.code()), 13, words)
        self.assertEqual(self.box.codes_seen(self.user), [])
        session = self.aws("sts", "get-caller-identity", profile="admin")
        self.assertIn("credential_source", session.stderr)      # it does

    def test_a_next_role_that_is_refused(self):
        """The code is spent at this time. This must not count as an outage."""
        before = self.credentials.read_bytes()
        self.chain(ROLE, "arn:aws:iam::123456789012:role/Unknown")
        self.refused(self.admin("--token", self.user.code()), 13, "the code was accepted, but the "
                     "next role arn:aws:iam::123456789012:role/Unknown could not be assumed",
                     "trust policy")
        self.assertEqual(self.credentials.read_bytes(), before)

    def test_tags_of_the_next_role_that_are_too_many(self):
        """The check comes before the code is spent."""
        self.chain(ROLE, NEXT)
        tags = [word for n in range(50) for word in ("--tag", f"{n}{'ü' * 120}={'ü' * 256}")]
        self.refused(self.admin("--token", "000000", *tags), 13, "the request too long")
        self.assertEqual(self.box.codes_seen(self.user), [])

    def test_a_next_role_that_is_not_answered(self):
        for fault, times, status in [(faults.close(), 1, 0), (faults.close(), 5, 15),
                                     (faults.error("Throttling", status=400), 1, 15),
                                     (faults.html(200), 1, 15)]:
            user = self.box.add_user(f"chain{times}{status}{id(fault)}")
            self.write_credentials(long_term(user))
            self.chain(FIRST, NEXT)
            self.box.clear_faults()
            self.box.fault("AssumeRole", faults.without_code(fault), times=times + 1)
            run = self.admin("--token", user.code())
            self.assertEqual(run.returncode, status, run.stderr)
            self.assertEqual(len(self.box.codes_seen(user)), 1)
            if status:
                self.assertIn("the code was accepted, but", run.stderr)

    def test_a_next_role_does_not_blame_the_written_keys(self):
        """The session of the role before assumes it. Nobody has typed those keys."""
        for code in ("ExpiredToken", "InvalidClientTokenId", "SignatureDoesNotMatch"):
            with self.subTest(code):
                device = self.user.add_device(code)
                self.chain(FIRST, NEXT)
                self.box.clear_faults()
                self.box.fault("AssumeRole", faults.without_code(
                    faults.error(code, "no", status=403)), times=2)
                run = self.admin("--device", device.serial, "--token", device.code())
                self.refused(run, 13, f"AWS refuses the request: {code}: no")

    def test_tags(self):
        self.configure(("admin", f"role_arn = {ROLE}\nsource_profile = work\nsession_tags = "
                        "Team=blue green,Cost=1/2\ntransitive_session_tags = team"))
        self.assertEqual(self.admin("--token", self.user.code()).returncode, 0)
        sent = self.last()
        self.assertEqual({key: value for key, value in sent.items() if "ag" in key}, {
            "Tags.member.1.Key": "Team", "Tags.member.1.Value": "blue green",
            "Tags.member.2.Key": "Cost", "Tags.member.2.Value": "1/2",
            "TransitiveTagKeys.member.1": "team"})
        run = self.admin("--force", "--assume-role", ROLE, "--tag", "a=b", "--tag", "c=",
                           "--tag", "ä=ö", "--transitive-tag-key", "c", "--transitive-tag-key", "a",
                           "--token", self.user.code())
        self.assertEqual(run.returncode, 0, run.stderr)
        sent = self.last()
        self.assertEqual([sent[f"Tags.member.{n}.{part}"] for n in (1, 2, 3)
                          for part in ("Key", "Value")], ["a", "b", "c", "", "ä", "ö"])
        self.assertEqual(sent["TransitiveTagKeys.member.2"], "a")

    def test_bad_tags(self):
        for tags, part in [("novalue", "KEY=VALUE"), ("=x", "KEY=VALUE"), ("aws:x=y", "aws:"),
                           ("a=b!", "letters"), ("a=1,A=2", "each key once"),
                           ("k" * 129 + "=", "128"), ("k=" + "v" * 257, "256"), (",", "KEY=VALUE"),
                           (",".join(f"k{n}=" for n in range(51)), "50 tags"), ("a=\x85", "letters")]:
            run = self.aws_mfa("--assume-role", ROLE, "--tag", tags)
            self.refused(run, 2, "--tag", part)
        run = self.aws_mfa("--assume-role", ROLE, "--tag", "a=b", "--transitive-tag-key", "c")
        self.refused(run, 2, "--transitive-tag-key", "keys of the tags")
        self.refused(self.aws_mfa("--tag", "a=b"), 2, "--tag", "--assume-role")

    def test_a_source_without_keys(self):
        self.configure(("admin", f"role_arn = {ROLE}\nsource_profile = empty"))
        self.refused(self.admin(), 13, "source profile empty of profile admin",
                     "aws-mfa setup empty")

    def test_bad_values(self):
        for line in ["external_id = x y", "source_identity = é", "duration_seconds = 1",
                     "role_arn = Admin"]:
            key = line.split(" ")[0]
            lines = f"role_arn = {ROLE}\nsource_profile = work\n{line}"
            self.configure(("admin", lines.replace(f"role_arn = {ROLE}\n", "")
                            if key == "role_arn" else lines))
            self.refused(self.admin(), 13, f": {key}: '")


if __name__ == "__main__":
    unittest.main()
