"""Keystore mode on a whole bastion: systemd starts what judges, and the examples are the stacks."""

import json
import os
import re
import subprocess
import unittest

from bastion.case import PROMPT, STS
from bastion.keystore import (
    ACCEPTED, CONFIG, DOOR, DOWN, KEYS, SERVES, SERVICE, SOCKET, SYSTEM, WRONG, KeystoreTest, SlowTest)
from live.world import PASSWORD
from paths import temporary

NOT_SIX = "not-six-digits answer=PAM_AUTH_ERR"
# What alice can write: own keys, another AWS, a session that is still valid.
HOSTILE = """
mkdir -p ~/.aws && cd ~/.aws
for file in credentials config; do cat >$file <<'END'
[default]
aws_access_key_id = ASIAIOSFODNN7EXAMPLE
aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
aws_session_token = fake
expiration = 2037-01-01 00:00:00
endpoint_url = https://127.0.0.1:1
ca_bundle = /home/alice/ca.pem
proxy = http://127.0.0.1:1
timeout = 1
[default-long-term]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
aws_mfa_device = arn:aws:iam::123456789012:mfa/mallory
END
done
chmod 600 credentials
printf 'AWS_ENDPOINT_URL=https://127.0.0.1:1\\nLD_PRELOAD=/home/alice/evil.so\\nPATH=/home/alice\\n' \\
    >~/.pam_environment
cp .pam_environment ~/.ssh/environment
for name in .netrc .curlrc .iniparser; do echo 'machine 127.0.0.1 login x password y' >~/$name; done
"""


# With the uid and the group of all logins: into a process of the same uid, then into those of two logins.
LOOK = f"""
until set -- $({SERVES}) $(pgrep -x aws-mfa-sts); [ $# = 6 ]; do sleep 0.1; done
exec setpriv $(stat -c '--reuid=%u --regid=%g' /proc/$1) --clear-groups sh -c '
    look() {{ for file in environ mem; do (exec 3</proc/$1/$file) && echo $file opened; done; }}
    sleep 600 & until grep -qx sleep /proc/$!/comm; do :; done
    look $!; kill $!; echo others; for p in "$@"; do look $p; done' sh "$@"
"""


class Login(KeystoreTest):
    def test_a_code(self):
        """AWS takes the session, and one id is in the lines of all who had a part in the login."""
        code = self.user.code()
        self.logged_in(self.login(code))
        line, = self.decisions("sshd")
        key_id = self.box.sessions[-1].access_key_id
        for part in ("user=alice ", " profile=default ", "account=123456789012 ", "result=accepted ",
                     "answer=PAM_SUCCESS ", f"key-id={key_id}"):
            self.assertIn(part, line)
        self.of_one_login(line, "user=alice account=123456789012 result=accepted", "result=stored")
        self.assertEqual(self.aws()["Arn"], f"arn:aws:iam::123456789012:user/{self.user.name}")
        session = self.box.sessions[-1]
        self.not_in_the_journal(code, session.secret_access_key, session.session_token)

    def of_one_login(self, line, *parts):
        """Beside the module's line, each of these parts is in one other line with its id."""
        login = re.search(r" login=([0-9a-f]{8})\b", line)[1]
        lines = self.lines(f"login={login}")
        self.assertEqual(len(lines), 1 + len(parts), lines)
        for part in parts:
            self.assertEqual(len([line for line in lines if part in line]), 1, lines)

    def not_in_the_journal(self, *secrets):
        said = "\n".join(self.lines())
        self.assertIn("alice", said)
        for secret in (self.user.secret_access_key, self.user.access_key_id, *secrets):
            self.assertNotIn(secret, said)

    def aws(self):
        """-> the caller that AWS sees, with the user's file alone"""
        folder = temporary(self.addCleanup)
        (folder / "credentials").write_text(self.run_there("cat /home/alice/.aws/credentials"))
        run = subprocess.run(["aws", "--endpoint-url", STS, "sts", "get-caller-identity"],
                             capture_output=True, text=True, env={
                                 "PATH": os.environ["PATH"], "HOME": str(folder),
                                 "AWS_SHARED_CREDENTIALS_FILE": str(folder / "credentials"),
                                 "AWS_CA_BUNDLE": str(self.box.ca_path),
                                 "AWS_DEFAULT_REGION": "us-east-1"})
        self.assertEqual(run.returncode, 0, run.stderr)
        return json.loads(run.stdout)

    def test_no_code_that_is_good(self):
        """Wrong, of another user, and none; at once, since each refusal takes two seconds."""
        other = self.box.add_user(f"other{self.enrolled}")
        codes = self.user.wrong_code(), other.code()
        asked = [self.login(code) for code in (*codes, "")]
        for ssh in asked:
            self.refused(ssh)
        self.not_in_the_journal(*codes)
        for line in self.decisions("sshd"):
            self.of_one_login(line, "user=alice account=123456789012 result=")
        self.assertEqual(sorted(self.results("sshd")), sorted([WRONG, WRONG, NOT_SIX]))
        self.assertFalse(self.has_session())

    def test_a_code_works_once(self):
        """Two logins with one code at once: AWS lets one of them in."""
        code = self.user.code()
        logins = [self.login(code), self.login(code)]
        self.assertEqual(sorted(ssh.wait() for ssh in logins), [0, 255])
        self.assertEqual(sorted(self.results("sshd")), [ACCEPTED, WRONG])

    def test_nothing_in_the_home_counts(self):
        """alice owns it all: a wrong code stays wrong, and a right one is judged by the site's AWS."""
        self.as_user("alice", "export HOME=/home/alice\n" + HOSTILE, check=True)
        ssh = self.login(self.user.code, "cat .aws/credentials")
        self.refused(self.login(self.user.wrong_code()))
        self.logged_in(ssh)
        self.assertIn(self.box.sessions[-1].access_key_id, ssh.screen)
        self.assertEqual(sorted(self.results("sshd")), [ACCEPTED, WRONG])


