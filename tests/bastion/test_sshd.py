"""sshd of a whole bastion, as in the examples: what is let in and what is refused."""

import unittest

from bastion.case import PROMPT, BastionTest
from live.world import PASSWORD

WRONG, ACCEPTED = "wrong-code answer=PAM_AUTH_ERR", "accepted answer=PAM_SUCCESS"
NO_CODE = "not-six-digits answer=PAM_AUTH_ERR"
DOWN = "unavailable answer=PAM_AUTHINFO_UNAVAIL"


class AfterPublickey(BastionTest):
    SSHD = ("sshd-after-publickey", "after-publickey")

    def login(self, code, *command):
        ssh = self.ssh(*(command or ("true",)))
        ssh.answer(PROMPT, code)
        return ssh

    def test_a_code(self):
        self.logged_in(self.login(self.user.code))
        self.assertTrue(self.has_session())
        line, = self.decisions("sshd")
        key_id = self.box.sessions[-1].access_key_id
        for part in ("user=alice ", " profile=work ", "account=123456789012 ", "result=accepted ",
                     "answer=PAM_SUCCESS ", "request-id=", f"key-id={key_id}"):
            self.assertIn(part, line)

    def test_a_wrong_code(self):
        self.refused(self.login(self.user.wrong_code()))
        self.assertEqual(self.results("sshd"), [WRONG])
        self.assertFalse(self.has_session())

    def test_a_code_that_was_used(self):
        code = self.user.code()
        self.logged_in(self.login(code))
        self.refused(self.login(code))
        self.assertEqual(self.results("sshd"), [ACCEPTED, WRONG])

    def test_no_code(self):
        self.refused(self.login(""))
        self.assertEqual(self.results("sshd"), [NO_CODE])

    def test_a_line_that_drops(self):
        ssh = self.ssh("true")
        ssh.expect(PROMPT, 60)
        ssh.kill()
        self.logged_in(self.login(self.user.code))

    def test_no_key(self):
        ssh = self.ssh("-o", "PubkeyAuthentication=no", "true")
        self.refused(ssh)
        self.assertNotIn(PROMPT, ssh.screen)

    def test_three_wrong_codes_lock_until_they_are_forgotten(self):
        for _ in range(3):
            self.refused(self.login(self.user.wrong_code()))
        ssh = self.ssh("true")
        self.refused(ssh)
        self.assertNotIn(PROMPT, ssh.screen)
        self.run_there("faillock --user alice --reset")
        self.logged_in(self.login(self.user.code))

    def test_aws_down_and_back(self):
        self.aws_down()
        self.refused(self.login(self.user.code))
        self.assertEqual(self.results("sshd"), [DOWN])
        self.aws_up()
        self.logged_in(self.login(self.user.code))

    def test_the_way_back_in(self):
        """While AWS is down, the sshd for root asks only for a key."""
        self.aws_down()
        ssh = self.ssh("-o", "ControlPath=none", "id -un", host="control")
        self.logged_in(ssh)
        self.assertEqual(ssh.screen.splitlines()[0], "root")
        root = self.ssh("-l", "root", "true")
        root.answer(PROMPT, self.user.code)
        self.refused(root)

    def test_the_session_of_logind(self):
        ssh = self.login(self.user.code, "echo profile=[$AWS_PROFILE]; loginctl show-session "
                         "$XDG_SESSION_ID -p Name -p Service -p Type -p Class")
        self.logged_in(ssh)
        for part in ("profile=[work]", "Name=alice", "Service=sshd", "Type=tty", "Class=user"):
            self.assertIn(part, ssh.screen.splitlines())

    def test_a_restart_of_sshd(self):
        """Users who are logged in stay. A prompt stays, too."""
        inside = self.login(self.user.code, "echo in; read line; echo got $line")
        inside.expect("in\r\n", 60)
        asked = self.ssh("true")
        asked.expect(PROMPT, 60)
        self.run_there("systemctl restart ssh")
        other = self.login(self.user.code)
        asked.send(self.user.code() + "\n")
        inside.send("text\n")
        for ssh in (other, asked, inside):
            self.logged_in(ssh)
        self.assertIn("got text", inside.screen)

    def test_limits_of_the_unit(self):
        """LimitNPROC= counts the processes of the user. A limit that is too low is no outage: the
        login is refused, and the log names the limit. The module may raise the limit to 4, so the
        user has more processes."""
        self.addCleanup(self.limit, None)
        self.addCleanup(self.run_there, "systemctl stop sleepers")
        self.run_there("systemd-run -q --unit=sleepers --uid=alice "
                       "sh -c 'sleep 600 & sleep 600 & sleep 600 & wait'")
        self.limit(20)
        self.logged_in(self.login(self.user.code))
        self.limit(2)
        self.refused(self.login(self.user.code))
        self.assertEqual(self.results("sshd"), [ACCEPTED, "system-error answer=PAM_SYSTEM_ERR"])
        self.assertRegex(self.decisions("sshd")[1],
                         "RLIMIT_NPROC (2, 4 needed|4 is used up|is 4 for)")

    def limit(self, processes):
        drop = "/etc/systemd/system/ssh.service.d/limit.conf"
        text = f"[Service]\nLimitNPROC={processes or 'infinity'}\n"
        self.bastion.write(drop, text)
        self.run_there("systemctl daemon-reload && systemctl restart ssh")


