"""aws-mfa doctor --pam: faults that are planted in a healthy host are named, with the line and the
words that mend them."""

import contextlib
import json
import os
import re
import resource
import time
import unittest
from pathlib import Path

from live.case import LiveTest, example, with_module
from live.sshd import HOST_KEY, known
from paths import AWS_MFA, AWS_MFA_STS, MODULE
from test_pages import PAGES, blocks
from tool.keystore.keystoretest import RUN

CONFIG = "/etc/ssh/sshd_config"
OWN = "/etc/ssh/sshd_config.d/00-aws-mfa.conf"
CLOUD = "/etc/ssh/sshd_config.d/00-a-cloud.conf"
SUDOERS = "/etc/sudoers.d/aws-mfa"
STACK = "/etc/pam.d/sshd"
LINE = ("auth       [success=1 auth_err=bad maxtries=bad default=die] "
        "pam_aws_mfa.so profile=work always")
ACCOUNT = "account    required     pam_aws_mfa.so profile=work always\n"
FAILLOCK = "auth       [default=die] pam_faillock.so authfail\n"

AUTH = ("auth       requisite    pam_faillock.so preauth\n" + LINE + "\n" + FAILLOCK +
        "auth       required     pam_faillock.so authsucc\n")

HEALTHY = [     # stack, service, sshd's settings
    ("sshd-after-publickey", "sshd", "after-publickey"),
    ("sshd-after-password", "sshd", "after-password"),
    ("sshd-convenience", "sshd", "convenience"),
    ("sshd-rollout-until", "sshd", "after-publickey"),
    ("sshd-rollout-group", "sshd", "after-publickey"),
    ("sudo", "sudo", None), ("su", "su", None), ("login", "login", None)]

