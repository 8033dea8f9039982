"""aws-mfa-keystore(8): each example on the page runs as it stands, as far as it can here. The policies
are judged by an evaluator that follows IAM's rules, and every name in them by botocore's models."""

import fnmatch
import functools
import ipaddress
import json
import re
import shlex
import shutil
import unittest

from botocore import xform_name
from botocore.loaders import create_loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

from home import long_term
from live.world import CA
from paths import AWS_MFA, REPO
from tool.keystore.admintest import ETC, AdminTest

PAGE = REPO / "tool/aws-mfa-keystore.8"
IAM = REPO / "examples/iam"
DOC = "/usr/share/doc/libpam-aws-mfa/examples"
ACCOUNT = "arn:aws:iam::123456789012"
ROLE = f"{ACCOUNT}:role/Bastion"
LOST = "sed -i '/^aws_mfa_device/s|mfa/.*|mfa/alice-2|' /etc/aws-mfa/keys/alice"
KEEP_SUDO = "[ -e /root/pam.d-sudo ] || cp -p /etc/pam.d/sudo /root/pam.d-sudo"


def examples():
    """-> the examples of the page by their first lines, as a person sees them"""
    blocks = re.findall(r"(?ms)^\.Bd -literal\n(.*?)^\.Ed$", PAGE.read_text())
    return {block.split("\n")[0].split(" \\e")[0]: block.replace("\\e", "\\") for block in blocks}


@functools.lru_cache(None)
def service(name):
    return ServiceModel(create_loader().load_service_model(name, "service-2"), name)


def policy(name):
    return json.loads((IAM / f"keystore-{name}.json").read_text())


def several(value):
    return value if isinstance(value, list) else [value]


class Policies(unittest.TestCase):
    """What IAM makes of the files (IAM User Guide, "Policy evaluation logic")."""

    HOME = "192.0.2.10"

    @staticmethod
    def holds(operator, wanted, actual):
        wanted = several(wanted)
        if operator == "NotIpAddress":
            return actual is None or all(
                ipaddress.ip_address(actual) not in ipaddress.ip_network(w) for w in wanted)
        if operator == "BoolIfExists" and actual is None:
            return True
        assert operator in ("Bool", "BoolIfExists"), operator
        return actual in wanted

    def decide(self, document, action, resource="*", **context):
        """-> "deny", "allow" or None. context: aws:NAME as NAME"""
        decision = None
        for statement in document["Statement"]:
            actions = several(statement.get("Action", statement.get("NotAction")))
            meant = any(fnmatch.fnmatchcase(action, a) for a in actions) == ("Action" in statement)
            resources = [r.replace("${aws:username}", "alice") for r in
                         several(statement.get("Resource", "*"))]
            meant = meant and any(fnmatch.fnmatchcase(resource, r) for r in resources)
            for operator, tests in statement.get("Condition", {}).items():
                for key, wanted in tests.items():
                    meant = meant and self.holds(operator, wanted, context.get(key.partition(":")[2]))
            if meant and statement["Effect"] == "Deny":
                return "deny"
            decision = "allow" if meant else decision
        return decision

    def test_what_a_key_may_do_without_a_code(self):
        everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        alice, other = f"{ACCOUNT}:user/alice", f"{ACCOUNT}:user/bob"
        here = {"SourceIp": self.HOME}
        for more in ([], [everything]):     # whatever other policies allow
            document = {"Statement": [*policy("user")["Statement"], *more]}
            for action, resource in (("iam:ListMFADevices", alice), ("iam:ListAccessKeys", alice),
                                     ("iam:SimulatePrincipalPolicy", alice), ("sts:AssumeRole", ROLE)):
                self.assertEqual(self.decide(document, action, resource, **here), "allow", action)
            for action in ("iam:CreateAccessKey", "iam:EnableMFADevice", "iam:DeactivateMFADevice",
                           "s3:GetObject", "ec2:RunInstances", "iam:PutUserPolicy", "sts:GetFederationToken"):
                for context in (here, {**here, "MultiFactorAuthPresent": "false"}):
                    self.assertEqual(self.decide(document, action, alice, **context), "deny", action)
            for action in ("sts:AssumeRole", "sts:GetSessionToken"):
                for address in ("198.51.100.7", "192.0.2.11", None):
                    self.assertEqual(self.decide(document, action, ROLE, SourceIp=address), "deny")
        self.assertIsNone(self.decide(policy("user"), "iam:ListMFADevices", other, **here))
        self.assertIsNone(self.decide(policy("user"), "sts:AssumeRole", f"{ACCOUNT}:role/Admin", **here))
        self.assertEqual(self.decide({"Statement": [*policy("user")["Statement"], everything]},
                                     "s3:GetObject", MultiFactorAuthPresent="true", **here), "allow")

    def test_nobody_makes_keys_from_a_session(self):
        document = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"},
                                  *policy("no-new-keys")["Statement"]]}
        for action in ("iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:CreateVirtualMFADevice",
                       "iam:EnableMFADevice", "iam:DeactivateMFADevice", "iam:ResyncMFADevice"):
            for mfa in ("true", "false", None):
                self.assertEqual(self.decide(document, action, MultiFactorAuthPresent=mfa), "deny")
        self.assertEqual(self.decide(document, "s3:GetObject", MultiFactorAuthPresent="true"), "allow")

    def test_the_role_wants_a_code(self):
        trust = policy("role-trust")
        for mfa, expected in (("true", "allow"), ("false", None), (None, None)):
            self.assertEqual(self.decide(trust, "sts:AssumeRole", MultiFactorAuthPresent=mfa), expected)

    def test_every_action_exists(self):
        actions = {action for name in ("user", "no-new-keys", "role-trust")
                   for statement in policy(name)["Statement"]
                   for action in several(statement.get("Action", statement.get("NotAction")))}
        self.assertGreater(len(actions), 15)
        for action in actions:
            prefix, _, name = action.partition(":")
            self.assertIn(name, service(prefix).operation_names)
        for name in policy("alarm")["detail"]["eventName"]:
            self.assertIn(name, service("sts").operation_names)


