"""Logins from end to end: real libpam, module, helper and network process, and the sandbox. The
cases in cases/ test the module with every odd answer."""

import ctypes
import json
import os
import re
import subprocess
import threading
import time
import unittest
from pathlib import Path

from home import config, long_term
from host import ROLE
from pam.logintest import LoginTest, OtherUser
from paths import BUILD, MODULE
from sandbox import faults

PR_SET_CHILD_SUBREAPER = 36
REFUSED = "error: No AWS MFA code was accepted. The system log says why.\n"


class Login(LoginTest):
    def test_a_code_logs_in_and_aws_works(self):
        out = self.login(self.user.code())
        self.assertIn('hidden prompt: "AWS MFA code: "\n', out)
        self.assertRegex(out, r"info: AWS session valid until 20\d\d-.* UTC\.\n")
        self.assertIn("auth = PAM_SUCCESS\n", out)
        self.assertRegex(out, r"log notice: .*result=accepted answer=PAM_SUCCESS "
                              r"request-id=[0-9a-f-]{36} key-id=ASIA\w{16}")
        answer = self.aws("sts", "get-caller-identity")
        self.assertEqual(json.loads(answer.stdout)["Arn"], self.user.arn)

    def test_no_command_for_the_code(self):
        """mfa_process is for whoever types a command."""
        text, ran = self.config.read_text(), self.home / "ran"
        for more in ("", "[default]\n"):
            self.config.write_text(f"{text}{more}mfa_process = touch {ran}\n")
            self.stack("profile=work always")
            self.assertIn("auth = PAM_SUCCESS\n", self.login(self.user.code()))
            self.assertFalse(ran.exists())
            self.assertEqual(self.aws_mfa("--force").returncode, 11)    # it prints nothing
            ran.unlink()

    def test_the_warm_up_is_not_signed(self):
        # The double may still be about to read what a login of another test had sent.
        self.box.stop()
        self.box.start()
        count, connections = len(self.box.requests), self.box.connections
        self.login(self.user.code())
        requests = self.box.requests[count:]
        self.assertEqual([r.action for r in requests], ["GET", "GetSessionToken"])
        self.assertNotIn("Authorization", requests[0].headers)
        self.assertEqual(self.box.connections - connections, 1)

    def test_a_valid_session_is_ignored_and_asks_nothing(self):
        self.login(self.user.code())
        count = len(self.box.requests)
        out = self.login()
        self.assertNotIn("prompt", out)
        # libpam's answer if every module ignored the login. A stack of only this module lets nobody
        # in.
        self.assertIn("result=valid answer=PAM_IGNORE", out)
        self.assertIn("auth = PAM_PERM_DENIED\n", out)
        self.assertEqual(len(self.box.requests), count)

    def test_a_session_renewed_while_the_lock_is_waited_for(self):
        """The log must not name the lock as the reason: the wait for it did no harm."""
        self.login(self.user.code())
        renewed = self.credentials.read_text()
        self.write_credentials()
        self.hold_lock(2, 0)
        self.stack("profile=work timeout=8")
        renewal = threading.Timer(1, self.write_credentials, [renewed])
        renewal.start()
        self.addCleanup(renewal.join)
        out = self.login(self.user.code())
        self.assertIn("prompt", out)
        self.assertIn(" result=valid answer=PAM_IGNORE\n", out)

    def test_the_time_of_the_prompt_tells_a_remote_host_nothing(self):
        """The time does not show whether there is a helper to start, or an account at all."""
        for user in ("alice", "nobody-here"):
            start = time.monotonic()
            out = self.login("1", calls=("--rhost", "192.0.2.1", "auth"), user=user)
            self.assertGreaterEqual(time.monotonic() - start, 0.03, user)
            self.assertIn("hidden prompt", out)

    def test_nor_where_the_name_is_asked_for_first(self):
        """telnetd's login does this. The time for typing the name does not count."""
        start = time.monotonic()
        out = self.login("@slow", "nobody-here", "1",
                         calls=("--no-user", "--rhost", "192.0.2.1", "auth"))
        self.assertGreaterEqual(time.monotonic() - start, 0.23)
        self.assertIn('visible prompt: "login:', out)
        self.assertIn("hidden prompt", out)

    def test_nor_where_a_signal_comes_meanwhile(self):
        """The helper ends because it has nothing to ask. The application handles SIGCHLD."""
        self.credentials.unlink()
        start = time.monotonic()
        out = self.login("1", calls=("--misbehave", "sigchld-reaped", "--rhost", "192.0.2.1",
                                     "auth"))
        self.assertGreaterEqual(time.monotonic() - start, 0.03)
        self.assertIn("hidden prompt", out)

    def test_what_becomes_of_ignored_in_a_stack(self):
        """Administrators must know this before they write a stack; pam_aws_mfa(8) says so."""
        self.login(self.user.code())
        path = self.home / "pam.d/bastion"
        for control, behind, answer in [
                ("[success=ok default=die]", "", "PAM_PERM_DENIED"),
                ("[success=ok ignore=ignore default=die]", "", "PAM_PERM_DENIED"),
                ("required", "", "PAM_PERM_DENIED"),
                ("required", "auth required pam_permit.so", "PAM_SUCCESS"),     # no factor at all
                ("[success=ok default=die]", "auth required pam_permit.so", "PAM_PERM_DENIED")]:
            with self.subTest(control=control, behind=behind):
                path.write_text(f"auth {control} {MODULE} profile=work\n{behind}\n")
                self.assertIn(f"auth = {answer}\n", self.login())

    def test_always_asks_and_takes_no_session_for_a_code(self):
        self.login(self.user.code())
        self.stack("profile=work always")
        self.assertIn("answer=PAM_AUTH_ERR", self.login(self.user.wrong_code()))
        self.assertIn("auth = PAM_SUCCESS", self.login(self.user.code()))

    def test_wrong_and_reused_code(self):
        out = self.login(self.user.wrong_code())
        self.assertIn(REFUSED, out)
        self.assertIn("auth = PAM_AUTH_ERR\n", out)
        self.assertEqual(self.section(), {})
        code = self.user.code()
        self.assertIn("auth = PAM_SUCCESS", self.login(code))
        self.stack("profile=work always")
        self.assertIn("auth = PAM_AUTH_ERR", self.login(code))

    def test_three_prompts(self):
        self.stack("profile=work prompts=3")
        out = self.login("12345", self.user.wrong_code(), self.user.code())
        self.assertEqual(out.count('hidden prompt: "Wrong code. AWS MFA code: "'), 2)
        self.assertIn("auth = PAM_SUCCESS", out)
        self.assertEqual(len(self.box.codes_seen(self.user)), 2)

    def test_what_is_no_code_goes_nowhere(self):
        for answer in ["hunter2", "1234567", "", "\b\n\r\177INCORRECT", "１２３４５６"]:
            with self.subTest(answer=answer):
                self.assertIn("result=not-six-digits answer=PAM_AUTH_ERR", self.login(answer))
        self.assertEqual(self.box.codes_seen(self.user), [])

    def test_a_password_of_six_digits_goes_nowhere(self):
        """The module before asked for the password. So the text is a password, even if it looks
        like a code."""
        (self.home / "pam.d/bastion").write_text(
            "auth optional pam_exec.so expose_authtok /bin/true\n"
            f"auth required {MODULE} profile=work\n")
        self.assertIn("result=not-six-digits answer=PAM_AUTH_ERR", self.login("271828", "271828"))
        self.assertEqual(self.box.codes_seen(self.user), [])
        self.assertIn("result=accepted answer=PAM_SUCCESS", self.login("271828", self.user.code()))

    def test_blanks_around_and_within_a_code(self):
        code = self.user.code()
        self.assertIn("auth = PAM_SUCCESS", self.login(f" {code[:3]} {code[3:]} "))

    def test_not_set_up(self):
        self.credentials.unlink()
        out = self.login("123456")
        self.assertIn("hidden prompt", out)
        self.assertIn(REFUSED, out)
        self.assertIn("auth = PAM_CRED_INSUFFICIENT\n", out)
        self.stack("profile=work nullok")
        out = self.login()
        self.assertNotIn("prompt", out)
        self.assertIn("result=not-set-up answer=PAM_IGNORE", out)

    def test_aws_down(self):
        self.config.write_text("[profile work]\nendpoint_url = https://localhost:1\n")
        out = self.login("123456")
        self.assertIn(REFUSED, out)
        self.assertIn("auth = PAM_AUTHINFO_UNAVAIL", out)
        self.stack("profile=work failmode=safe")
        out = self.login("123456")
        self.assertIn("log warning: ", out)
        self.assertIn("result=unavailable answer=PAM_IGNORE", out)

    def test_failure_after_the_code_is_never_softened(self):
        self.stack("profile=work failmode=safe timeout=3")
        for name, fault in [("throttled", faults.error("Throttling")), ("cut", faults.close()),
                            ("500", faults.error("InternalFailure", status=500)),
                            ("hang", faults.hang())]:
            with self.subTest(name):
                self.box.clear_faults()
                self.box.fault("GetSessionToken", fault)
                self.assertIn("result=code-spent answer=PAM_AUTHINFO_UNAVAIL", self.login("123456"))

    def test_guessing_in_parallel_is_no_outage(self):
        """Logins that wait for each other must not end in a result that failmode=safe forgives."""
        self.stack("profile=work always failmode=safe timeout=2")
        self.box.fault("GetSessionToken", faults.delay(0.3))
        argv = [BUILD / "tests/pam/login", self.home / "pam.d", "bastion", "alice",
                "--answer", self.user.wrong_code(), "auth"]
        logins = [subprocess.Popen(argv, env=self.nss, stdin=subprocess.DEVNULL, text=True,
                                   stdout=subprocess.PIPE) for _ in range(14)]
        outs = [login.communicate(timeout=60)[0] for login in logins]
        for out in outs:
            self.assertRegex(out, "result=(wrong-code|system-error|code-spent) ")

    def test_throttling_by_503_is_no_outage(self):
        self.stack("profile=work failmode=safe")
        self.box.fault("GET", faults.error("Throttling", status=503))
        self.assertIn("answer=PAM_AUTH_ERR", self.login(self.user.wrong_code()))

    def test_long_term_keys_where_the_session_would_be(self):
        """AWS judges the code, and the only copy of a key stays."""
        self.write_credentials(self.credentials.read_text() + "[work]\naws_access_key_id = AKIAX\n"
                               "aws_secret_access_key = only-copy\n")
        before = self.credentials.read_bytes()
        for options in ("profile=work", "profile=work always"):
            with self.subTest(options):
                self.stack(options)
                self.assertIn("auth = PAM_AUTH_ERR", self.login(self.user.wrong_code()))
                device = self.user.add_device(options.replace("=", "").replace(" ", ""))
                self.credentials.write_bytes(before.replace(self.user.serial.encode(),
                                                            device.serial.encode()))
                out = self.login(device.code())
                self.assertIn("result=not-stored answer=PAM_SUCCESS", out)
                self.assertIn("[work] holds long-term keys", out)
                self.assertIn(b"only-copy", self.credentials.read_bytes())
                self.credentials.write_bytes(before)

    def test_policy_and_bad_key(self):
        right = self.credentials.read_text()
        self.write_credentials(right.replace(self.user.secret_access_key, "A" * 40))
        bad_key = self.login(self.user.code())
        self.write_credentials(right)
        self.box.policy_denies(self.user)
        for out in (bad_key, self.login(self.user.code())):
            self.assertIn("result=configuration answer=PAM_CRED_INSUFFICIENT", out)
            self.assertIn(REFUSED, out)

    def test_verbose_gives_the_reason(self):
        self.stack("profile=work verbose")
        self.assertRegex(self.login(self.user.wrong_code()),
                         r"error: The AWS MFA code was wrong or already used: .+\n")

    def test_role(self):
        self.write_credentials(self.credentials.read_text() + f"assume_role = {ROLE}\n")
        self.assertIn("auth = PAM_SUCCESS", self.login(self.user.code()))
        self.assertEqual(self.section()["assumed_role_arn"], ROLE)
        answer = self.aws("sts", "get-caller-identity")
        self.assertEqual(json.loads(answer.stdout)["Arn"],
                         "arn:aws:sts::123456789012:assumed-role/Admin/alice")

    def rename(self, name):
        passwd = self.home / "passwd"
        passwd.write_text(name + ":" + passwd.read_text().partition(":")[2])

    def test_names_as_a_directory_has_them(self):
        """The default session name of a role replaces characters that IAM does not allow there."""
        self.stack("profile=work always")
        for n, (name, logged, session) in enumerate([
                ("corp\\frank", "corp\\frank", "corp-frank"), ("gina smith", "gina?smith", "gina-smith"),
                ("svc$", "svc$", "svc-"), ("géna", "géna", "g--na")]):
            with self.subTest(name):
                self.user = self.box.add_user(f"user{type(self).users}-{n}")
                self.write_credentials()
                self.write_credentials(self.credentials.read_text() + f"assume_role = {ROLE}\n")
                self.rename(name)
                out = self.login(self.user.code(), user=name, calls=("auth", "account"))
                self.assertIn(f"user={logged} rhost=", out)
                self.assertIn("auth = PAM_SUCCESS\n", out)
                self.assertNotIn("result=no-code", out)
                answer = self.aws("sts", "get-caller-identity")
                self.assertEqual(json.loads(answer.stdout)["Arn"],
                                 f"arn:aws:sts::123456789012:assumed-role/Admin/{session}")

    def test_names_under_nullok(self):
        self.stack("profile=work nullok")
        self.credentials.unlink()
        for name in ("corp\\frank", "gina smith", "svc$", "géna"):
            with self.subTest(name):
                self.rename(name)
                out = self.login(user=name)
                self.assertNotIn("prompt", out)
                self.assertIn("result=not-set-up answer=PAM_IGNORE", out)

    def test_a_profile_in_japanese(self):
        """All three programs show names from the files as people wrote them."""
        for path, section in [(self.credentials, "[{}-long-term]"), (self.config, "[profile {}]")]:
            text = path.read_text()
            self.assertIn(section.format("work"), text)
            path.write_text(text.replace(section.format("work"), section.format("日本語")))
        self.stack("verbose notify setenv profile=日本語 [prompt=六桁のコード： ]")
        out = self.login(self.user.code(), calls=("auth", "open"))
        self.assertIn('hidden prompt: "六桁のコード： "\n', out)
        self.assertIn(" profile=日本語 account=123456789012 result=accepted ", out)
        self.assertIn("env AWS_PROFILE=日本語\n", out)
        self.assertIn("aws_session_token", self.section("日本語"))
        self.stack("verbose notify profile=平仮名 [prompt=六桁のコード： ]")
        out = self.login("123456", calls=("auth", "open"))
        reason = re.search(r'profile=平仮名 result=not-set-up .* reason="(.*)"', out)
        self.assertIn("平仮名", reason[1])
        self.assertIn(f"error: AWS MFA is not set up for this user: {reason[1]}\n", out)

    def test_notify(self):
        self.stack("profile=work notify")
        out = self.login(calls=("open",))
        self.assertIn("info: There is no valid AWS session. Renew it with: aws-mfa --profile work\n",
                      out)
        self.login(self.user.code())
        self.assertEqual(self.login(calls=("open",)), "open = PAM_SUCCESS\n")
        text = self.credentials.read_text()
        self.write_credentials(text.replace(self.section()["expiration"], "2020-01-02 03:04:05"))
        self.assertIn("info: AWS session expired at 2020-01-02 03:04 UTC.", self.login(calls=("open",)))

    def test_renews_ahead(self):
        """At a login, too. Who only reports gives the true end."""
        self.stack("profile=work notify")
        self.login(self.user.code())
        for ahead, out in [("1h", "result=valid answer=PAM_IGNORE"), ("13h", "result=accepted answer=PAM_SUCCESS")]:
            self.write_credentials(re.sub(r"(\[work-long-term\]\n)(renew_before.*\n)?",
                                          rf"\1renew_before = {ahead}\n", self.credentials.read_text()))
            self.assertIn(out, self.login(self.user.code()))
            self.assertEqual(self.login(calls=("open",)), "open = PAM_SUCCESS\n")

    def others(self, also):
        """Further profiles: of the same device without and with a role, and of another device."""
        self.write_credentials(
            long_term(self.user).replace("]\n", f"]\nalso = {also}\n") + long_term(self.user, "twin") +
            long_term(self.user, "admin") + f"assume_role = {ROLE}\n" +
            long_term(self.box.add_user(f"{self.user.name}-other"), "stage"))
        text = config(self.box.url, self.box.ca_path)
        self.config.write_text("".join(text.replace("[profile work]", f"[profile {name}]")
                                       for name in ("work", "twin", "admin", "stage")))

    def test_also(self):
        """After the verdict, those of the same device get the session, too."""
        self.others("stage, admin, twin")
        self.stack("profile=work always")
        self.assertIn("auth = PAM_SUCCESS\n", self.login(self.user.code()))
        end = time.monotonic() + 15
        while not self.section("twin") or not self.section("admin"):
            self.assertLess(time.monotonic(), end, self.credentials.read_text())
            time.sleep(0.02)
        self.assertEqual(self.section("twin"), self.section("work"))
        self.assertEqual(self.section("admin")["assumed_role_arn"], ROLE)
        self.assertEqual(self.section("stage"), {})

    def children(self):
        return {pid for file in Path("/proc/self/task").glob("*/children") for pid in file.read_text().split()}

    def login_and_wait(self, known):
        """Until all that it has left behind has ended, too: children of this process, beside those known."""
        self.assertIn("auth = PAM_SUCCESS\n", self.login(self.user.code()))
        for pid in self.children() - known:
            os.waitpid(int(pid), 0)

    def test_a_bad_also(self):
        """It changes nothing for the login."""
        # what a login leaves behind becomes a child of this process
        prctl = ctypes.CDLL(None).prctl
        self.assertEqual(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0)
        self.addCleanup(prctl, PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)
        known = self.children()
        self.others("nobody, twin")
        self.login_and_wait(known)
        self.assertEqual(self.section("twin"), {})
        self.write_credentials(self.credentials.read_text().replace("nobody", "work"))
        self.stack("profile=work always")
        self.login_and_wait(known)
        self.assertEqual(self.section("twin"), {})

    def test_notify_of_no_set_up(self):
        self.stack("profile=work notify")
        self.credentials.unlink()
        self.assertEqual(self.login(calls=("open",)), "open = PAM_SUCCESS\n")
        self.write_credentials("[work-long-term]\n")
        self.assertIn("log warning: pam_aws_mfa(bastion:session): notify: ",
                      self.login(calls=("open",)))

    def test_the_log_names_the_account(self):
        """The account of the role, or else of the device. Refusals and a valid session have it,
        too."""
        for code, result in [(self.user.wrong_code(), "wrong-code"), (self.user.code(), "accepted"),
                             ("", "valid")]:
            self.assertIn(f" account=123456789012 result={result} ", self.login(code))
        self.stack("profile=work always")
        text = self.credentials.read_text()
        other = text.replace("123456789012:mfa", "210987654321:mfa")
        self.write_credentials(other)
        self.assertIn(" account=210987654321 result=", self.login("123456"))
        self.write_credentials(other.replace("[work-long-term]\n",
                                             f"[work-long-term]\nassume_role = {ROLE}\n"))
        self.assertIn(" account=123456789012 result=", self.login("123456"))
        self.write_credentials(re.sub("aws_mfa_device.*", "aws_mfa_device = GAHT12345678", text))
        self.assertRegex(self.login("123456"), " profile=work result=(wrong-code|configuration) ")

    def test_pamtester_and_pam_wrapper(self):
        run = subprocess.run(
            ["pamtester", "bastion", "alice", "authenticate"], input=self.user.code() + "\n",
            env={**self.nss, "LD_PRELOAD": "libpam_wrapper.so libnss_wrapper.so",
                 "PAM_WRAPPER": "1", "PAM_WRAPPER_SERVICE_DIR": f"{self.home}/pam.d",
                 "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, timeout=60)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("successfully authenticated", run.stdout)


class AsRoot(OtherUser, Login):
    """The same with a user other than the one who runs the application."""


if __name__ == "__main__":
    unittest.main()