class Local(KeystoreTest):
    """sudo and su of alice, who has reached a shell by a key alone."""

    def test_sudo_wants_the_caller_s_code(self):
        console = self.sudo(self.user.code)
        self.logged_in(console)
        self.assertEqual(console.screen.splitlines()[-1], "root")
        self.assertTrue(self.has_session())
        self.assertEqual(self.results("sudo"), [ACCEPTED])

    def test_sudo_refuses_a_wrong_code(self):
        """It asks for both again."""
        console = self.sudo(self.user.wrong_code())
        console.answer("password for alice: ", PASSWORD)
        console.asked(PROMPT)
        self.assertEqual(self.results("sudo"), [WRONG])

    def test_su_wants_the_target_s_code(self):
        bob = self.enroll("bob")
        refused, let_in = self.su(self.user.code), self.su(bob.code)
        self.assertEqual(refused.wait(), 1, refused.screen)
        self.logged_in(let_in)
        self.assertEqual(let_in.screen.splitlines()[-1], "bob")
        self.assertTrue(self.has_session("bob"))
        self.assertFalse(self.has_session())
        self.assertEqual(sorted(self.results("su")), [ACCEPTED, WRONG])


class Refused(SlowTest):
    """What refuses for a time, and how long."""

    def test_aws_down_and_back(self):
        self.aws_down()
        self.refused(self.login(self.user.code))
        self.assertEqual(self.results("sshd"), [DOWN])
        self.aws_up()
        self.logged_in(self.login(self.user.code))

    def test_nobody_judges(self):
        """Never softened, and the log says what to run."""
        self.addCleanup(self.run_there, "systemctl unmask --runtime aws-mfa-keystore@.service; "
                        f"systemctl reset-failed; systemctl start {SOCKET}")
        self.run_there(f"systemctl stop {SOCKET}")
        self.refused(self.login(self.user.code))
        self.assertEqual(self.results("sshd"), [CONFIG])
        self.assertIn(f"run: systemctl start {SOCKET}", self.decisions("sshd")[0])
        self.run_there(f"systemctl start {SOCKET}; "
                       "systemctl mask --runtime aws-mfa-keystore@.service")
        self.refused(self.login(self.user.code))
        self.assertIn(self.results("sshd")[1], (SYSTEM, CONFIG))

    def test_no_entry(self):
        self.run_there(f"rm {KEYS}/alice")
        self.refused(self.login(self.user.code))
        self.assertEqual(self.results("sshd"), [CONFIG])
        self.assertIn("run: aws-mfa keystore add alice", self.decisions("sshd")[0])

    def test_no_place_for_the_session(self):
        """The code counts. Whether the session can be stored does not."""
        for options in ("ro", "size=4k,nr_inodes=1"):
            self.run_there("install -d -o alice -g alice -m 700 /home/alice/.aws && mount -t tmpfs "
                           f"-o {options},uid=$(id -u alice),mode=700 none /home/alice/.aws")
            try:
                ssh = self.ssh()
                ssh.answer(PROMPT, self.user.code)
                ssh.expect("could not be stored", 60)
                ssh.send("exit\n")
                self.logged_in(ssh)
            finally:
                self.run_there("umount /home/alice/.aws")
            self.assertEqual(self.results("sshd")[-1], "not-stored answer=PAM_SUCCESS")
            self.user = self.enroll("alice")

    def test_wrong_codes_lock_sudo_and_not_ssh(self):
        locks = "faillock --dir /run/faillock-sudo --user alice"
        console = self.sudo(self.user.wrong_code())
        for _ in range(2):
            console.answer("password for alice: ", PASSWORD)
            console.answer(PROMPT, self.user.wrong_code())
        self.assertEqual(console.wait(), 1, console.screen)
        said = self.run_there(locks)
        self.assertEqual(len(re.findall(r"(?m) V\s*$", said)), 3, said)
        locked = self.ssh("-p", "2222", "sudo id -un")
        locked.answer("password for alice: ", PASSWORD)
        locked.answer("password for alice: ", PASSWORD)      # no code is asked for
        locked.kill()
        self.ready()
        self.run_there(f"{locks} --reset")
        self.logged_in(self.sudo(self.user.code))


