"""From one user to another in keystore mode, with an environment, limits or a name that a caller chose."""

import unittest

from bastion.bastion import STS_PORT
from bastion.case import PROMPT
from bastion.keystore import ACCEPTED, CONFIG, KEYS, WRONG, SlowTest
from live.world import PASSWORD
from paths import BUILD

# What a caller sets for su and sudo, and the folder with what it names.
EVIL = "/tmp/evil"
POISONS = [*(f"{name}={EVIL}{rest}" for name, rest in {
    "LD_PRELOAD": "/mark.so", "LD_AUDIT": "/mark.so", "LD_LIBRARY_PATH": "", "PATH": ":/usr/bin:/bin",
    "LOCPATH": "", "HOME": "", "CURL_HOME": "", "OPENSSL_CONF": "/pipe", "SSL_CERT_FILE": "/pipe",
    "AWS_CA_BUNDLE": "/pipe", "AWS_CONFIG_FILE": "/pipe", "TZ": "/pipe"}.items()),
    "LC_ALL=evil.UTF-8", "AWS_ENDPOINT_URL=https://127.0.0.1:1", "AWS_PROFILE=evil",
    "https_proxy=http://127.0.0.1:1", "LISTEN_FDS=1"]
# Root makes it. Then it harms programs that are not set-uid: they leave marks, do not start, or wait for
# somebody to write to a pipe.
MAKE_EVIL = f"""
cd {EVIL}; mkdir evil.UTF-8; touch marks; mkfifo pipe .curlrc evil.UTF-8/LC_IDENTIFICATION
cp mark.so libpam.so.0; printf '#!/bin/sh\necho x >>{EVIL}/marks\n' >aws-mfa; cp aws-mfa aws-mfa-sts
chmod 666 marks; chmod 755 aws-mfa*
marked() {{ env "$@" >/dev/null; [ ! -s marks ] || echo "$1"; : >marks; }}
opened() {{
    pipe=$1; shift; env "$@" >/dev/null 2>&1 &
    timeout 60 sh -c ": >$pipe" && echo "$1"; kill $!; wait
}} 2>/dev/null
marked LD_PRELOAD=$PWD/mark.so true; marked LD_AUDIT=$PWD/mark.so true
LD_LIBRARY_PATH=$PWD runuser 2>&1 | grep -o '^runuser: .* error'
marked PATH=$PWD aws-mfa; marked PATH=$PWD aws-mfa-sts
opened evil.UTF-8/LC_IDENTIFICATION LOCPATH=$PWD LC_ALL=evil.UTF-8 locale
opened pipe TZ=$PWD/pipe date
for name in OPENSSL_CONF SSL_CERT_FILE; do
    opened pipe $name=$PWD/pipe curl -m 5 https://127.0.0.1:{STS_PORT}
done
opened .curlrc CURL_HOME=$PWD curl -m 5 https://127.0.0.1:{STS_PORT}
"""
HARMED = "".join(f"{line}\n" for line in (
    f"LD_PRELOAD={EVIL}/mark.so", f"LD_AUDIT={EVIL}/mark.so", "runuser: symbol lookup error", f"PATH={EVIL}",
    f"PATH={EVIL}", f"LOCPATH={EVIL}", f"TZ={EVIL}/pipe", f"OPENSSL_CONF={EVIL}/pipe",
    f"SSL_CERT_FILE={EVIL}/pipe", f"CURL_HOME={EVIL}"))


class Crossings(SlowTest):
    def tried(self, command, *answers):
        """-> the console of alice, who was asked and answered"""
        console = self.ssh("-p", "2222", command)
        for prompt, text in answers:
            console.answer(prompt, text)
        return console

    def test_sudo_to_another_user(self):
        """The caller's code counts, and the target's does not."""
        bob = self.enroll("bob")
        console = self.tried("sudo -u bob id -un", ("for alice: ", PASSWORD), (PROMPT, bob.code),
                             ("for alice: ", PASSWORD), (PROMPT, self.user.code))
        self.logged_in(console)
        self.assertEqual(console.screen.splitlines()[-1], "bob")
        self.assertEqual(self.results("sudo"), [WRONG, ACCEPTED])
        self.assertEqual((self.has_session("bob"), self.has_session()), (False, True))

    def test_environment(self):
        """Of su and sudo: nothing of the caller's has a part in it."""
        with open(BUILD / "tests/bastion/mark.so", "rb") as file:
            self.run_there(f"rm -rf {EVIL}; install -D -m 755 /dev/stdin {EVIL}/mark.so", stdin=file)
        self.addCleanup(self.run_there, f"rm -rf {EVIL}")
        self.assertEqual(self.run_there(MAKE_EVIL), HARMED)
        bob = self.enroll("bob")
        evil = "env " + " ".join(POISONS)
        for code, status in ((bob.wrong_code(), 1), (bob.code(), 0)):
            console = self.tried(f"{evil} su -p bob -c 'id -un'", ("Password: ", PASSWORD), (PROMPT, code))
            self.assertEqual(console.wait(), status, console.screen)
        self.assertEqual(console.screen.splitlines()[-1], "bob")
        console = self.tried(f"{evil} sudo -E id -un", ("for alice: ", PASSWORD),
                             (PROMPT, self.user.wrong_code()), ("for alice: ", PASSWORD),
                             (PROMPT, self.user.code))
        self.logged_in(console)
        self.assertEqual(console.screen.splitlines()[-1], "root")
        for service in ("su", "sudo"):
            self.assertEqual(self.results(service), [WRONG, ACCEPTED])
        self.assertEqual(self.run_there(f"cat {EVIL}/marks"), "")

    def test_limits_of_the_caller(self):
        """Each with a wrong code, at once: whatever fails, nobody gets in."""
        bob = self.enroll("bob")
        limits = ("-n 4", "-n 6", "-n 8", "-n 12", "-f 0", "-t 1", "-v 20000", "-s 64", "-u 1", "-l 0",
                  "-d 1000", "-i 0", "-q 0")
        script = "\n".join(
            f"( ulimit {limit}; (echo '{PASSWORD}'; sleep 3; echo {bob.wrong_code()}; sleep 1) | "
            f"su bob -c 'echo $((6*7)) in' ) 2>/dev/null &" for limit in limits)
        status, said = self.as_user("alice", f"{script}\nwait\necho tried")
        self.assertNotIn("42 in", said)
        self.assertIn("tried", said)
        results = self.results("su")
        self.assertIn(WRONG, results)
        self.assertNotRegex(" ".join(results), "SUCCESS|IGNORE")
        self.assertFalse(self.has_session("bob"))

    def test_a_name_that_is_used_again(self):
        """Another person has the name now, and another uid: the entry is not theirs."""
        self.addCleanup(self.run_there, "userdel -rf carol; rm -f " + KEYS + "/carol")
        self.run_there(f"useradd -m -s /bin/sh -p '*' carol; cp -r /home/alice/.ssh /home/carol; "
                       "chown -R carol: /home/carol/.ssh")
        carol = self.enroll("carol")
        self.run_there("usermod -u 31234 carol; chown -R carol: /home/carol")
        ssh = self.ssh("-l", "carol", "true")
        ssh.answer(PROMPT, carol.code)
        self.refused(ssh)
        self.assertEqual(self.results("sshd"), [CONFIG])
        self.assertIn("uid", self.decisions("sshd")[0])


if __name__ == "__main__":
    unittest.main()
