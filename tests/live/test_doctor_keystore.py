"""aws-mfa doctor --pam of a stack with keystore: each fault that is planted is named, and what doctor says
mends it."""

import contextlib
import json
import os
import re
import socket
import subprocess
import threading
import unittest

from live.case import example, with_module
from live.sshd import HOST_KEY, PROMPT
from live.world import CA
from paths import AWS_MFA, STAGE
from tool.keystore.admintest import ETC, HIDDEN, KEYS, AdminTest
from tool.keystore.keystoretest import RECORD_FD, RUN

DOOR = RUN / "keystore.sock"
SITE = ETC / "aws-mfa.conf"
ENTRY = KEYS / "alice"
SU = ("su", "--user", "alice")      # most is the same for each service, and sshd's settings take time
SYSTEMCTL = "/run/mfa/systemctl"
UNITS = "/run/mfa/units"
SOCKET, SERVICE = "aws-mfa-keystore.socket", "aws-mfa-keystore@.service"
HEALTHY = {"Listen": f"{DOOR} (Stream)", "LoadState": "loaded", "ActiveState": "active",
           "UnitFileState": "enabled", "ExecStart": AWS_MFA, "Service": "loaded"}
# What systemd does, as far as doctor uses it. What it shows is in UNITS, which each command changes.
PROGRAM = f"""#!/bin/sh
set_to() {{ sed -i "s|^$1=.*|$1=$2|" {UNITS}; }}
listen() {{
    rm -f {DOOR}
    exec python3 -c "import os, socket; os.umask(0o177); socket.socket(socket.AF_UNIX).bind('{DOOR}')"
}}
case "$*" in
show*keystore*) ! grep ^Failed {UNITS} >&2 || exit 1; cat {UNITS} ;;
show*) echo LoadState=not-found ;;
"enable --now {SOCKET}") set_to ActiveState active; set_to UnitFileState enabled; listen ;;
"unmask {SOCKET}") sed -i "1,/^$/s|^LoadState=.*|LoadState=loaded|" {UNITS} ;;
"unmask {SERVICE}") sed -i "/^$/,\$s|^LoadState=.*|LoadState=loaded|" {UNITS} ;;
"revert {SOCKET}") set_to Listen "{DOOR} (Stream)" ;;
"revert {SERVICE}") set_to ExecStart "{{ path={AWS_MFA} ; argv[]=x }}" ;;
"restart {SOCKET}") set_to ActiveState active; listen ;;
*) echo "unexpected: $*" >&2; exit 1 ;;
esac
"""

# what systemctl shows, and what doctor makes of it
UNIT_FAULTS = [
    ({"LoadState": "masked"}, "fault", f"{SOCKET} is masked"),
    ({"Service": "masked"}, "fault", f"{SERVICE} is masked"),
    ({"Service": "masked", "ActiveState": "failed"}, "fault", f"{SERVICE} is masked"),
    ({"ActiveState": "failed"}, "fault", "is failed and enabled: every login is refused"),
    ({"ActiveState": "inactive", "UnitFileState": "disabled"}, "fault", "inactive and not enabled"),
    ({"UnitFileState": "disabled"}, "warning", "after the next start"),
    ({"Listen": "/run/other.sock (Stream)"}, "fault", "listens at /run/other.sock, but"),
]


