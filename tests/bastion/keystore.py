"""A bastion in keystore mode, as in the examples: root has an entry of alice, and alice has no key."""

import os
import re
import unittest

from bastion.case import EXAMPLES, PROMPT, STS, BastionTest
from live.world import CA, PASSWORD

SOCKET, SERVICE = "aws-mfa-keystore.socket", "aws-mfa-keystore@.service"
SITE = "/etc/aws-mfa/aws-mfa.conf"
KEYS = "/etc/aws-mfa/keys"
DOOR = "/run/aws-mfa/keystore.sock"
ACCEPTED, WRONG = "accepted answer=PAM_SUCCESS", "wrong-code answer=PAM_AUTH_ERR"
CONFIG = "configuration answer=PAM_CRED_INSUFFICIENT"
SYSTEM = "system-error answer=PAM_SYSTEM_ERR"
DOWN = "unavailable answer=PAM_AUTHINFO_UNAVAIL"
SERVES = "pgrep -f '^/usr/bin/aws-mfa serve$'"
AS = "setpriv --reuid={0} --regid={0} --init-groups "
SUDOERS = f"""
    install -m 440 {EXAMPLES}/sudoers.d/aws-mfa-keystore /etc/sudoers.d/aws-mfa
    echo 'alice ALL=(ALL:ALL) ALL' | install -m 440 /dev/stdin /etc/sudoers.d/alice
    visudo -cq
"""


class KeystoreTest(BastionTest):
    SSHD = ("sshd-keystore", "keystore")
    STACK = {"sudo": "sudo-keystore", "su": "su-keystore"}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.write_site()
        cls.run_there(f"set -e\n{SUDOERS}\nsystemctl start {SOCKET}")
        cls.addClassCleanup(cls.run_there, f"systemctl stop {SOCKET}; rm -rf /etc/aws-mfa "
                            "/etc/sudoers.d/aws-mfa /etc/sudoers.d/alice")

    @classmethod
    def write_site(cls, **settings):
        values = {"endpoint_url": STS, "ca_bundle": CA, **settings}
        cls.bastion.write(SITE, "[aws-mfa]\n" + "".join(f"{k} = {v}\n" for k, v in values.items()))

    def enroll(self, name, script=""):
        """Fresh keys and a fresh device; root makes the entry. -> the user at AWS"""
        BastionTest.enrolled += 1
        user = self.box.add_user(f"{name}{self.enrolled}")
        said = self.run_there(f"""set -e
            {script}
            rm -rf /home/{name}/.aws
            aws-mfa keystore add {name} --force --access-key-id {user.access_key_id}
            journalctl --sync; journalctl -qn0 --show-cursor""", input=user.secret_access_key + "\n")
        self.cursor = re.search("cursor: (.*)", said)[1]
        return user

    def at_once(self, command, password, code):
        console = self.ssh("-p", "2222", command)
        console.answer(password, PASSWORD)
        console.answer(PROMPT, code)
        return console

    def sudo(self, code):
        return self.at_once("sudo id -un", "password for alice: ", code)

    def su(self, code):
        return self.at_once("su bob -c 'id -un'", "Password: ", code)

    def login(self, code, *command, host="mfa"):
        ssh = self.ssh(*(command or ("true",)), host=host)
        ssh.answer("AWS MFA code: ", code)
        return ssh

    def has_session(self, name="alice"):
        path = f"/home/{name}/.aws/credentials"
        return "aws_session_token" in self.run_there(f"[ ! -e {path} ] || cat {path}")

    def lines(self, *words):
        """-> what is in the journal since the test began, with all of these words"""
        said = self.run_there("journalctl --sync; "
                              f"journalctl -q -o cat --after-cursor='{self.cursor}'")
        return [line for line in said.splitlines() if all(word in line for word in words)]

    def ready(self):
        """Nobody is left waiting, and the right code gets alice in."""
        self.logged_in(self.login(self.user.code))

    def as_user(self, name, script, check=False):
        """-> (status, what it says): a script of that user, in no session"""
        run = self.bastion.run(AS.format(name) + "sh", check=check, input=script)
        return run if check else (run.returncode, run.stdout)

    def serving(self, count):
        """Waits until so many logins are judged."""
        self.run_there(f"for i in $(seq 1200); do [ $({SERVES} | wc -l) != {count} ] || exit 0; "
                       f"sleep 0.1; done; {SERVES} | wc -l; exit 1")

    def parts(self, pids):
        """-> the ids of serve, of the signer that it starts, and of the signer's talker, as texts"""
        said = self.run_there(f"ps -o ppid=,pid= -p {','.join(map(str, pids))}")
        child = dict(line.split() for line in said.splitlines())
        signer = child[str(pids[0])]
        return str(pids[0]), signer, child[signer]

    def waiting(self, ssh=None):
        """-> the ids of the processes that judge a login which waits for a code"""
        ssh = ssh or self.ssh("true")
        ssh.expect("AWS MFA code: ", 60)
        said = self.run_there(
            f"for i in $(seq 100); do set -- $({SERVES}) "
            "$(pgrep -x aws-mfa-sts); [ $# -lt 3 ] || break; sleep 0.1; done; echo $*")
        return ssh, [int(pid) for pid in said.split()]


class Slow:
    @classmethod
    def setUpClass(cls):
        if not os.environ.get("BASTION"):
            raise unittest.SkipTest("takes its time: `make check-keystore`")
        super().setUpClass()


class SlowTest(Slow, KeystoreTest):
    pass
