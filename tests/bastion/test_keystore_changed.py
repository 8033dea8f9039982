"""Keystore mode where one thing is otherwise than the administrator left it: each time a login is refused,
and the log says what is wrong. And who gets in when all places are taken."""

import os
import unittest

from bastion.case import PROMPT, until_sshd_listens
from bastion.keystore import (
    ACCEPTED, CONFIG, KEYS, SERVICE, SITE, SYSTEM, SlowTest)
from bastion.test_keystore_attacks import MANY_SU
from live.world import CA, PASSWORD
from paths import BUILD
from tool.keystore import test_mutants

ENTRY, SECOND, BUNDLE = f"{KEYS}/alice", "/etc/aws-mfa/second", "/etc/aws-mfa/ca.pem"
OTHERS = "others than root can change it"
# What is changed, as root, and what the log says then.
CHANGES = {
    "http": (f"sed -i s/https:/http:/ {SITE}", "no endpoint over http"),
    "the site file of alice": (f"chown alice {SITE}", f"{SITE}: {OTHERS}"),
    "a site file for all": (f"chmod 666 {SITE}", f"{SITE}: {OTHERS}"),
    "a site file that is a FIFO": (f"rm {SITE}; mkfifo -m 644 {SITE}", f"{SITE}: is no regular file"),
    "a site file of 2 GB": (f"truncate -s 2G {SITE}", f"{SITE}: is larger than 65536 bytes"),
    "certificates of alice": (f"chown alice {BUNDLE}", f"{BUNDLE}: {OTHERS}"),
    "certificates in a FIFO": (f"rm {BUNDLE}; mkfifo -m 644 {BUNDLE}", f"{BUNDLE}: is no file of certificates"),
    "certificates behind alice's symlink": (
        f"mv {BUNDLE} {SECOND}; ln -s {SECOND} {BUNDLE}; chown -h alice {BUNDLE}", "a symlink in it belongs to"),
    "an entry with a second name": (f"ln {ENTRY} {SECOND}", "has 2 names (hard links)"),
    "an entry behind a symlink": (f"mv {ENTRY} {SECOND}; ln -s {SECOND} {ENTRY}", "is a symlink"),
    "an entry of bob": (f"chown bob {ENTRY}", "belongs to user "),
    "an entry that all can read": (f"chmod 644 {ENTRY}", "has mode 0644; expected 0600"),
}
# In place of aws-mfa, which is moved. Its descriptor 3 leads to the module.
STORES = {
    "floods": "while :; do echo until 1; done >&3",
    "nonsense": "echo nonsense >&3",
    "a verdict": "echo result 11 no >&3",
}
FAKE = """#!/bin/sh
[ "$1" = store ] || exec /usr/local/bin/aws-mfa-moved "$@"
%s
"""
# All places that are not root's alone.
HOLD_ALL = """open(my $file, "+>>", "/run/aws-mfa/waiting"); chmod(0600, $file);
my $lock = pack("s s x4 q q i x4", 1, 0, 2 << 40, 4000, 0);
fcntl($file, 6, $lock) or die;
open(my $held, ">", "/run/held"); sleep 600
"""


# polkit 128 in Debian, but for what it starts, and the socket that it is started by. ReadOnlyPaths: in a container,
# ProtectSystem=strict leaves /run as it is.
POLKIT = """[Service]
Type=oneshot
ExecStart=/usr/local/login /usr/local/pam polkit-1 alice --answer %s auth
DevicePolicy=closed
LimitMEMLOCK=0
LockPersonality=yes
MemoryDenyWriteExecute=yes
NoNewPrivileges=yes
PrivateDevices=yes
PrivateNetwork=yes
PrivateTmp=yes
ProtectControlGroups=yes
ProtectHome=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectKernelTunables=yes
ProtectSystem=strict
ReadOnlyPaths=/run
ProtectClock=yes
ProtectHostname=yes
RemoveIPC=yes
RestrictAddressFamilies=AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
UMask=0077
"""


