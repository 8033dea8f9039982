"""Guessing codes: pam_faillock in the second-factor examples, and sshd's limits."""

import re
import time
import unittest

from live.case import EXAMPLES, example
from live.sshd import PROMPT, SshTest
from live.world import PASSWORD

DENY = 3            # pam_faillock's default, which the examples keep
LOCKED = "The account is locked due to 3 failed logins."
AT_ONCE = 16


def at_most_from_one_address(name):
    text = (EXAMPLES / f"sshd_config.d/{name}.conf").read_text()
    return int(re.search(r"(?m)^PerSourceMaxStartups (\d+)$", text)[1])


class GuessTest(SshTest):
    NEEDS = (*SshTest.NEEDS, "faillock")

    def faillock(self, *args, user="alice"):
        run = self.world.run("/usr/sbin/faillock", "--user", user, *args)
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        return len(re.findall(r"(?m)^\d{4}-\d\d-\d\d .* V$", run.stdout))

    def tally(self):
        """Makes an empty tally, as an earlier login leaves it. pam_faillock locks this file.
        Without the file there is no lock, and wrong codes at the same moment count as one."""
        uid = self.world.users["alice"]
        self.world.folder_at("/run/faillock")
        self.world.write("/run/faillock/alice", "", uid, 0o600)

    def judged(self, user=None):
        return len(self.box.codes_seen(user or self.user))