class Units(KeystoreTest):
    """What systemd makes of them."""

    def test_what_a_service_prints_is_no_verdict(self):
        drop = "/run/systemd/system/aws-mfa-keystore@.service.d/say.conf"
        says = "ask\\nresult 0\\n"
        self.bastion.write(drop, "[Service]\nExecStart=\nExecStart=/bin/sh -c "
                           f"\"printf '{says}'; printf '{says}' >&2; printf '{says}' >&0\"\n")
        self.run_there("systemctl daemon-reload")
        self.addCleanup(self.run_there, f"rm -r {os.path.dirname(drop)}; systemctl daemon-reload")
        self.refused(self.login(self.user.code))
        self.assertIn("result 0", self.lines())
        self.assertEqual(self.results("sshd"), [SYSTEM])

    def two_logins(self):
        """-> (two that wait for a code, the uid and the group of each process that judges them)"""
        held = [self.ssh("true"), self.ssh("true")]
        for ssh in held:
            ssh.expect(PROMPT, 60)
        said = self.run_there(f"timeout 60 sh -c \"until [ \\$({SERVES} | wc -l) = 2 ]; do sleep 0.1; "
                              f"done\"; for p in $({SERVES}); do "
                              "echo $(stat -c %u /proc/$p) $(grep ^0: /proc/$p/cgroup); done")
        found = [line.split() for line in said.splitlines()]
        self.assertEqual(len(found), 2, said)
        for uid, group in found:
            self.assertTrue(61184 <= int(uid) <= 65519, said)      # systemd's dynamic users
            self.assertIn("/aws-mfa-keystore.slice/aws-mfa-keystore@", group)
        return held, found

    def test_each_login_has_a_uid_of_its_own(self):
        """None of them is a user of this host, and each is in the slice."""
        version = int(self.run_there("systemctl --version").split()[1])
        _, found = self.two_logins()
        self.assertEqual(len({uid for uid, _ in found}), 2 if version < 258 else 1, found)

    def test_an_instance_with_a_long_name(self):
        """As systemd 258 and newer have them. There the generator writes nothing, so neither here."""
        long = f"aws-mfa-keystore@{2**32 - 1}-{2**64 - 1}-{2**22}_{2**64 - 1}-0.service"
        mask = "/run/systemd/system-generators/aws-mfa-keystore-uid"
        ran = (f"systemctl start --wait '{long}'; journalctl --sync; "
               f"journalctl -q -o cat --after-cursor='{self.cursor}' -u '{long}'")
        self.assertNotIn("only systemd runs this command", self.run_there(ran))
        self.run_there(f"mkdir -p {os.path.dirname(mask)}; ln -s /dev/null {mask}; "
                       "systemctl daemon-reload")
        self.addCleanup(self.run_there, f"rm -f {mask}; systemctl daemon-reload")
        self.assertIn("only systemd runs this command", self.run_there(ran))
        held, found = self.two_logins()
        self.assertEqual(len({uid for uid, _ in found}), 1, found)
        # Nobody may read the programs, so one login's processes cannot look into another's.
        said = self.run_there(LOOK, check=False).stdout
        own, _, others = said.partition("others\n")
        self.assertEqual(own, "environ opened\nmem opened\n")
        self.assertNotIn("opened", others)
        self.assertEqual(others.count("Permission denied"), 12, said)
        held[0].send(self.user.code() + "\n")
        self.logged_in(held[0])

    def test_the_door_is_roots(self):
        said = self.run_there(f"stat -c '%a %U:%G' /run/aws-mfa {DOOR}\n"
                              "for in_ns in '' 'unshare -Ur'; do setpriv --reuid=alice --regid=alice "
                              f"--clear-groups $in_ns curl -sS --unix-socket {DOOR} http://x/; "
                              f"echo curl: $?; done; systemctl show {SOCKET} "
                              "-p NConnections -p TriggerLimitIntervalUSec -p MaxConnections "
                              "-p Backlog")
        for line in ("755 root:root", "600 root:root", "TriggerLimitIntervalUSec=0",
                     "MaxConnections=4096", "Backlog=1024", "NConnections=0"):
            self.assertIn(line, said.splitlines())
        self.assertEqual(said.count("curl: 7\n"), 2, said)      # cannot connect


