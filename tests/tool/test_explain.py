"""aws-mfa --explain."""

import re
import unittest

from host import ROLE, HostTest


class Explain(HostTest):
    def explain(self, *args, env=None):
        run = self.aws_mfa("--explain", *args, env=env)
        rows = {}
        for line in run.stdout.splitlines():
            name, value, *where = re.split(r"  +", line.strip())
            rows[name] = (value, where[0] if where else "")
        return run, rows

    def test_where_each_value_comes_from(self):
        run, rows = self.explain("--assume-role", ROLE, env={"AWS_REGION": "eu-west-1"})
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(rows["profile"], ("work", "--profile"))
        self.assertEqual(rows["device"], (self.user.serial, f"{self.credentials}:4: aws_mfa_device"))
        self.assertEqual(rows["role"], (ROLE, "--assume-role"))
        self.assertEqual(rows["region"], ("eu-west-1", "AWS_REGION"))
        self.assertEqual(rows["endpoint"], (self.box.url, f"{self.config}:2: endpoint_url"))
        self.assertEqual(rows["duration"], ("3600", "built in"))
        self.assertEqual(rows["session goes to"][0], "work")

    def test_long_term_section_goes_before_the_config_file(self):
        self.config.write_text(self.config.read_text() + "region = eu-north-1\nduration = 1h\n")
        self.write_credentials(self.credentials.read_text() + "region = eu-west-3\n[work]\n"
                               "region = us-west-2\nduration = 2h\n")
        rows = self.explain()[1]
        self.assertEqual(rows["region"], ("eu-west-3", f"{self.credentials}:5: region"))
        self.assertEqual(rows["duration"], ("2h", f"{self.credentials}:8: duration"))

    def test_secrets_are_not_shown(self):
        run, rows = self.explain(env={"https_proxy": "http://me:hunter2@proxy:3128"})
        self.assertEqual(rows["proxy"], ("http://...@proxy:3128", "https_proxy"))
        for url in ["me:hunter2://x@proxy:3128", "//me:hunter2@proxy:3128", "me:hunter2@proxy:3128",
                    "me:/hunter2://@proxy:3128"]:
            _, rows = self.explain(env={"https_proxy": url})
            self.assertEqual(rows["proxy"], ("...@proxy:3128", "https_proxy"))
        self.assertNotIn("hunter2", run.stdout)
        run, rows = self.explain("--endpoint-url", "https://me:hunter2@sts")
        self.assertEqual(rows["endpoint"], ("https://...@sts", "--endpoint-url"))
        self.assertNotIn("hunter2", run.stdout)
        self.assertNotIn(self.user.secret_access_key, run.stdout)

    def test_says_what_is_wrong_as_well(self):
        self.credentials.unlink()
        run, rows = self.explain()
        self.assertEqual(run.returncode, 12)
        self.assertIn("no such file", run.stderr)
        self.assertEqual(rows["profile"], ("work", "--profile"))

    def test_shows_the_role_that_is_in_the_way(self):
        self.config.write_text(self.config.read_text() + f"role_arn = {ROLE}\n")
        run, rows = self.explain()
        self.assertEqual(run.returncode, 13)
        self.assertEqual(rows["role"], (ROLE, f"{self.config}:4: role_arn"))


if __name__ == "__main__":
    unittest.main()
