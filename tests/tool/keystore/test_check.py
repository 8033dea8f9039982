"""aws-mfa keystore check: each fault of an entry, and what AWS says of its keys."""

import json
import os
import re
import signal
import time
import unittest
from pathlib import Path

from host import ROLE
from paths import AWS_MFA
from sandbox import faults
from tool.keystore.admintest import ETC, KEYS, AdminTest


class Check(AdminTest):
    def check(self, *users, status=0):
        """-> {user: row}, [(id, file's name)]"""
        told = json.loads(self.run_it("check", *users, "--json", status=status).stdout)
        self.assertEqual((told["Version"], told["Ok"]), (1, status == 0))
        return ({entry.pop("User"): entry for entry in told["Entries"]},
                [(finding["Id"], finding["File"] and finding["File"].rpartition("/")[2])
                 for finding in told["Findings"]])

    def edit(self, old, new, name="alice"):
        path = self.world.path(KEYS / name)
        text = re.sub(old, new, path.read_text())
        self.assertNotEqual(text, path.read_text())
        path.write_text(text)

    def test_nothing_to_mend(self):
        self.assertEqual(self.run_it("check").stdout, "Nothing to mend.\n")
        self.add()
        self.user.keys[0].created = time.time() - 100 * 86400 - 60
        self.add("bob", user=self.enroll("bob"))
        rows, found = self.check()
        self.assertEqual(found, [])
        self.assertEqual(rows["alice"].items() & {"Key": "ok", "Device": "ok", "KeyDays": 100}.items(),
                         {"Key": "ok", "Device": "ok", "KeyDays": 100}.items())
        self.assertEqual(list(self.check("bob")[0]), ["bob"])
        lines = self.run_it("check").stdout.splitlines()
        self.assertEqual(lines[-1], "Nothing to mend.")
        self.assertRegex(lines[1], r"^alice  ok +ok .* 100 d")
        self.assertLessEqual(max(map(len, lines)), 80)

    def test_a_user_without_entry(self):
        """Named beside others, whose rows are printed all the same."""
        row = {"Key": "no entry", "Device": "-", "Rights": "-", "KeyDays": None}
        self.assertEqual(self.check("client", status=1), ({"client": row}, [("entry", None)]))
        self.add()
        rows, found = self.check("client", "alice", status=1)
        self.assertEqual((rows["alice"]["Key"], rows["client"], found), ("ok", row, [("entry", None)]))
        text = self.run_it("check", "client", "alice", status=1).stdout
        self.assertRegex(text, r"(?m)^client  no entry ")
        self.assertIn("aws-mfa keystore add client\n", text)

    def test_what_is_to_mend(self):
        self.add()
        for name in ("bob", "client"):
            self.add(name, user=self.enroll(name))
        for change, expected in [
                (lambda: self.edit("uid = .*", "uid = 7"), "uid"),
                (lambda: self.edit("secret_access_key = .*", "secret_access_key = " + "a" * 40), "key"),
                (lambda: self.edit("profile|account", "acount"), "entry"),
                (lambda: self.world.path(KEYS / "alice").chmod(0o640), "entry"),
                (lambda: self.edit(r"(account = |::)\d+", r"\g<1>999999999999"), "account"),
                (lambda: self.edit("mfa/.*", "mfa/another"), "device"),
                (lambda: setattr(self.user.keys[0], "status", "Inactive"), "key")]:
            with self.subTest(expected):
                self.add("alice", "--force")
                change()
                rows, found = self.check(status=1)
                self.assertIn((expected, "alice"), found)
                self.assertEqual({name for _, name in found}, {"alice"})
                self.assertEqual((rows["bob"]["Key"], rows["client"]["Device"]), ("ok", "ok"))
        text = self.run_it("check", status=1).stdout
        self.assertTrue(text.endswith("Mend it, then run aws-mfa keystore check again.\n"), text)

    def test_the_mend_of_a_lost_device_keeps_the_rest(self):
        """`add` would drop the policy of the entry."""
        self.add("alice", "--role-arn", ROLE)
        self.edit("mfa/.*", "mfa/another")
        text = " ".join(self.run_it("check", status=1).stdout.split())
        self.assertIn('"A device is lost" in aws-mfa-keystore(8)', text)
        self.assertNotIn("keystore add", text)

    def test_the_file_of_the_site_makes_it_bad(self):
        """As serve says it at each login."""
        self.add()
        self.add("bob", "--role-arn", ROLE, user=self.enroll("bob"))
        site = self.world.path(ETC / "aws-mfa.conf")
        site.write_text(site.read_text() + "duration = 36h\n")
        rows, found = self.check(status=1)
        self.assertEqual((found, rows["bob"]["Key"]), ([("settings", "bob")], "ok"))
        self.assertIn("a role's session", self.add("client", "--role-arn", ROLE, user=self.enroll("client"),
                                                   status=13).stderr)

    def test_a_user_who_is_gone(self):
        self.add()
        self.world.path(KEYS / "alice").rename(self.world.path(KEYS / "gone"))
        self.edit("user = alice", "user = gone", "gone")
        self.assertEqual(self.check(status=1)[1], [("user", "gone")])
        self.assertIn("aws-mfa keystore remove gone", self.run_it("check", status=1).stdout)

    def test_where_iam_does_not_let_it_look(self):
        self.add()
        self.box.policy_needs_mfa(self.user)
        rows, found = self.check()
        self.assertEqual(found, [])
        self.assertEqual((rows["alice"]["Device"], rows["alice"]["KeyDays"]), ("cannot look", None))

    def test_rights_that_no_session_should_have(self):
        role = "arn:aws:iam::123456789012:role/Bastion"
        accounts = self.box.accounts
        self.add()
        self.assertEqual(self.check()[0]["alice"]["Rights"], "cannot look")
        accounts.may_simulate.add(self.user.name)
        self.assertEqual(self.check()[0]["alice"]["Rights"], "ok")
        for source in (self.user.arn, role):
            accounts.sessions_may |= {(source, "iam:CreateAccessKey"), (source, "iam:EnableMFADevice"),
                                      (source, "iam:GetUser")}
        self.addCleanup(accounts.sessions_may.clear)
        rows, found = self.check(status=1)
        self.assertEqual((rows["alice"]["Rights"], found), ("too many", [("rights", "alice")]))
        text = " ".join(self.run_it("check", status=1).stdout.split())
        self.assertIn("should: iam:CreateAccessKey iam:EnableMFADevice. Attach", text)
        self.add("alice", "--force", "--role-arn", role)
        self.assertEqual(self.check(status=1)[0]["alice"]["Rights"], "too many")
        accounts.sessions_may -= {(role, "iam:CreateAccessKey"), (role, "iam:EnableMFADevice")}
        self.assertEqual(self.check()[0]["alice"]["Rights"], "ok")
        sent = [r for r in self.box.requests if r.action == "SimulatePrincipalPolicy"][-1].params
        self.assertEqual((sent["PolicySourceArn"], sent["ResourceArns.member.1"]), (role, self.user.arn))

    def test_what_speaks_with_aws_is_not_root(self):
        """The other half of aws-mfa-sts signs, and reads nothing that comes from outside."""
        self.add()
        seen = [request.action for request in self.box.requests].count("GetCallerIdentity")
        self.box.fault("GetCallerIdentity", faults.hang())
        console = self.console(AWS_MFA, "keystore", "check")
        self.box.wait_for("GetCallerIdentity", seen + 1)
        programs = sorted(pid for pid, argv in self.world.processes().items() if "aws-mfa-sts" in argv)
        ids = {}
        for pid in programs:
            lines = Path(f"/proc/{pid}/status").read_text().splitlines()
            ids[pid] = {name: words.split() for name, words in (line.split(":", 1) for line in lines)}
        signer, = (pid for pid in programs if int(ids[pid]["PPid"][0]) not in programs)
        talker, = set(programs) - {signer}
        self.assertEqual(ids[signer]["Uid"], ["0"] * 4)
        for name in ("Uid", "Gid"):
            self.assertEqual(ids[talker][name], ["65533"] * 4)
        self.assertEqual(ids[talker]["Groups"], [])
        for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
            self.assertEqual(int(ids[talker][name][0], 16), 0, name)
        os.kill(signer, signal.SIGKILL)
        self.assertEqual(console.wait(), 1)
        self.assertEqual(self.world.wait_for_processes([]), {})

    def test_aws_is_down(self):
        self.add()
        self.add("bob", user=self.enroll("bob"))
        self.box.fault("GetCallerIdentity", faults.close())
        rows, found = self.check(status=1)
        self.assertEqual(found, [("aws", None)])
        self.assertEqual((rows["alice"]["Key"], rows["bob"]["Key"]), ("not asked", "-"))


if __name__ == "__main__":
    unittest.main()