# (what is replaced in sshd-after-publickey, by what): (id, the words at the line, words that mend)
IN_STACK = [
    ("a permit after a line that may answer IGNORE", AUTH,
     "auth required pam_aws_mfa.so profile=work nullok\nauth required pam_permit.so\n",
     "stack-no-factor", "profile=work nullok", "auth required pam_aws_mfa.so profile=work always"),
    ("the permit itself", AUTH,
     "auth required pam_aws_mfa.so profile=work nullok\nauth required pam_permit.so\n",
     "stack-lets-in", "pam_permit.so", "Take this line out"),
    ("nullok without a date", LINE, LINE + " nullok", "stack-nullok", " nullok",
     "nullok=YYYY-MM-DD"),
    ("a password that is sufficient", "auth       requisite    pam_faillock.so preauth",
     "auth sufficient pam_unix.so", "stack-passed-by", "sufficient pam_unix",
     "Write `required` here, or take this line out"),
    ("a password that is sufficient, and a line of ours without a jump", AUTH,
     "auth sufficient pam_unix.so\nauth required pam_aws_mfa.so always\n", "stack-passed-by",
     "sufficient pam_unix", "Move that line above this one, or write `required`"),
    ("a jump over the module and what refuses", AUTH,
     "auth [success=2 default=ignore] pam_unix.so\nauth required pam_aws_mfa.so always\n"
     "auth requisite pam_deny.so\nauth required pam_permit.so\n", "stack-passed-by", "pam_unix",
     "Move that line above this one"),
    ("a jump over the module", "auth       requisite    pam_faillock.so preauth",
     "auth [success=2 default=ignore] pam_unix.so", "stack-passed-by", "pam_unix",
     "Write `required`"),
    ("done in an included file", "auth       requisite    pam_faillock.so preauth",
     "auth include done", "stack-passed-by", "/etc/pam.d/done", "Write `required`"),
    ("a module that is not heard", AUTH, "auth required pam_unix.so\n"
     "auth [success=done default=ignore] pam_aws_mfa.so always\n",
     "stack-ignored", "auth [success=done", "`required`"),
    ("a module that is optional", AUTH, "auth required pam_unix.so\n"
     "auth optional pam_aws_mfa.so always\n", "stack-ignored", "auth optional", "`required`"),
    ("a root that is the process, not the user", AUTH, "auth sufficient pam_rootok.so\n" + AUTH,
     "stack-no-factor", "pam_aws_mfa", "auth required pam_aws_mfa.so profile=work always"),
    ("an outage that is ignored", AUTH, "auth required pam_unix.so\n"
     "auth [success=ok auth_err=bad authinfo_unavail=ignore default=die] pam_aws_mfa.so always\n",
     "stack-softened", "authinfo_unavail=ignore", "default=die"),
    ("no account line", ACCOUNT, "", "account-missing", None,
     "account required pam_aws_mfa.so profile=work always"),
    ("an account line without always", ACCOUNT, "account required pam_aws_mfa.so\n",
     "account-missing", None, "account required pam_aws_mfa.so profile=work always"),
    ("an account line that is not reached", ACCOUNT, "account sufficient pam_unix.so\n" + ACCOUNT,
     "account-passed-by", "account sufficient pam_unix", "above all other account lines"),
    ("an account line that is optional", ACCOUNT, ACCOUNT.replace("required", "optional"),
     "account-ignored", "account    optional", "`required`"),
    ("a date in auth alone", LINE, LINE.replace("success=1", "success=1 ignore=1") +
     " nullok=2099-01-01", "stack-date", "nullok=2099", "nullok=2099-01-01"),
    ("another profile in account", ACCOUNT, ACCOUNT.replace("=work", "=other"), "stack-profile",
     "profile=other", "Write the same profile= in both"),
    ("a profile in auth alone", ACCOUNT, ACCOUNT.replace("profile=work ", ""), "stack-profile",
     "pam_aws_mfa", "the profile default, but the auth line (/etc/pam.d/sshd:"),
    ("another profile in session", ACCOUNT, ACCOUNT + "session optional pam_aws_mfa.so notify\n",
     "stack-profile", "notify", "for work. Write the same"),
    ("an option that is none", LINE, LINE + " allways", "stack-option", "allways", "OPTIONS"),
    ("nobody counts wrong codes", FAILLOCK, "", "stack-guessing", "pam_aws_mfa",
     "/examples/pam.d/sshd-after-publickey"),
    ("faillock in account", ACCOUNT, ACCOUNT + "account required pam_faillock.so\n",
     "stack-faillock-account", "account required pam_faillock", "Take this line out"),
    ("a misspelt type", ACCOUNT, ACCOUNT + "acount required pam_nologin.so\n", "stack-line",
     "acount", "no type of PAM"),
    ("a control that cannot be read", LINE, LINE.replace("auth_err", "autherr"), "stack-line",
     "autherr", "control"),
    ("an include that is not there", "@include common-session", "session include comon-session",
     "stack-line", "comon-session", "not there: comon-session"),
    ("a backslash at the end", "@include common-password", "password optional pam_permit.so \\",
     "stack-unread", None, "nobody gets in"),
    ("a module without a name in an included file", "@include common-session",
     "session include untold", "stack-unread", None, "nobody can tell who gets in"),
    ("an @include that is not there", "@include common-session", "@include comon-session",
     "stack-line", "comon-session", "not there: comon-session"),
    ("nobody gets in", "auth       required     pam_faillock.so authsucc",
     "auth required pam_deny.so", "stack-closed", "pam_aws_mfa", "/examples/pam.d"),
    ("a module that is not there", "account    required     pam_nologin.so",
     "account required pam_nolgin.so", "module-of-others", "pam_nolgin", "Install"),
    ("our module is not there", LINE, LINE.replace("pam_aws_mfa.so", "/none/pam_aws_mfa.so"),
     "module-missing", "/none/pam_aws_mfa", "make install PAMDIR="),
    ("our module is misspelt", LINE, LINE.replace("pam_aws_mfa.so", "pam_aws-mfa.so"),
     "module-misspelt", "pam_aws-mfa", "Write pam_aws_mfa.so"),
    ("no line of ours", "pam_aws_mfa.so", "pam_permit.so", "stack-without-module", None,
     "/examples/pam.d"),
]

# (what is written where): (id, file, line, words)
IN_SSHD = [
    ("AuthenticationMethods comes too late", {CLOUD: "\nauthenticationmethods any\n"},
     "sshd-methods", CLOUD, 2, ("AuthenticationMethods publickey,keyboard-interactive",
                                "00-aws-mfa.conf:{AuthenticationMethods} "
                                "(publickey,keyboard-interactive) does not")),
    ("UsePAM", {CLOUD: "USEPAM no\n"}, "sshd-pam", CLOUD, 1,
     ("UsePAM yes", "00-aws-mfa.conf:{UsePAM} (yes)")),
    ("no question", {CLOUD: "#\n\nChallengeResponseAuthentication no\n"},
     "sshd-kbd-interactive", CLOUD, 3, ("KbdInteractiveAuthentication yes",)),
    ("passwords", {CLOUD: "PasswordAuthentication = yes\n"}, "sshd-password", CLOUD, 1,
     ("PasswordAuthentication no",)),
    ("LoginGraceTime", {CONFIG: "LoginGraceTime 20s\n"}, "sshd-grace", CONFIG, 3, ("120",)),
    ("MaxAuthTries", {CONFIG: "MaxAuthTries 2\n"}, "sshd-tries", CONFIG, 3, ("MaxAuthTries 6",)),
    ("no setting of ours", {OWN: ""}, "sshd-methods", CONFIG, None, (OWN,)),
    ("a method that is none", {CLOUD: "AuthenticationMethods publickey,code\n"}, "sshd-unknown",
     CLOUD, 1, ("does not start", "code")),
    ("a setting that is none", {CONFIG: "UsePAN yes\n"}, "sshd-unknown", CONFIG, 3, ("UsePAN",)),
]