class Keystore(AdminTest):
    NEEDS = ("sshd", "ssh-keygen", "systemctl", "sudo")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.world.run("ssh-keygen", "-q", "-N", "", "-t", "ed25519", "-f", HOST_KEY)
        cls.world.run("mount", "-n", "-t", "tmpfs", "-o", "nodev,mode=755", "run", RUN).check_returncode()
        for name in ("systemd", "systemd/system"):
            cls.world.folder_at(f"/run/{name}")
        cls.world.write(SYSTEMCTL, PROGRAM, mode=0o755)
        cls.world.run("mount", "--bind", SYSTEMCTL, "/usr/bin/systemctl").check_returncode()
        for path in ("/etc/ssh/sshd_config",
                     "/etc/ssh/sshd_config.d/00-aws-mfa.conf", "/etc/sudoers.d/aws-mfa"):
            cls.world.write(path, "")

    def setUp(self):
        super().setUp()
        self.own |= {"/run/mount", UNITS}
        self.stack("sshd", example("pam.d/sshd-keystore"))
        self.write("/etc/group", self.world.path("/etc/group").read_text() + "break-glass:x:991:\n")
        self.write("/etc/ssh/sshd_config", f"Include /etc/ssh/sshd_config.d/*.conf\nHostKey {HOST_KEY}\n")
        self.write("/etc/ssh/sshd_config.d/00-aws-mfa.conf", example("sshd_config.d/keystore.conf"))
        self.write("/etc/sudoers", "root ALL=(ALL) ALL\n@includedir /etc/sudoers.d\n", mode=0o440)
        self.write("/etc/sudoers.d/aws-mfa", example("sudoers.d/aws-mfa-keystore"), mode=0o440)
        self.units()
        self.stack("su", example("pam.d/su-keystore"))
        self.world.run("/usr/bin/systemctl", "restart", SOCKET).check_returncode()
        self.world.path(SITE).chmod(0o644)
        self.world.folder_at(KEYS, mode=0o700)
        for name in ("alice", "bob"):
            self.put(name)

    def put(self, name="alice", uid=None, more=""):
        """An entry, as the command writes it."""
        path = self.world.path(KEYS / name)
        path.unlink(missing_ok=True)
        path.write_text(
            f"[aws-mfa]\nuser = {name}\nuid = {uid or self.world.users.get(name, 4242)}\n"
            f"aws_access_key_id = {self.user.access_key_id}\n"
            f"aws_secret_access_key = {self.user.secret_access_key}\n"
            f"aws_mfa_device = {self.user.serial}\naccount = 123456789012\n{more}")
        path.chmod(0o600)

    def units(self, **changes):
        now = {**HEALTHY, **changes}
        now["ExecStart"] = f"{{ path={now['ExecStart']} ; argv[]=x }}"
        text = "".join(f"{name}={value}\n" for name, value in now.items())
        self.write(UNITS, text.replace("ExecStart", "\nExecStart").replace("Service=", "LoadState="))

    def doctor(self, service="sshd", *argv):
        run = self.world.run(AWS_MFA, "doctor", "--pam", service, "--json", *argv)
        self.assertIn(run.returncode, (0, 1), run.stderr)
        self.assertEqual(run.stderr, "")
        for user in self.box.accounts.users.values():
            self.assertNotIn(user.secret_access_key, run.stdout)
        return json.loads(run.stdout)

    def healthy(self, *argv):
        found = self.doctor(*(argv or SU))
        # The group break-glass has its own AuthenticationMethods.
        notes = ["sshd-match"] if argv == ("sshd",) else []
        self.assertEqual(([f["Id"] for f in found["Findings"]], found["Ok"]), (notes, True), found)

    def found(self, kind, level, words, *argv):
        """-> the only finding"""
        findings = self.doctor(*(argv or SU))["Findings"]
        if argv == ("sshd",):
            findings = [f for f in findings if f["Id"] != "sshd-match"]
        self.assertEqual([f["Id"] for f in findings], [kind], findings)
        self.assertEqual(findings[0]["Level"], level)
        self.assertIn(words, findings[0]["Message"])
        return findings[0]

    def mended(self, finding, *argv):
        """By the command that stands there."""
        run = self.world.run("sh", "-c", finding["Fix"])
        self.assertEqual((run.returncode, run.stderr), (0, ""), finding)
        self.healthy(*argv)

    def test_the_examples_have_nothing_to_mend(self):
        self.healthy("sshd", "--user", "alice")
        self.healthy("sshd")
        for service in ("sudo", "su"):
            self.stack(service, example(f"pam.d/{service}-keystore"))
            self.healthy(service, "--user", "alice")
        run = self.world.run(AWS_MFA, "doctor", "--pam", "sshd", "-v")
        for words in (f"{SOCKET} listens", "only root can connect", "2 of 2 entries",
                      "CA certificates are root's"):
            self.assertIn(words, " ".join(run.stdout.split()))
        self.stack("sshd", example("pam.d/sshd-keystore-group"))
        self.write("/etc/ssh/sshd_config.d/00-aws-mfa.conf", example("sshd_config.d/after-publickey.conf"))
        self.write("/etc/group", self.world.path("/etc/group").read_text() + "aws-mfa:x:990:alice\n")
        self.healthy("sshd", "--user", "alice")
        self.healthy("sshd", "--user", "bob")       # no member, so no entry is needed

    def test_the_break_glass_account(self):
        """The key alone is enough where sshd and the stack agree on it, and only there."""
        group = self.world.path("/etc/group").read_text()
        self.write("/etc/group", group.replace("break-glass:x:991:", "break-glass:x:991:bob"))
        self.world.path(KEYS / "bob").unlink()
        self.healthy("sshd", "--user", "bob")
        self.write("/etc/group", group)
        self.put("bob")
        self.write("/etc/ssh/sshd_config.d/00-aws-mfa.conf", example("sshd_config.d/keystore.conf").replace(
            "Match Group break-glass", "Match User bob"))
        self.found("sshd-methods", "fault", "no login comes to the question", "sshd", "--user", "bob")

    def test_the_line(self):
        text = example("pam.d/sshd-keystore")
        account = with_module("account    required     pam_aws_mfa.so keystore\n")
        self.assertIn(account, text)
        for new, kind, mend in (
                (text.replace("keystore\nauth", "keystore nullok\nauth"), "stack-option", None),
                (text.replace("keystore\nauth", "keystore failmode=safe\nauth"), "stack-option", None),
                (text.replace(account, ""), "account-missing", account),
                (text.replace("keystore\nauth", "always\nauth"), "keystore-auth", None)):
            self.write("/etc/pam.d/sshd", new)
            findings = self.doctor()["Findings"]
            self.assertIn(kind, [f["Id"] for f in findings], new)
            finding = next(f for f in findings if f["Id"] == kind)
            if mend:
                self.assertEqual(finding["Fix"].split(), mend.split())
                self.write("/etc/pam.d/sshd", text.replace(account, finding["Fix"] + "\n"))
                self.healthy()
        self.assertRegex(finding["Fix"], "^auth required .*pam_aws_mfa.so keystore$")
        for line, result in (("always", "out"), ("keystore", "in")):
            self.write("/etc/pam.d/sshd", re.sub("account .*break-glass\n", "", text)
                       .replace("keystore\nauth", f"{line}\nauth"))
            rows = {(r["Outcome"], r["WayIn"]): r["Result"] for r in self.doctor()["Table"]}
            self.assertEqual(rows["right code", "key, then prompt"], result)
        self.write("/etc/pam.d/sshd", text.replace("@include common-account", "")
                   .replace(account, "account sufficient pam_unix.so\n" + account))
        self.found("account-passed-by", "fault", "pam_unix", "sshd")
        rows = {(r["Outcome"], r["WayIn"]): r["Result"] for r in self.doctor()["Table"]}
        self.assertEqual(rows["session valid", "key, then prompt"], "out")

    def test_sudo_must_ask_every_time(self):
        self.stack("sudo", example("pam.d/sudo-keystore"))
        self.write("/etc/sudoers.d/aws-mfa", "Defaults timestamp_timeout=5\n", mode=0o440)
        finding = self.found("sudo-remembers", "fault", "asks for no code", "sudo")
        self.assertEqual(finding["File"], "/etc/sudoers.d/aws-mfa")
        self.write("/etc/sudoers.d/aws-mfa", finding["Fix"] + "\n", mode=0o440)
        self.healthy("sudo")
        self.stack("sudo", "@include common-auth\nauth optional pam_aws_mfa.so keystore\n"
                   "@include common-account\n")
        found = {f["Id"]: f["Message"] for f in self.doctor("sudo")["Findings"]}
        self.assertEqual(set(found), {"stack-ignored", "stack-guessing"})
        self.assertIn("`required`", found["stack-ignored"])
        self.assertIn("examples/pam.d/sudo-keystore", found["stack-guessing"])

    def test_the_units(self):
        for changes, level, words in UNIT_FAULTS:
            with self.subTest(changes):
                self.units(**changes)
                self.mended(self.found("keystore-unit", level, words))
        self.units(LoadState="not-found")
        self.found("keystore-unit", "fault", "is not installed")
        self.units(Service="not-found")
        self.found("keystore-unit", "fault", f"{SERVICE} is not installed")
        for program, words in (("/bin/sh", "starts /bin/sh: "), ("/none", "which cannot be run")):
            self.units(ExecStart=program)
            self.mended(self.found("keystore-version", "fault", words))
        self.write(UNITS, "Failed to connect to bus: No such file or directory\n")
        finding = self.found("keystore-unit", "note", "cannot tell whether")
        self.assertIn("Failed to connect to bus", finding["Message"])

    def test_the_socket(self):
        door = self.world.path(DOOR)
        door.unlink()
        self.mended(self.found("keystore-socket", "fault", "no socket"))
        for mode, owner in ((0o666, 0), (0o600, self.uid)):
            door.chmod(mode)
            os.chown(door, owner, 0)
            self.mended(self.found("keystore-socket", "fault", "others than root may connect"))
        door.unlink()
        self.units(ActiveState="inactive")      # one finding, not two
        self.mended(self.found("keystore-unit", "fault", "every login is refused"))
        self.addCleanup(door.parent.chmod, 0o755)
        for mode in (0o1777, 0o777):
            door.parent.chmod(mode)
            self.mended(self.found("keystore-socket", "fault", f"has mode {mode:04o}"))

    def test_a_module_of_another_installation(self):
        text = example("pam.d/su-keystore")
        module = next(word for word in text.split() if word.endswith("/pam_aws_mfa.so"))
        other = "/run/mfa/pam_aws_mfa.so"
        self.world.path(other).write_bytes(self.world.path(module).read_bytes().replace(
            str(DOOR).encode(), b"/x" + str(DOOR).encode()[2:]))
        self.own.add(other)
        self.write("/etc/pam.d/su", text.replace(module, other))
        finding = self.found("keystore-version", "fault", "another version or installation")
        self.assertEqual(finding["File"], other)

    def test_the_folder(self):
        folder = self.world.path(KEYS)
        for path, mode in ((folder, 0o755), (folder.parent, 0o775)):
            path.chmod(mode)
            found = self.doctor(*SU)["Findings"]
            self.assertIn("keystore-keys", [f["Id"] for f in found])
            self.mended(found[0])
        os.chown(folder, self.uid, 0)
        self.mended(self.found("keystore-keys", "fault", f"belongs to uid {self.uid}"))
        (folder / "-alice").touch(0o600)
        self.mended(self.found("keystore-left", "warning", "has left 1 file here"))
        self.assertEqual(self.names(), ["alice", "bob"])
        self.world.run("rm", "-r", KEYS)
        for argv in (("su",), SU):
            finding = self.found("keystore-keys", "fault", "there is no entry", *argv)
            self.assertEqual(finding["Fix"].replace("USER", "alice"), "aws-mfa keystore add alice")
        self.add()
        self.healthy()

    def test_entries(self):
        path = self.world.path(ENTRY)
        for plant, words in (
                (lambda: path.chmod(0o644), "has mode 0644, expected 0600"),
                (lambda: self.put(more="x = y\n"), "unknown key"),
                (lambda: os.link(path, self.world.path(ETC / "twin")), "has 2 names"),
                (lambda: os.chown(path, self.uid, 0), f"belongs to user {self.uid}"),
                (lambda: (path.unlink(), path.symlink_to("bob")), "symlink")):
            plant()
            for argv in (("su",), SU):
                finding = self.found("keystore-entry", "fault", words, *argv)
                # With `add`, the role and the policy would have to be given again.
                self.assertEqual((finding["File"], finding["Fix"]),
                                 (str(ENTRY), None if finding["Line"] else "aws-mfa keystore add alice"))
            self.put()
        path.chmod(0o644)
        self.healthy("su", "--user", "bob")
        self.add("alice", "--force")
        self.healthy()
        path.unlink()
        finding = self.found("keystore-entry", "fault", "alice has no entry")
        self.assertEqual(finding["Fix"], "aws-mfa keystore add alice")
        self.healthy("su")

    def test_whose_entry_it_is(self):
        self.put(uid=77)
        finding = self.found("keystore-entry", "fault", f"is of uid 77, but alice is uid {self.uid} now", "su")
        self.assertIn(f"write uid = {self.uid}", finding["Fix"])
        self.put()
        self.put("carol")
        self.healthy()
        finding = self.found("keystore-entry", "warning", "no such user", "su")
        self.assertEqual(finding["Fix"], "aws-mfa keystore remove carol")
        self.run_it("remove", "carol", "--yes")
        self.healthy("su")
        self.put(more="profile = work\n")
        self.stack("su", example("pam.d/su-keystore").replace(
            "pam_aws_mfa.so keystore", "pam_aws_mfa.so keystore profile=other"))
        self.found("keystore-entry", "fault", "profile is work, but the PAM stack has profile=other")

    def test_who_needs_no_entry(self):
        self.world.path(ENTRY).unlink()
        self.stack("su", example("pam.d/su-keystore").replace(
            "pam_aws_mfa.so keystore", f"pam_aws_mfa.so keystore minimum_uid={self.uid + 1}"))
        self.healthy()

    def test_a_user_without_keys(self):
        """Setup would be in vain. Whoever has keys, or a host without entries, is told as before."""
        def doctor(user, *argv):
            run = self.world.run(AWS_MFA, "doctor", "--offline", "--json", *argv, user=user)
            return [(f["Id"], f["Level"]) for f in json.loads(run.stdout)["Findings"]], run.stdout
        session = ("[default]\naws_access_key_id = ASIAX\naws_secret_access_key = x\n"
                   "aws_session_token = x\n")
        bob = self.world.users["bob"]
        for text in (None, session):
            if text:
                self.world.folder_at("/home/bob/.aws", bob, 0o700)
                self.own.add("/home/bob/.aws")
                self.write("/home/bob/.aws/credentials", text, owner=bob, mode=0o600)
            found, said = doctor("bob")
            self.assertEqual(found, [("keystore", "note")], said)
            self.assertNotIn("aws-mfa setup", said)
        self.addCleanup(self.world.run, "rm", "-r", "/home/bob/.aws")
        self.assertNotIn("keystore", dict(doctor("alice", "work")[0]))
        found, said = doctor("alice", "other")
        self.assertIn(("not-set-up", "fault"), found)
        self.assertIn("(profiles with keys: work)", said)
        self.world.run("rm", "-r", KEYS)
        found, said = doctor("bob")
        self.assertIn(("not-set-up", "fault"), found)
        self.assertIn("aws-mfa setup", said)

    def test_the_site_s_file(self):
        site = self.world.path(SITE)
        site.chmod(0o666)
        self.mended(self.found("keystore-site", "fault", "others than root can change it", "su"))
        site.write_text(site.read_text().replace("https://", "http://"))
        finding = self.found("keystore-site", "fault", "http", "su")
        self.assertIn("endpoint_url", finding["Message"])
        self.write_site(ca=f"{HIDDEN}/ca.pem")
        finding = self.found("keystore-site", "fault", f"sees nothing below {HIDDEN}", "su")
        self.assertEqual(finding["Fix"], "move the certificates, as to /etc/ssl")
        self.write("/root/ca.pem", "")
        for ca in ("~/ca.pem", str(CA)[1:]):    # the service has neither root's home nor root's folder
            self.write_site(ca=ca)
            self.found("keystore-site", "fault", "expected an absolute path", "su")

    def test_what_only_root_can_read(self):
        site, ca = self.world.path(SITE), self.world.path(CA)
        for path in (site, ca):
            path.chmod(0o600)
            self.mended(self.found("keystore-site", "fault", "is not root and cannot read it", "su"))
            self.assertEqual(path.stat().st_mode & 0o777, 0o604)
            path.chmod(0o644)

    def serve_one(self):
        """What systemd does for one login: it starts a service for the connection."""
        folder = os.open(self.world.path(RUN), os.O_PATH)
        self.world.path(DOOR).unlink()
        door = socket.socket(socket.AF_UNIX)
        door.bind(f"/proc/self/fd/{folder}/{DOOR.name}")
        self.world.path(DOOR).chmod(0o600)
        os.close(folder)
        door.listen()
        enter = self.world.entrance("client", die_with_us=False)

        def run():
            try:
                accepted, _ = door.accept()
            except OSError:     # the test has failed before
                return
            with door, accepted:
                service = subprocess.Popen(
                    ["/bin/sh", "-c", 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" serve', AWS_MFA], env={},
                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, pass_fds=[RECORD_FD],
                    stderr=subprocess.STDOUT,
                    preexec_fn=lambda: (os.dup2(accepted.fileno(), RECORD_FD), enter()))
            self.said = service.communicate(timeout=60)[0]
        thread = threading.Thread(target=run)
        thread.start()
        self.addCleanup(thread.join)

        def end():
            with contextlib.suppress(OSError):      # it is closed
                door.shutdown(socket.SHUT_RDWR)     # wakes accept()
        self.addCleanup(end)
        return thread

    def test_a_real_login(self):
        """doctor --try, which needs nothing in the home."""
        self.world.run("rm", "-r", "/home/alice/.aws")
        self.own |= {f"/home/alice/.aws{name}" for name in ("", "/credentials", "/config")}
        thread = self.serve_one()
        doctor = self.console(AWS_MFA, "doctor", "--try", "alice", "-v", env={"NO_COLOR": "1"})
        doctor.answer(PROMPT, self.user.code)
        self.assertEqual(doctor.wait(), 0, doctor.screen)
        for phase in ("auth", "account", "session"):
            self.assertIn(f"ok     {phase}: the stack of sshd lets alice pass", doctor.screen)
        thread.join()
        self.assertIn("user=alice account=123456789012 result=accepted\n", self.said)
        self.assertIn("aws_session_token", self.section("default"))


if __name__ == "__main__":
    unittest.main()
