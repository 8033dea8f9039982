"""Profiles with role_arn and source_profile, as the AWS tools have them."""

import json
import unittest

from host import ROLE, HostTest


class RoleProfiles(HostTest):
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

    def test_circles(self):
        self.configure(("admin", f"role_arn = {ROLE}\nsource_profile = a"),
                       ("a", "source_profile = b"), ("b", "source_profile = a"))
        self.refused(self.admin(), 13, "leads in a circle, back to a")
        self.configure(("admin", f"role_arn = {ROLE}\nsource_profile = admin"))
        self.refused(self.admin(), 13, "leads in a circle, back to admin")

    def test_a_role_from_a_role(self):
        self.configure(("admin", f"role_arn = {ROLE}\nsource_profile = other"),
                       ("other", f"role_arn = {ROLE}\nsource_profile = work"))
        self.refused(self.admin(), 13, "profile admin has a role and so has its source profile "
                     "other", "refresh other first")

    def test_a_source_without_keys(self):
        self.configure(("admin", f"role_arn = {ROLE}\nsource_profile = empty"))
        self.refused(self.admin(), 13, "source profile empty of profile admin",
                     "aws-mfa --setup --profile empty")

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