class Doctor(LiveTest):
    NEEDS = ("sshd", "ssh-keygen", "sudo", "systemctl")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.world.run("ssh-keygen", "-q", "-N", "", "-t", "ed25519", "-f", HOST_KEY)
        for path in (CONFIG, OWN, SUDOERS):    # the folders are there before a test
            cls.world.write(path, "")

    def doctor(self, service, *argv):
        return self.world.run(AWS_MFA, "doctor", "--pam", service, *argv)

    def findings(self, service, *argv):
        run = self.doctor(service, "--json", *argv)
        self.assertIn(run.returncode, (0, 1), run.stderr)
        found = json.loads(run.stdout)
        self.assertEqual(found["Ok"], run.returncode == 0)
        return found

    def host(self, stack="sshd-after-publickey", service="sshd", settings="after-publickey"):
        self.stack(service, example(f"pam.d/{stack}"))
        self.write("/etc/pam.d/untold", "session required security/\n")
        self.write("/etc/pam.d/done", "auth [success=done default=ignore] pam_unix.so\n")
        self.write(CONFIG, f"Include /etc/ssh/sshd_config.d/*.conf\nHostKey {HOST_KEY}\n")
        self.write(CLOUD, "")
        self.write(OWN, example(f"sshd_config.d/{settings}.conf") if settings else "")
        self.write("/etc/sudoers", "root ALL=(ALL) ALL\n@includedir /etc/sudoers.d\n", mode=0o440)
        self.write(SUDOERS, example("sudoers.d/aws-mfa"), mode=0o440)

    def finding(self, found, kind):
        of_kind = [f for f in found["Findings"] if f["Id"] == kind]
        self.assertEqual(len(of_kind), 1, found["Findings"])
        return of_kind[0]

    @contextlib.contextmanager
    def program(self, path, text):
        """Another program in place of this one."""
        self.write("/run/mfa/program", text, mode=0o755)
        self.own.add("/run/mount")
        self.assertEqual(self.world.run("mount", "--bind", "/run/mfa/program", path).stderr, "")
        try:
            yield
        finally:
            self.assertEqual(self.world.run("umount", path).returncode, 0)

    @contextlib.contextmanager
    def systemd(self, unit, **properties):
        """A host with systemd, which has this unit, also by another name."""
        shown = {"LoadState": "loaded", **properties, "Id": unit}
        lines = "".join(f"{name}={value}\\n" for name, value in shown.items())
        says = ('#!/bin/sh\nfor unit; do\n[ "$unit" != -- ] || units=1\n[ "$units$unit" != "1--" ] && '
                f'[ "$units" ] || continue\nif [ "$unit" = {unit} ] || [ "$unit{unit}" = sshd.servicessh.service ]'
                f'; then printf "${{e}}{lines}"\n'
                'else printf "${e}Id=%s\\nLoadState=not-found\\nLimitNPROC=1\\n" "$unit"; fi\n'
                'e="\\n"\ndone\n')
        self.world.folder_at("/run/systemd")
        self.world.folder_at("/run/systemd/system")
        self.own |= {"/run/systemd", "/run/systemd/system"}
        try:
            with self.program("/usr/bin/systemctl", says):
                yield
        finally:
            self.world.run("rm", "-r", "/run/systemd")

    def test_a_healthy_host_has_nothing_to_mend(self):
        for stack, service, settings in HEALTHY:
            with self.subTest(stack):
                self.host(stack, service, settings)
                for argv in ((), ("--user", "alice")):
                    found = self.findings(service, *argv)
                    self.assertEqual((found["Findings"], found["Ok"]), ([], True))
                    self.assertEqual(self.doctor(service, *argv).returncode, 0)

    def test_the_table_of_the_page(self):
        """The screen in PAM STACKS of aws-mfa(1), and what recipe 2 of README.md gives."""
        self.host()
        text, = [text for text in blocks(PAGES[0]) if text.startswith("number = factors")]
        lines = self.doctor("sshd", "--user", "alice").stdout.splitlines(keepends=True)
        self.assertEqual("".join(lines[1:1 + text.count("\n")]), text)

    def test_faults_in_the_stack(self):
        for name, old, new, kind, at, mends in IN_STACK:
            with self.subTest(name):
                self.host()
                text = self.world.path(STACK).read_text()
                old, new = with_module(old), with_module(new)
                self.assertIn(old, text)
                text = text.replace(old, new)
                if kind in ("stack-no-factor", "stack-lets-in"):    # account would still refuse
                    text = text.replace(with_module(ACCOUNT), "")
                self.write(STACK, text)
                found = self.findings("sshd")
                finding = self.finding(found, kind)
                words = f"{finding['Message']} {finding['Fix']}"
                self.assertIn(mends, with_module(words).replace(str(MODULE), "pam_aws_mfa.so"))
                for path in re.findall(r"/[^ ,;]*/examples/[^ ,;]*", words):
                    self.assertTrue(Path(path).exists(), path)
                if at and at.startswith("/etc"):
                    self.assertEqual((finding["File"], finding["Line"]), (at, 1))
                elif at:
                    self.assertEqual(finding["File"], STACK)
                    line = self.world.path(STACK).read_text().splitlines()[finding["Line"] - 1]
                    self.assertIn(with_module(at).strip(), line)
                else:
                    self.assertEqual(finding["File"], STACK)

    def test_faults_in_sshd(self):
        for name, files, kind, file, line, words in IN_SSHD:
            with self.subTest(name):
                self.host()
                for path, text in files.items():
                    before = self.world.path(path).read_text() if path == CONFIG else ""
                    self.write(path, before + text)
                finding = self.finding(self.findings("sshd"), kind)
                self.assertEqual((finding["File"], finding["Line"]), (file, line))
                own = example("sshd_config.d/after-publickey.conf").splitlines()
                for word in words:
                    for keyword in ("UsePAM", "AuthenticationMethods"):
                        word = word.replace(f"{{{keyword}}}", str(1 + next(
                            n for n, text in enumerate(own) if text.startswith(keyword + " "))))
                    self.assertIn(word, f"{finding['Message']} {finding['Fix']}")

    def test_match_blocks_count_for_their_users(self):
        self.host()
        self.write(CONFIG, f"Include /etc/ssh/sshd_config.d/*.conf\nHostKey {HOST_KEY}\n"
                   "Match User bob LocalPort 22\n  AuthenticationMethods keyboard-interactive\n")
        self.assertEqual(self.findings("sshd", "--user", "alice")["Findings"], [])
        finding = self.finding(self.findings("sshd", "--user", "bob"), "sshd-methods")
        self.assertEqual((finding["File"], finding["Line"]), (CONFIG, 4))
        found = self.findings("sshd")
        finding = self.finding(found, "sshd-match")
        self.assertEqual((finding["File"], finding["Line"], finding["Level"], found["Ok"]),
                         (CONFIG, 4, "note", True))

    def test_an_old_sshd_config_includes_nothing(self):
        self.host()
        self.write(CONFIG, f"HostKey {HOST_KEY}\nUsePAM yes\n")
        found = self.findings("sshd")
        self.assertIn(f"(in {CONFIG})", self.finding(found, "sshd-methods")["Fix"])
        fix = self.finding(found, "sshd-include")["Fix"]
        self.write(CONFIG, f"{fix}\nHostKey {HOST_KEY}\nUsePAM yes\n")
        self.assertEqual(self.findings("sshd")["Findings"], [])

    def test_its_words_mend_what_passes_the_module_by(self):
        for line in ("auth sufficient pam_unix.so", "auth [success=2 default=ignore] pam_unix.so"):
            with self.subTest(line):
                self.host()
                text = self.world.path(STACK).read_text()
                preauth = "auth       requisite    pam_faillock.so preauth"
                self.write(STACK, text.replace(preauth, line))
                self.finding(self.findings("sshd"), "stack-passed-by")
                self.write(STACK, text.replace(preauth, "auth required pam_unix.so"))
                self.assertEqual(self.findings("sshd")["Findings"], [])

    def test_one_fault_is_told_once(self):
        for old, new, ids in (
                ("@include common-session", "@include comon-session", ["stack-line", "stack-unread"]),
                ("pam_aws_mfa.so", "pam_aws_mfa", ["module-misspelt"] * 3),
                ("auth       [success=1", "auht       [success=1", ["stack-line"]),
                ("[success=1", "[succes=1", ["stack-line"])):
            with self.subTest(new):
                self.host()
                text = self.world.path(STACK).read_text().replace(with_module(" " + old), " " + old)
                self.assertIn(old, text)
                self.write(STACK, text.replace(old, new))
                self.assertEqual([f["Id"] for f in self.findings("sshd")["Findings"]], ids)

    def test_line_ends_of_windows(self):
        self.host()
        self.write(STACK, self.world.path(STACK).read_text().replace("\n", "\r\n"))
        of_ends = [f for f in self.findings("sshd")["Findings"] if "CR LF" in f["Message"]]
        self.assertEqual([f["File"] for f in of_ends], [STACK])
        self.assertEqual(self.world.run("sh", "-c", of_ends[0]["Fix"]).returncode, 0)
        self.assertEqual(self.findings("sshd")["Findings"], [])

    def test_who_can_change_the_stack(self):
        for mode, owner in ((0o666, 0), (0o644, 1234)):
            with self.subTest(mode=mode, owner=owner):
                self.host()
                self.world.run("chmod", f"{mode:o}", STACK)
                self.world.run("chown", str(owner), STACK)
                finding = self.finding(self.findings("sshd"), "stack-rights")
                self.assertEqual(self.world.run("sh", "-c", finding["Fix"]).returncode, 0)
                self.assertEqual(self.findings("sshd")["Findings"], [])

    def test_su_needs_the_password_too(self):
        self.host("su", "su", None)
        self.stack("su", "auth required pam_unix.so\nauth required pam_aws_mfa.so\n"
                   "account required pam_unix.so\n")
        self.assertIn("sshd-after-password",
                      self.finding(self.findings("su"), "stack-guessing")["Message"])

    def test_root(self):
        self.host()
        finding = self.finding(self.findings("sshd", "--user", "root"), "sshd-root")
        self.assertIn("PermitRootLogin yes", finding["Fix"])
        self.write(CLOUD, "PermitRootLogin yes\n")
        finding = self.finding(self.findings("sshd"), "stack-guessing-root")
        self.assertEqual(finding["Fix"], "even_deny_root")
        self.write("/etc/security/faillock.conf", "  even_deny_root\n")
        self.assertEqual(self.findings("sshd", "--user", "root")["Findings"], [])

    def test_failmode_safe_and_setenv(self):
        for service in ("su", "sudo"):
            with self.subTest(service):
                self.host(service, service, None)
                self.stack(service, example(f"pam.d/{service}").replace(
                    "nullok", "failmode=safe nullok", 1).replace("nullok", "nullok", 1))
                text = self.world.path(f"/etc/pam.d/{service}").read_text()
                finding = self.finding(self.findings(service), "stack-failmode")
                self.assertEqual(text.splitlines()[finding["Line"] - 1].count("failmode=safe"), 1)
        self.stack("sudo", example("pam.d/sudo") + "session optional pam_aws_mfa.so setenv\n")
        self.finding(self.findings("sudo"), "stack-setenv")

    def test_sudoers(self):
        self.host("sudo", "sudo", None)
        self.write(SUDOERS, "# x\nDefaults:alice env_reset, passprompt_override\n", mode=0o440)
        finding = self.finding(self.findings("sudo"), "sudo-prompt")
        self.assertEqual((finding["File"], finding["Line"], finding["Fix"]),
                         (SUDOERS, 2, "Defaults !passprompt_override"))
        self.write(SUDOERS, "Defaults !passprompt_override\nDefaults timestamp_timeout=5\n",
                   mode=0o440)
        self.stack("sudo", "auth required pam_unix.so\n" + LINE.replace("success=1", "success=ok")
                   + "\nauth [default=ignore] pam_faillock.so authfail\n" + ACCOUNT +
                   "@include common-account\n")
        finding = self.finding(self.findings("sudo"), "sudo-remembers")
        self.assertEqual((finding["File"], finding["Line"], finding["Fix"]),
                         (SUDOERS, 2, "Defaults timestamp_timeout=0"))
        self.write(SUDOERS, "Defaults timestamp_timeout=0\n", mode=0o440)
        self.assertEqual(self.findings("sudo")["Findings"], [])

    def test_sudoers_that_go_on_in_the_next_line(self):
        self.host("sudo", "sudo", None)
        for text, line in (("# c \\\nDefaults env_reset, \\\n\\\n  passprompt_override\n", 2),
                           ("Defaults env_reset\\\n, passprompt_override", 1),
                           ("Defaults !passprompt_override\n\nDefaults\\\n passprompt_override\n", 3)):
            with self.subTest(text):
                self.write(SUDOERS, text, mode=0o440)
                finding = self.finding(self.findings("sudo"), "sudo-prompt")
                self.assertEqual((finding["File"], finding["Line"]), (SUDOERS, line))
        for text in ("Defaults passprompt_override\nDefaults \\\n!passprompt_override\n",
                     "# Defaults \\\n!passprompt_override, \\\npassprompt_override\n"):
            self.write(SUDOERS, text, mode=0o440)
            self.assertEqual(self.findings("sudo")["Findings"], [])
        self.stack("sudo", "auth required pam_unix.so\n" + LINE.replace("success=1", "success=ok")
                   + "\nauth [default=ignore] pam_faillock.so authfail\n" + ACCOUNT +
                   "@include common-account\n")
        for text, ids in (("Defaults timestamp_timeout = \\\n 0\n", []),
                          ("Defaults timestamp_timeout \\\n= 5\n", ["sudo-remembers"])):
            self.write(SUDOERS, text, mode=0o440)
            self.assertEqual([f["Id"] for f in self.findings("sudo")["Findings"]], ids)

    def test_sudoers_that_sudo_leaves_out(self):
        self.host("sudo", "sudo", None)
        for name in ("x.bak", "x~"):
            self.write(f"/etc/sudoers.d/{name}", "Defaults passprompt_override\n", mode=0o440)
        self.assertEqual(self.findings("sudo")["Findings"], [])

    def test_files_that_include_each_other(self):
        """Doctor comes back, and says which program does not start."""
        self.host()
        self.write(CLOUD, "Include /etc/ssh/sshd_config.d/*.conf\n" * 30)
        finding = self.finding(self.findings("sshd"), "sshd-unknown")
        self.assertIn("include", finding["Message"])
        self.host("sudo", "sudo", None)
        self.write(SUDOERS, "@includedir /etc/sudoers.d\n" * 30, mode=0o440)
        self.assertEqual(self.findings("sudo")["Findings"], [])
        for i in range(14):
            self.stack(f"many{i}", f"auth include many{i + 1}\n" * 8)
        self.stack("many14", "# nothing\n")
        finding = self.finding(self.findings("many0"), "stack-unread")
        self.assertIn("libpam never comes back", finding["Message"])

    def test_the_table(self):
        """Screen for people, of a host with a stack that lets in whoever is not asked."""
        self.host(settings=None)
        self.stack("sshd", "auth required pam_aws_mfa.so profile=work nullok\n"
                   "auth required pam_permit.so\naccount required pam_permit.so\n")
        self.write(OWN, "KbdInteractiveAuthentication yes\nUsePAM yes\n")
        run = self.doctor("sshd", "--user", "alice")
        self.assertEqual(run.returncode, 1)
        table = [" ".join(line.split()) for line in run.stdout.splitlines()[1:5]]
        self.assertEqual(table, [
            "number = factors proved right code wrong session valid no keys AWS down",
            "key, then prompt in 2 out IN 1 IN 1 out",
            "prompt only in 1 out IN 0 IN 0 out",
            "key only IN 1 IN 1 IN 1 IN 1 IN 1"])
        self.assertRegex(run.stdout, r"^Played: /etc/pam.d/sshd \+ 1 more file as .*sshd -T\n")
        self.assertIn("Do NOT close this shell", run.stdout)
        long = [line for line in run.stdout.splitlines() if len(line) > 80 and " " in line.strip()]
        self.assertEqual(long, [])
        rows = self.findings("sshd")["Table"]
        self.assertIn({"WayIn": "prompt only", "Outcome": "no keys", "Result": "in",
                       "Factors": 0}, rows)
        self.assertEqual({row["WayIn"] for row in rows}, {"prompt only", "key only"})

    def test_a_group_that_is_exempt(self):
        self.host("sshd-rollout-group")
        self.write("/etc/group", self.world.path("/etc/group").read_text() + "aws-mfa:x:990:bob\n")
        for user, row in (("bob", "in 2 out out out out"), ("alice", "IN 1 IN 1 IN 1 IN 1 IN 1")):
            lines = self.doctor("sshd", "--user", user).stdout.splitlines()
            self.assertEqual(" ".join(lines[2].split()), f"key, then prompt {row}")
        self.assertIn("pam_succeed_if (:21) exempts some users", self.doctor("sshd").stdout)

    def test_what_is_installed(self):
        self.host()
        self.assertIn("aws-mfa has the mode 0711", self.doctor("sshd", "-v").stdout)
        with self.program(AWS_MFA_STS, "#!/bin/sh\n"):
            finding = self.finding(self.findings("sshd"), "program-mode")
        self.assertEqual((finding["File"], finding["Line"]), (str(AWS_MFA_STS), None))
        self.assertIn(f"chmod 0711 {AWS_MFA_STS}", finding["Fix"])
        with self.program(AWS_MFA_STS, "#!/bin/sh\n"):
            self.world.run("chmod", "600", AWS_MFA_STS)
            finding = self.finding(self.findings("sshd"), "program-mode")
        self.assertEqual(finding["Level"], "fault")
        self.write("/run/mfa/pam_aws_mfa.so", "no library\n")
        self.write(STACK, example("pam.d/sshd-after-publickey").replace(
            str(MODULE), "/run/mfa/pam_aws_mfa.so"))
        finding = self.finding(self.findings("sshd"), "module-broken")
        self.assertEqual(finding["File"], "/run/mfa/pam_aws_mfa.so")

    def test_limits_of_the_unit(self):
        """A systemctl that says what the real one says of a unit with low limits."""
        self.host()
        for stack, service, unit in (("sshd-after-publickey", "sshd", "ssh.service"),
                                     ("sshd-after-publickey", "sshd", "ssh@x.service"),
                                     ("login", "login", "getty@tty1.service"),
                                     ("login", "cron", "cron.service"),
                                     ("login", "vsftpd", "vsftpd.service")):
            self.host(stack, service, "after-publickey")
            with self.subTest(unit), \
                    self.systemd(unit, LimitNPROC=2, LimitNOFILE=524288, TasksMax="infinity"):
                found = self.findings(service)
            finding = self.finding(found, "unit-limit")
            unit = re.sub("@.*[.]", "@.", unit)
            self.assertIn(f"LimitNPROC of {unit} is 2, and a login needs 4", finding["Message"])
            self.assertEqual(finding["Fix"], f"systemctl edit {unit}")
        self.host()
        with self.systemd("ssh.service", LimitNPROC=4, LimitNOFILE=64, TasksMax=9):
            self.assertEqual(self.findings("sshd")["Findings"], [])
            self.assertIn("those of pam_limits are not read", self.doctor("sshd", "-v").stdout)
        self.host("su", "su", None)
        with self.systemd("su.service", LimitNPROC=1):
            self.assertEqual(self.findings("su")["Findings"], [])

    def test_a_unit_that_may_not_write(self):
        """polkit's helper, since polkit 127, and what administrators harden."""
        self.host("su-keystore", "polkit-1", None)
        unit = "polkit-agent-helper@x.service"
        for paths, enough in (("", False), ("/run/x /var", False), (f"{RUN}-x -{RUN}/y", False),
                              (f"/var -{RUN} /opt", True), (f"+{RUN.parent}", True)):
            with self.subTest(paths), self.systemd(unit, ProtectSystem="strict", ReadWritePaths=paths):
                found = self.findings("polkit-1")
                if enough:
                    self.assertNotIn("unit-sandbox", [f["Id"] for f in found["Findings"]])
                    continue
                finding = self.finding(found, "unit-sandbox")
                self.assertIn(f"Add ReadWritePaths=-{RUN} to [Service]", finding["Message"])
                self.assertEqual(finding["Fix"], "systemctl edit polkit-agent-helper@.service")
        self.host("su", "polkit-1", None)
        with self.systemd(unit, ProtectSystem="strict"):
            self.assertNotIn("unit-sandbox", [f["Id"] for f in self.findings("polkit-1")["Findings"]])

    def test_settings_that_sshd_has_not_read(self):
        self.host()
        os.utime(self.world.path(CONFIG), (1, 1))
        now = time.clock_gettime(time.CLOCK_MONOTONIC)
        for age, ids in ((3600, ["sshd-reload"]), (-5, [])):
            with self.systemd("ssh.service", ActiveState="active",
                              StateChangeTimestampMonotonic=max(1, int((now - age) * 1000000))):
                found = self.findings("sshd")["Findings"]
                self.assertEqual([f["Id"] for f in found], ids)
                if ids:
                    self.assertIn(found[0]["File"], (OWN, CLOUD))
                    self.assertEqual(found[0]["Fix"], "systemctl reload ssh.service")
                    screen = self.doctor("sshd").stdout
                    self.assertIn("After mending:  systemctl reload ssh\n", screen)
        with self.systemd("ssh.service", ActiveState="inactive", StateChangeTimestampMonotonic=1):
            self.assertEqual(self.findings("sshd")["Findings"], [])

    def test_sshd_that_does_not_run(self):
        """Its folder is not there then."""
        self.host()
        folder = self.world.path("/run/sshd")
        folder.rename(folder.with_name("sshd.away"))
        try:
            finding = self.finding(self.findings("sshd"), "sshd-unknown")
            self.assertEqual(finding["Fix"], "mkdir -p /run/sshd")
            with self.systemd("none.service"):
                finding = self.finding(self.findings("sshd"), "sshd-unknown")
            self.assertRegex(finding["Fix"], "^systemctl start sshd?$")
            self.assertIn("sshd does not run", finding["Message"])
        finally:
            folder.with_name("sshd.away").rename(folder)

    def test_eight_faults_at_once(self):
        self.host()
        text = self.world.path(STACK).read_text()
        for old, new in (
                ("auth       requisite    pam_faillock.so preauth", "auth sufficient pam_unix.so"),
                (with_module(LINE), with_module(LINE) + " nullok"),
                (with_module(ACCOUNT), "account sufficient pam_localuser.so\n" + with_module(ACCOUNT)),
                ("account    required     pam_nologin.so", "account required pam_faillock.so")):
            self.assertIn(old, text)
            text = text.replace(old, new)
        self.write(STACK, text)
        self.write(CLOUD, "AuthenticationMethods any\nPasswordAuthentication yes\n"
                   "LoginGraceTime 15\n")
        with self.program(AWS_MFA_STS, "#!/bin/sh\n"):
            found = self.findings("sshd")
        self.assertEqual(sorted(f["Id"] for f in found["Findings"]), sorted([
            "stack-passed-by", "stack-nullok", "account-passed-by", "stack-faillock-account",
            "sshd-methods", "sshd-password", "sshd-grace", "program-mode"]))

    def test_a_stack_as_red_hat_has_it(self):
        self.host()
        self.write("/etc/pam.d/password-auth", "auth required pam_env.so\n"
                   "auth required pam_faildelay.so delay=2000000\n"
                   "auth [default=1 ignore=ignore success=ok] pam_usertype.so isregular\n"
                   "auth [default=1 ignore=ignore success=ok] pam_localuser.so\n"
                   "auth sufficient pam_unix.so\n"
                   "auth [default=1 ignore=ignore success=ok] pam_usertype.so isregular\n"
                   "-auth sufficient pam_sss.so forward_pass\nauth required pam_deny.so\n"
                   "account required pam_unix.so\naccount sufficient pam_localuser.so\n"
                   "account sufficient pam_usertype.so issystem\n"
                   "-account [default=bad success=ok user_unknown=ignore] pam_sss.so\n"
                   "account required pam_permit.so\n")
        tail = "account include password-auth\n"
        self.stack("sshd", "auth substack password-auth\nauth required pam_aws_mfa.so profile=work always\n"
                   + ACCOUNT + tail)
        self.assertEqual([f["Id"] for f in self.findings("sshd")["Findings"]], ["stack-guessing"])
        self.stack("sshd", "auth include password-auth\nauth required pam_aws_mfa.so profile=work always\n"
                   + tail + ACCOUNT)
        found = self.findings("sshd")
        self.assertEqual({f["Id"] for f in found["Findings"]},
                         {"stack-guessing", "stack-passed-by", "account-passed-by"})
        self.assertEqual(self.finding(found, "stack-passed-by")["File"], "/etc/pam.d/password-auth")

    def test_names_of_services(self):
        self.host()
        finding = self.finding(self.findings("nosuch"), "stack-without-module")
        self.assertIn("comes from the service other", finding["Message"])
        self.assertEqual(finding["File"], "/etc/pam.d/other")
        if not known("PAMServiceName x"):
            return
        self.stack("bastion", example("pam.d/sshd-after-publickey"))
        self.write(CLOUD, "pamservicename bastion\n")
        self.assertEqual(self.findings("bastion")["Findings"], [])
        finding = self.finding(self.findings("sshd"), "sshd-service")
        self.assertEqual((finding["File"], finding["Line"]), (CLOUD, 1))

    def test_a_large_stack(self):
        """Thirty modules, each with several answers: all ways are played, and soon."""
        self.host()
        lines = "".join(f"auth required pam_unix.so n{n}\n" for n in range(15))
        account = "account required pam_unix.so\n" * 15
        self.stack("sshd", lines + example("pam.d/sshd-after-publickey") + account)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        found = self.findings("sshd")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.assertEqual([f for f in found["Findings"] if f["Level"] == "fault"], [])
        self.assertLess(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 3)
        self.assertNotIn("stack-too-large", [f["Id"] for f in found["Findings"]])

    def test_what_it_refuses(self):
        self.host()
        for argv, status, words in (
                (("--pam", "a/b"), 2, "name a file"), (("--pam", "sshd", "work"), 2, "--pam"),
                (("--user", "alice"), 2, "--pam SERVICE"),
                (("--pam", "sshd", "--user", "a,b=c"), 2, "--user"),
                (("--pam", "sshd", "--user", "nosuch"), 2, "no user 'nosuch'")):
            with self.subTest(argv):
                run = self.world.run(AWS_MFA, "doctor", *argv)
                self.assertEqual((run.returncode, run.stdout), (status, ""))
                self.assertIn(words, run.stderr)
        run = self.world.run(AWS_MFA, "doctor", "--pam", "sshd", user="alice")
        self.assertEqual((run.returncode, run.stdout), (4, ""))
        self.assertIn("run: sudo aws-mfa doctor --pam sshd", run.stderr)


if __name__ == "__main__":
    unittest.main()