class Changed(SlowTest):
    def fresh(self):
        self.run_there(f"rm -rf {ENTRY} {SECOND} {BUNDLE} {SITE} /run/faillock*; cp {CA} {BUNDLE}; chmod 644 {BUNDLE}")
        self.write_site(ca_bundle=BUNDLE)
        self.user = self.enroll("alice")

    def test_files(self):
        self.addCleanup(self.fresh)
        for name, (change, said) in CHANGES.items():
            with self.subTest(name):
                self.fresh()
                self.run_there("set -e; " + change)
                self.refused(self.login(self.user.code))
                self.assertEqual(self.results("sshd"), [CONFIG])
                self.assertIn(said, self.decisions("sshd")[0])
                self.assertFalse(self.has_session())
        self.fresh()
        self.ready()

    def test_another_version(self):
        """What systemd starts is of another package than the module."""
        program = test_mutants.build("version-2", "cmd_serve.c", [
            ("if (version != KEYSTORE_VERSION)", "if (version != 2)"),
            ("\t\t\t\tKEYSTORE_VERSION, (intmax_t)version);", "\t\t\t\t2, (intmax_t)version);"),
            ("return version == KEYSTORE_VERSION;", "return version == 2;")])
        self.install_there(program, "/usr/local/bin/aws-mfa-2")
        drop = f"/run/systemd/system/{SERVICE}.d/version.conf"
        self.bastion.write(drop, "[Service]\nExecStart=\nExecStart=/usr/local/bin/aws-mfa-2 serve\n")
        self.run_there("systemctl daemon-reload")
        self.addCleanup(self.run_there, f"rm -r {os.path.dirname(drop)} /usr/local/bin/aws-mfa-2; "
                        "systemctl daemon-reload")
        self.refused(self.login(self.user.code))
        self.assertEqual(self.results("sshd"), [SYSTEM])
        self.assertIn("keystore protocol 2 here, 1 there; install aws-mfa and pam_aws_mfa.so of one version, and run: "
                      "systemctl restart aws-mfa-keystore.socket",
                      self.decisions("sshd")[0])

    def install_there(self, program, path):
        with open(program, "rb") as file:
            self.run_there(f"install -m 755 /dev/stdin {path}", stdin=file)

    def test_the_application_changes_the_user(self):
        """A code of alice's is good for no account of bob's."""
        self.install_there(BUILD / "tests/pam/login", "/root/login")
        self.addCleanup(self.run_there, "rm -rf /root/login /root/pam")
        self.bastion.write("/root/pam/test", "auth required pam_aws_mfa.so keystore\n"
                           "account required pam_aws_mfa.so keystore\naccount required pam_permit.so\n")
        said = self.run_there(f"/root/login /root/pam test alice --answer {self.user.code()} "
                              "auth --user bob account --user alice account")
        self.assertEqual([line for line in said.splitlines() if " = " in line],
                         ["auth = PAM_SUCCESS", "account = PAM_PERM_DENIED", "account = PAM_SUCCESS"])
        self.assertIn("(test:account): user=bob rhost=- tty=- profile=default result=no-code", said)

    def test_polkit_s_helper_in_its_sandbox(self):
        """polkit 128 in Debian. Here another program has its unit's name and its sandbox."""
        self.install_there(BUILD / "tests/pam/login", "/usr/local/login")
        unit = "/run/systemd/system/polkit-agent-helper@.service"
        self.addCleanup(self.run_there, f"rm -rf /usr/local/login /usr/local/pam {unit}; systemctl daemon-reload")
        self.bastion.write("/usr/local/pam/polkit-1", "auth required pam_aws_mfa.so keystore\n")
        self.bastion.write(unit, POLKIT % self.user.code())
        said = self.run_there("systemctl daemon-reload; systemctl start polkit-agent-helper@x; "
                              "journalctl --sync; journalctl -qocat -u polkit-agent-helper@x")
        self.assertIn("result=not-stored answer=PAM_SUCCESS", said)
        self.assertIn("auth = PAM_SUCCESS", said)

    def test_what_stores_is_another_program(self):
        """The verdict stays as it was."""
        moved = "/usr/local/bin/aws-mfa-moved"
        self.run_there(f"install -m 711 /usr/bin/aws-mfa {moved}")
        self.addCleanup(self.run_there, f"install -m 711 {moved} /usr/bin/aws-mfa; rm {moved}")
        for name, script in STORES.items():
            with self.subTest(name):
                self.user = self.enroll("alice")
                self.bastion.write("/usr/bin/aws-mfa", FAKE % script, mode="755")
                for code, status, result in ((self.user.wrong_code(), 255, "wrong-code answer=PAM_AUTH_ERR"),
                                             (self.user.code(), 0, "not-stored answer=PAM_SUCCESS")):
                    ssh = self.login(code)
                    self.assertEqual(ssh.wait(), status, ssh.screen)
                    self.assertEqual(self.results("sshd")[-1], result)
                self.assertFalse(self.has_session())


class RootsPlaces(SlowTest):
    def test_all_places_are_taken(self):
        """Root gets in by ssh: with a code, and while bob holds as many prompts for root as they can get."""
        conf = "/etc/ssh/sshd_config.d/01-root.conf"
        root = self.enroll("root", until_sshd_listens(
            f"echo PermitRootLogin yes >{conf}; systemctl reload ssh") + "\n")
        self.addCleanup(self.run_there, f"rm -rf {conf} /root/.aws /root/hold.pl /run/held; systemctl stop holder; pkill -u bob; "
                        "systemctl reload ssh; aws-mfa keystore remove root --yes")
        self.bastion.write("/root/hold.pl", HOLD_ALL)
        self.run_there("systemd-run -q --unit=holder perl /root/hold.pl; "
                       "timeout 30 sh -c 'until [ -e /run/held ]; do sleep 0.1; done'")
        many = MANY_SU.replace('"su", "bob"', '"su", "root"').replace("1000", "40") % PASSWORD
        stranger = self.ssh("-p", "2222", "-l", "bob", many)
        stranger.expect("all", 60)
        self.serving(16)
        self.refused(self.login(self.user.code))
        self.assertIn("4000 logins wait for a code already", self.decisions("sshd")[0])
        ssh = self.ssh("-l", "root", "id -un")
        ssh.answer(PROMPT, root.code)
        self.logged_in(ssh)
        self.assertEqual(self.results("sshd")[1:], [ACCEPTED])
        self.run_there("systemctl stop holder; pkill -KILL -u bob; true")
        self.serving(0)
        self.ready()


if __name__ == "__main__":
    unittest.main()