class AfterPublicKey(GuessTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls.sshd("sshd-mfa", example("pam.d/sshd-after-publickey"),
                              example("sshd_config.d/after-publickey.conf") +
                              "PermitRootLogin yes\n")
        cls.key_alone = cls.sshd("sshd-key", example("pam.d/sshd-after-publickey"),
                                 re.sub("(?m)^AuthenticationMethods .*$", "",
                                        example("sshd_config.d/after-publickey.conf")))

    def tries(self, *codes, user="alice"):
        """Types codes on one connection, until the server ends it: -> the console"""
        ssh = self.ssh(self.server, f"-oNumberOfPasswordPrompts={len(codes)}", "true", user=user)
        for code in codes:
            ssh.answer(PROMPT, code)
        return ssh

    def lock(self):
        self.tally()
        wrong = self.user.wrong_code()
        consoles = [self.tries(wrong) for _ in range(DENY)]
        for ssh in consoles:
            self.refused(ssh)
        self.assertEqual(self.faillock(), DENY)
        self.syslog.wait("pam_faillock.*user alice account temporarily locked")

    def test_locked_told_and_unlocked(self):
        self.lock()
        self.assertEqual(self.judged(), DENY)
        right = self.user.code()
        ssh = self.ssh(self.server, "true")
        self.refused(ssh)
        self.assertIn(LOCKED, ssh.screen)
        self.assertIn("(10 minutes left to unlock)", ssh.screen)
        self.assertNotIn(PROMPT, ssh.screen)
        self.assertEqual((self.judged(), self.faillock()), (DENY, DENY))
        self.assertEqual(self.faillock("--reset"), 0)
        self.logged_in(self.tries(right))

    def test_the_lock_ends_by_itself(self):
        """Changes the world's faillock.conf: a test cannot wait for ten minutes."""
        path = self.world.path("/etc/security/faillock.conf")
        before = path.read_text()
        self.addCleanup(self.world.write, "/etc/security/faillock.conf", before)
        self.write("/etc/security/faillock.conf", before + "\nunlock_time = 1\n")
        self.lock()
        time.sleep(2)       # pam_faillock counts whole seconds
        self.logged_in(self.tries(self.user.code()))

    def test_a_success_forgets_what_was_wrong(self):
        wrong = self.user.wrong_code()
        for _ in range(2):
            self.logged_in(self.tries(wrong, wrong, self.user.code()))
            self.assertEqual(self.faillock(), 0)
            self.user = self.enroll("alice")

    def test_a_key_without_a_code_forgets_nothing(self):
        """sshd then runs account but not auth. A line of pam_faillock in account would reset the
        tally."""
        self.lock()
        ssh = self.ssh(self.key_alone, "true", methods="publickey")
        self.assertEqual(ssh.wait(), 255, ssh.screen)
        self.assertEqual(self.faillock(), DENY)

    def test_the_same_connection_is_asked_no_more(self):
        wrong = self.user.wrong_code()
        ssh = self.ssh(self.server, f"-oNumberOfPasswordPrompts={DENY + 1}", "true")
        for _ in range(DENY):
            ssh.answer(PROMPT, wrong)
        ssh.expect(LOCKED)
        self.refused(ssh)
        self.assertEqual((ssh.screen.count(PROMPT), self.judged()), (DENY, DENY))

    def test_what_does_not_count(self):
        """An outage, a user without keys, and a prompt without an answer do not count."""
        ssh = self.ssh(self.server, "true")
        ssh.expect(PROMPT)
        ssh.kill()
        self.assertEqual(self.world.wait_for_processes([d.pid for d in self.daemons]), {})
        self.aws_down()
        self.refused(self.tries(self.user.code()))
        self.refused(self.tries("123456", user="bob"))
        self.assertEqual((self.faillock(), self.faillock(user="bob")), (0, 0))

    def test_root_is_not_locked_out(self):
        user = self.enroll("root", home="/root")
        self.own |= {"/root/.aws", "/root/.aws/config", "/root/.aws/credentials",
                     "/root/.aws/.credentials.aws-mfa-lock"}
        self.refused(self.tries(*(DENY + 1) * [user.wrong_code()], user="root"))
        self.logged_in(self.tries(user.code(), user="root"))

    def test_the_console_is_not_locked(self):
        self.lock()
        self.stack("login", example("pam.d/login"))
        login = self.console("/bin/login", "alice", env={"TERM": "dumb"})
        login.answer("Password: ", PASSWORD)
        login.answer(PROMPT, self.user.code)
        login.expect("AWS session valid until ")
        login.send("exit\n")
        login.wait()

    def test_many_at_once(self):
        """Types wrong codes on 16 connections at once, at each prompt. Until the third wrong code
        counts, each place of PerSourceMaxStartups can try one more code."""
        self.tally()
        places = at_most_from_one_address("after-publickey")
        self.assertLess(places, AT_ONCE // 2)
        wrong = self.user.wrong_code()
        consoles = [self.ssh(self.server, "-oNumberOfPasswordPrompts=3", "true")
                    for _ in range(AT_ONCE)]
        waiting = 0
        for ssh in consoles:
            try:
                ssh.expect(PROMPT, timeout=3)
                waiting += 1
            except AssertionError:
                self.assertRegex(ssh.screen, "Connection (closed|reset) by")
                continue
        self.assertLessEqual(waiting, places)
        self.assertGreater(waiting, 1)
        asked = [ssh for ssh in consoles if PROMPT in ssh.screen]
        for ssh in asked:
            ssh.send(wrong + "\n")
        while asked:
            for ssh in list(asked):
                try:
                    ssh.expect(PROMPT, timeout=0.1)
                    ssh.send(wrong + "\n")
                except AssertionError:
                    if ssh.process.poll() is not None:
                        asked.remove(ssh)
        self.assertGreaterEqual(self.judged(), DENY)
        self.assertLessEqual(self.judged(), places + DENY - 1)
        judged = self.judged()
        ssh = self.ssh(self.server, "true")
        self.refused(ssh)
        self.assertIn(LOCKED, ssh.screen)
        self.assertEqual(self.judged(), judged)

    def test_a_right_code_after_the_third_wrong_one(self):
        """All four see the prompt before AWS judges the first code."""
        wrong = self.user.wrong_code()
        consoles = [self.ssh(self.server, "true") for _ in range(DENY + 1)]
        for ssh in consoles:
            ssh.expect(PROMPT)
        self.tally()
        for ssh in consoles[:-1]:
            ssh.send(wrong + "\n")
        for ssh in consoles[:-1]:
            self.refused(ssh)
        consoles[-1].send(self.user.code() + "\n")
        self.refused(consoles[-1])
        self.assertTrue(self.has_session())     # AWS took the code; the login is refused
        self.assertEqual(self.faillock(), DENY)


class AfterPassword(GuessTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls.sshd("sshd-mfa", example("pam.d/sshd-after-password"),
                              example("sshd_config.d/after-password.conf"))

    def login(self, password, code):
        ssh = self.ssh(self.server, "true")
        ssh.answer("Password: ", password)
        ssh.answer(PROMPT, code)
        return ssh

    def all_refused(self, *passwords):
        """Types a wrong code in all logins at once: -> the text that the user saw"""
        self.tally()
        wrong = self.user.wrong_code()
        consoles = [self.login(password, wrong) for password in passwords]
        for ssh in consoles:
            self.refused(ssh)
        return {ssh.screen for ssh in consoles}

    def test_locked_in_silence_and_unlocked(self):
        seen = self.all_refused(*DENY * [PASSWORD])
        self.assertEqual(self.faillock(), DENY)
        locked = self.world.path("/run/faillock/alice").read_bytes()
        consoles = [self.login(password, self.user.wrong_code()) for password in (PASSWORD, "no")]
        for ssh in consoles:
            self.refused(ssh)
            seen.add(ssh.screen)
        self.assertEqual(len(seen), 1, seen)
        self.assertEqual(self.world.path("/run/faillock/alice").read_bytes(), locked)
        ssh = self.login(PASSWORD, self.user.code())
        self.refused(ssh)
        self.assertNotIn("locked", ssh.screen)
        self.user = self.enroll("alice")
        self.assertEqual(self.faillock("--reset"), 0)
        self.logged_in(self.login(PASSWORD, self.user.code()))

    def test_without_the_password_nobody_is_locked_out(self):
        self.all_refused(*(DENY + 1) * ["no"])
        self.assertEqual(self.faillock(), 0)
        self.logged_in(self.login(PASSWORD, self.user.code()))

    def test_a_success_forgets_what_was_wrong(self):
        self.all_refused(*(DENY - 1) * [PASSWORD])
        self.assertEqual(self.faillock(), DENY - 1)
        self.logged_in(self.login(PASSWORD, self.user.code()))
        self.assertEqual(self.faillock(), 0)


if __name__ == "__main__":
    unittest.main()