class AfterPassword(BastionTest):
    SSHD = ("sshd-after-password", "after-password")

    def login(self, password, code):
        ssh = self.ssh("true")
        ssh.answer("Password: ", password)
        ssh.answer(PROMPT, code)
        return ssh

    def test_a_password_and_a_code(self):
        self.logged_in(self.login(PASSWORD, self.user.code))

    def test_no_code_and_a_code_that_was_used(self):
        code = self.user.code()
        self.refused(self.login(PASSWORD, ""))
        self.logged_in(self.login(PASSWORD, code))
        self.refused(self.login(PASSWORD, code))
        self.assertEqual(self.results("sshd"), [NO_CODE, ACCEPTED, WRONG])

    def test_aws_down_and_back(self):
        self.aws_down()
        self.refused(self.login(PASSWORD, self.user.code))
        self.aws_up()
        self.logged_in(self.login(PASSWORD, self.user.code))
        self.assertEqual(self.results("sshd"), [DOWN, ACCEPTED])

    def test_only_one_of_them_is_right(self):
        """sshd asks for both, even after a wrong password."""
        self.refused(self.login("wrong", self.user.code()))
        self.refused(self.login(PASSWORD, self.user.wrong_code()))
        self.assertFalse(self.has_session() and self.results("sshd")[-1] == ACCEPTED)

    def test_not_enrolled(self):
        ssh = self.ssh("-l", "bob", "true")
        ssh.answer("Password: ", PASSWORD)
        ssh.answer(PROMPT, "123456")
        self.refused(ssh)


class Convenience(BastionTest):
    SSHD = ("sshd-convenience", "convenience")

    def login(self, code=None, name="alice"):
        ssh = self.ssh("-o", "PubkeyAuthentication=no", "-l", name, "true")
        ssh.answer("Password: ", PASSWORD)
        if code is not None:
            ssh.answer(PROMPT, code)
        self.logged_in(ssh)
        return ssh

    def test_a_code_starts_a_session(self):
        self.login(self.user.code)
        self.assertTrue(self.has_session())

    def test_a_wrong_code_and_no_code_refuse_nobody(self):
        self.login(self.user.wrong_code())
        self.login("")
        self.assertEqual(self.results("sshd"), [WRONG, NO_CODE])
        self.assertFalse(self.has_session())

    def test_aws_down_and_back(self):
        self.aws_down()
        self.login(self.user.code)
        self.aws_up()
        self.login(self.user.code)
        self.assertEqual(self.results("sshd"), [DOWN, ACCEPTED])

    def test_not_enrolled(self):
        ssh = self.login(name="bob")
        self.assertNotIn(PROMPT, ssh.screen)

    def test_a_key_alone_is_told_of_no_session(self):
        ssh = self.ssh()
        ssh.expect("There is no valid AWS session", 60)


if __name__ == "__main__":
    unittest.main()