class Page(AdminTest):
    def setUp(self):
        super().setUp()
        self.world.write("/tmp/systemctl", '#!/bin/sh\necho systemctl "$*"\n', mode=0o755)
        self.own |= {"/tmp/systemctl", "/tmp/keys.csv"}
        self.addCleanup(self.world.path("/tmp/systemctl").unlink)
        self.examples = examples()

    def shell(self, text, **options):
        return self.world.run("/bin/sh", "-ec", text, env={
            "PATH": f"/tmp:{AWS_MFA.parent}:/usr/sbin:/usr/bin:/sbin:/bin"}, **options)

    def ran(self, text, **options):
        run = self.shell(text, **options)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        return run.stdout

    def test_no_example_is_left_out(self):
        self.assertEqual(list(self.examples), [
            "{", "aws iam create-policy --policy-name keystore-no-new-keys", "[aws-mfa]",
            "aws iam create-user --user-name alice", "aws-mfa keystore add alice", "systemctl enable --now aws-mfa-keystore.socket",
            f"cd {DOC}", "aws-mfa doctor --pam sshd --user alice",
            "cp -p /root/pam.d-sshd /etc/pam.d/sshd", KEEP_SUDO,
            "cp -p /root/pam.d-sudo /etc/pam.d/sudo",
            "(while IFS=, read -r user id secret || [ -n \"$user\" ]; do",
            "(for user in $(getent group aws-mfa | cut -d: -f4 | tr , ' '); do", "groupadd aws-mfa",
            "groupadd break-glass", "journalctl -p alert -t break-glass",
            "aws iam update-access-key --user-name alice --status Inactive",
            "aws-mfa keystore add alice --force", LOST, "systemctl restart aws-mfa-keystore.socket",
            "aws-mfa doctor --try alice"])

    def test_the_commands_of_the_aws_cli(self):
        """botocore's models know each command and option, and take the values."""
        text = "".join(self.examples[name] for name in self.examples if name.startswith("aws iam "))
        commands = [shlex.split(line) for line in text.replace("\\\n", "").splitlines()]
        commands = [words for words in commands if words[0] == "aws"]
        self.assertEqual(len(commands), 11)
        for _, name, operation, *words in commands:
            model = service(name)
            by_cli = {xform_name(o).replace("_", "-"): o for o in model.operation_names}
            shape = model.operation_model(by_cli[operation]).input_shape
            members = {"--" + xform_name(m).replace("_", "-"): m for m in shape.members}
            params = {}
            for option, value in zip(words[::2], words[1::2]):
                member = shape.members[members[option]]
                if value.startswith("file://"):
                    value = (IAM / value[len("file://"):]).read_text()
                params[members[option]] = int(value) if member.type_name == "integer" else value
                pattern = member.metadata.get("pattern")
                if pattern and "Document" not in members[option]:
                    self.assertRegex(value, f"^(?:{pattern})$")
            report = ParamValidator().validate(params, shape)
            self.assertFalse(report.has_errors(), report.generate_report())

    def test_one_user(self):
        self.world.path(ETC / "aws-mfa.conf").write_text(
            self.examples["[aws-mfa]"] + f"endpoint_url = {self.box.url}\nca_bundle = {CA}\n")
        for example in ("aws-mfa keystore add alice", "aws-mfa keystore add alice --force"):
            add = self.examples[example].split("\naws-mfa keystore check")[0]
            console = self.console("/bin/sh", "-ec", add, env={"PATH": str(AWS_MFA.parent)})
            for question, answer in (("Access key ID (hidden): ", self.user.access_key_id),
                                     ("Secret access key (hidden): ", self.user.secret_access_key)):
                console.expect(question)
                console.send(answer + "\n")
            self.assertEqual(console.wait(), 0, console.screen)
            self.holds(role_arn=ROLE)
        self.assertIn("Nothing to mend", self.ran("aws-mfa keystore check"))
        remove = self.examples["aws iam update-access-key --user-name alice --status Inactive"]
        self.assertEqual(self.shell(remove.splitlines()[-1], input="").returncode, 2)   # it asks
        self.ran(remove.splitlines()[-1] + " --yes")
        self.assertEqual(self.names(), [])

    def test_a_session_that_may_do_less(self):
        text = self.examples["{"]
        self.world.write("/tmp/read.json", text)
        self.addCleanup(self.world.path("/tmp/read.json").unlink)
        self.add("alice", "--role-arn", ROLE, "--session-policy", "/tmp/read.json")
        self.assertEqual(json.loads(self.entry()["session_policy"]), json.loads(text))

    def test_a_lost_device(self):
        """The example takes the last word of a device's ARN for its name."""
        self.add()
        self.user.devices.clear()
        self.user.add_device("alice-2")
        example = self.examples[LOST].replace("/etc/aws-mfa/keys", str(ETC / "keys"))
        self.assertIn("Nothing to mend", self.ran(example))

    def test_fifty_users(self):
        """Two of them; the last line has no end, and must not be lost: the file is shredded."""
        people = {name: self.enroll(name) for name in ("alice", "bob")}
        self.world.write("/tmp/keys.csv", "\n".join(
            f"{name},{user.access_key_id},{user.secret_access_key}" for name, user in people.items()),
            mode=0o600)
        self.ran("cd /tmp\n" + self.examples["(while IFS=, read -r user id secret || [ -n \"$user\" ]; do"])
        for name, user in people.items():
            self.holds(user, name, role_arn=ROLE)
        self.assertFalse(self.world.path("/tmp/keys.csv").exists())
        self.ran("aws-mfa keystore remove bob --yes")
        self.world.write("/tmp/keys.csv", f"nobody-here,AKIAEXAMPLE000000001,{'a' * 40}\n"
                         f"bob,{people['bob'].access_key_id},{people['bob'].secret_access_key}\n")
        loop = "cd /tmp\n" + self.examples["(while IFS=, read -r user id secret || [ -n \"$user\" ]; do"]
        run = self.shell(loop)
        self.assertEqual((run.returncode, self.names()), (12, ["alice"]))
        # The shell of the administrator goes on, and the file is still there.
        self.assertTrue(self.ran(loop.rstrip() + " || echo still here").endswith("still here\n"))
        self.world.path("/tmp/keys.csv").unlink()

    def accounts_change(self):
        self.own |= {f"/etc/{name}{more}" for name in ("passwd", "group", "shadow", "gshadow", "subuid",
                                                       "subgid") for more in ("", "-")}
        self.own |= {"/etc", "/etc/.pwd.lock", "/home", "/var/mail", "/var/mail/break-glass"}

    def test_a_member_of_the_group(self):
        self.accounts_change()
        self.addCleanup(self.ran, "groupdel aws-mfa")
        user = self.enroll("bob")
        console = self.console("/bin/sh", "-ec", self.examples["groupadd aws-mfa"],
                               env={"PATH": f"{AWS_MFA.parent}:/usr/sbin:/usr/bin"})
        for question, answer in (("Access key ID (hidden): ", user.access_key_id),
                                 ("Secret access key (hidden): ", user.secret_access_key)):
            console.expect(question)
            console.send(answer + "\n")
        self.assertEqual(console.wait(), 0, console.screen)
        self.holds(user, "bob", role_arn=ROLE)
        self.assertIn("aws-mfa", self.ran("id -Gn bob").split())

    def test_the_break_glass_account(self):
        self.accounts_change()
        self.addCleanup(self.ran, "userdel -r break-glass 2>/dev/null || :")
        self.own.add("/tmp/break-glass.pub")
        self.world.write("/tmp/break-glass.pub", "ssh-ed25519 AAAA safe\n")
        self.addCleanup(self.world.path("/tmp/break-glass.pub").unlink)
        self.ran("cd /tmp\n" + self.examples["groupadd break-glass"])
        keys = self.world.path("/home/break-glass/.ssh/authorized_keys")
        self.assertEqual(keys.read_text(), "ssh-ed25519 AAAA safe\n")
        self.assertEqual([oct(p.stat().st_mode & 0o777) for p in (keys.parent, keys)], ["0o700", "0o600"])
        self.assertIn("break-glass", self.ran("id -Gn break-glass").split())
        self.assertIn("%break-glass ", (REPO / "examples/sudoers.d/aws-mfa-keystore").read_text())

    def test_keys_from_the_homes(self):
        self.accounts_change()
        self.ran("groupadd aws-mfa; usermod -aG aws-mfa alice; usermod -aG aws-mfa bob")
        self.addCleanup(self.ran, "groupdel aws-mfa")
        people = {name: self.enroll(name) for name in ("alice", "bob")}
        for name, user in people.items():
            home = self.world.path(f"/home/{name}/.aws/credentials")
            home.write_text(long_term(user, "work"))
        self.ran(self.examples["(for user in $(getent group aws-mfa | cut -d: -f4 | tr , ' '); do"])
        for name, user in people.items():
            self.holds(user, name, role_arn=ROLE, profile="work")
            self.assertNotIn(user.secret_access_key,
                             self.world.path(f"/home/{name}/.aws/credentials").read_text())

    def test_the_files_of_sshd_and_sudo(self):
        settings, stack = "/etc/ssh/sshd_config.d/00-aws-mfa.conf", "/etc/pam.d/sshd"
        sudo = {"/etc/sudoers.d/aws-mfa": "sudoers.d/aws-mfa-keystore", "/etc/pam.d/sudo": "pam.d/sudo-keystore"}
        text = self.examples[f"cd {DOC}"].replace(DOC, "/tmp/examples")
        # A copy: the world does not show each clone.
        copy = self.world.path("/tmp/examples")
        shutil.copytree(REPO / "examples", copy)
        self.addCleanup(shutil.rmtree, copy)
        self.own |= {stack, settings, *sudo, "/etc/ssh", "/etc/ssh/sshd_config.d", "/etc/sudoers.d",
                     "/root/pam.d-sshd", "/root/pam.d-sudo"}
        for folder in ("/etc/ssh/sshd_config.d", "/etc/sudoers.d"):
            self.world.folder_at(folder)
        for name in (stack, "/etc/pam.d/sudo"):
            self.world.write(name, "# the old one\n")
        # Where sshd cannot read its settings, the stack must stay: it would refuse every login.
        self.assertNotEqual(self.shell(text.replace("sshd -t", "false")).returncode, 0)
        self.assertEqual(self.world.path(stack).read_text(), "# the old one\n")
        for _ in ("then", "and again"):     # the copy of the old stack stays
            self.assertEqual(self.ran(text.replace("sshd -t", "true")), "systemctl reload ssh\n")
        self.came({settings: "sshd_config.d/keystore.conf", stack: "pam.d/sshd-keystore"})
        text = self.examples[KEEP_SUDO]
        for _ in ("then", "and again"):
            self.ran(f"cd /tmp/examples; visudo() {{ cat $2; }}\n{text}".rpartition("\naws-mfa doctor")[0])
        self.came(sudo)
        self.assertEqual(self.world.path("/root/pam.d-sudo").read_text(), "# the old one\n")
        self.ran(self.examples["cp -p /root/pam.d-sudo /etc/pam.d/sudo"])
        self.assertEqual(self.world.path("/etc/pam.d/sudo").read_text(), "# the old one\n")
        self.assertFalse(self.world.path("/etc/sudoers.d/aws-mfa").exists())
        self.ran(self.examples["cp -p /root/pam.d-sshd /etc/pam.d/sshd"])
        self.assertEqual(self.world.path(stack).read_text(), "# the old one\n")
        self.assertFalse(self.world.path(settings).exists())

    def came(self, files):
        for name, source in files.items():
            self.assertEqual(self.world.path(name).read_text(), (REPO / "examples" / source).read_text())

    def test_the_units_exist(self):
        for name in ("systemctl enable --now aws-mfa-keystore.socket",
                     "systemctl restart aws-mfa-keystore.socket"):
            if not (REPO / "systemd").exists():
                self.skipTest("no units yet")
            self.assertEqual(self.ran(self.examples[name]), name + "\n")
            self.assertTrue((REPO / "systemd" / name.split()[-1]).exists())


if __name__ == "__main__":
    unittest.main()