class Doctor(KeystoreTest):
    """What doctor finds on a real systemd, and whether the command that it prints mends it."""

    def setUp(self):
        super().setUp()
        self.run_there(f"systemctl enable -q --now {SOCKET}")
        self.addCleanup(self.run_there, "for where in '' --runtime; do systemctl unmask -q $where "
                        f"{SOCKET} {SERVICE}; done; systemctl reset-failed; "
                        f"systemctl disable -q {SOCKET}; systemctl restart {SOCKET}")

    def found(self):
        said = self.bastion.run("aws-mfa doctor --pam sshd --user alice --json", check=False).stdout
        return [f for f in json.loads(said)["Findings"] if f["Id"].startswith("keystore")]

    def mended(self, level, *words):
        finding, = self.found()
        self.assertEqual((finding["Id"], finding["Level"]), ("keystore-unit", level), finding)
        for word in words:
            self.assertIn(word, finding["Message"])
        self.run_there(finding["Fix"])
        self.assertEqual(self.found(), [], finding)

    def test_the_socket(self):
        self.assertEqual(self.found(), [])
        for fault, level, words in (
                (f"systemctl stop {SOCKET}", "fault", "inactive and enabled"),
                (f"systemctl disable -q {SOCKET}", "warning", "after the next start"),
                (f"systemctl mask -q --now {SOCKET}", "fault", f"{SOCKET} is masked"),
                (f"systemctl mask -q --now --runtime {SOCKET}", "fault", f"{SOCKET} is masked")):
            self.run_there(fault)
            self.mended(level, words)
        self.ready()

    def test_the_service_is_masked(self):
        """A login makes the socket fail. The log names doctor, and doctor what to do."""
        for where in ("", "--runtime"):
            self.run_there(f"systemctl mask -q {where} {SERVICE}")
            self.refused(self.login(self.user.wrong_code()))
            self.assertIn("run: aws-mfa doctor --pam sshd", self.decisions("sshd")[-1])
            self.run_there(f"systemctl is-failed {SOCKET}")
            self.mended("fault", f"{SERVICE} is masked")
        self.assertEqual(self.results("sshd"), [SYSTEM, SYSTEM])
        self.ready()


if __name__ == "__main__":
    unittest.main()
