"""Plays the auth lines of the second-factor examples through the real libpam, with every possible
answer of their modules. Nobody gets in without a right code, and everybody gets in with one."""

import ctypes
import itertools
import re
import unittest

from paths import REPO, temporary

EXAMPLES = REPO / "examples"

# As pam_debug.so calls them; the number of each is its place in <security/_pam_types.h>.
ANSWERS = ("success open_err symbol_err service_err system_err buf_err perm_denied auth_err "
           "cred_insufficient authinfo_unavail user_unknown maxtries new_authtok_reqd acct_expired "
           "session_err cred_unavail cred_expired cred_err no_module_data conv_err authtok_err "
           "authtok_recover_err authtok_lock_busy authtok_disable_aging try_again ignore abort "
           "authtok_expired module_unknown bad_item conv_again incomplete").split()
WRONG = ("auth_err", "maxtries")
# pam_faillock ignores a user that passwd does not have. Its other errors take the way of this one.
LOCKED = ("auth_err",)
PREAUTH = ("success", "ignore", *LOCKED)
AUTHSUCC = ("success", "ignore", *LOCKED)
AUTHFAIL = ("ignore", "success", *LOCKED)


class Conversation(ctypes.Structure):
    _fields_ = [("function", ctypes.c_void_p), ("data", ctypes.c_void_p)]


CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p,
                            ctypes.c_void_p)


def auth_lines(name):
    """[(control, module, arguments)]"""
    found = re.findall(r"(?m)^auth\s+(\[.*?\]|\w+)\s+(\S+)(.*)$",
                       (EXAMPLES / "pam.d" / name).read_text())
    return [(control, module, rest.split()) for control, module, rest in found]


class Stacks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = temporary(cls.addClassCleanup)
        (cls.folder / "other").write_text("auth required pam_deny.so\n")
        cls.pam = ctypes.CDLL("libpam.so.0")
        cls.callback = CALLBACK(lambda *_: ANSWERS.index("conv_err"))
        cls.conversation = Conversation(ctypes.cast(cls.callback, ctypes.c_void_p), None)

    def play(self, lines, answers, call="pam_authenticate", credentials=None):
        """-> what libpam makes of it when each line's module answers what answers has for it"""
        credentials = credentials or ["success"] * len(lines)
        text = "".join(f"auth {control} pam_debug.so auth={answer} cred={credential}\n"
                       for (control, _, _), answer, credential in zip(lines, answers, credentials))
        (self.folder / "stack").write_text(text)
        handle = ctypes.c_void_p()
        started = self.pam.pam_start_confdir(
            b"stack", b"root", ctypes.byref(self.conversation), bytes(self.folder),
            ctypes.byref(handle))
        self.assertEqual(started, 0)
        try:
            return ANSWERS[getattr(self.pam, call)(handle, 0)]
        finally:
            self.pam.pam_end(handle, 0)

    def test_pam_debug_answers(self):
        """The other tests rest on this."""
        for answer in ANSWERS:
            if answer not in ("ignore", "new_authtok_reqd"):
                got = self.play([("required", "pam_debug.so", [])], [answer])
                self.assertEqual(got, answer)

    def every(self, lines, **answers):
        """Every combination: {kind of line: answer}, and what came of it."""
        kinds = [self.kind(line) for line in lines]
        names = sorted(set(kinds))
        for chosen in itertools.product(*(answers[name] for name in names)):
            of = dict(zip(names, chosen))
            yield of, self.play(lines, [of[kind] for kind in kinds])

    @staticmethod
    def kind(line):
        _, module, arguments = line
        if module == "pam_faillock.so":
            return arguments[0]
        return {"pam_unix.so": "password", "pam_aws_mfa.so": "code", "pam_exec.so": "key",
                "pam_succeed_if.so": "member"}[module]

    def check(self, name, password=("success",)):
        lines = auth_lines(name)
        self.assertIn("code", [self.kind(line) for line in lines])
        came_in = 0
        for of, got in self.every(lines, preauth=PREAUTH, authfail=AUTHFAIL, authsucc=AUTHSUCC,
                                  code=ANSWERS, password=password):
            right = of["code"] == "success" and of.get("password", "success") == "success"
            unlocked = of["preauth"] not in LOCKED and of["authsucc"] not in LOCKED \
                and "success" in (of["preauth"], of["authsucc"])
            self.assertEqual(got == "success", right and unlocked, (name, of, got))
            came_in += got == "success"
        self.assertGreater(came_in, 0)

    def test_after_publickey(self):
        self.check("sshd-after-publickey")

    def test_keystore(self):
        """The same lines as without keystore: what is tested there is tested here."""
        for name, like in (("sshd-keystore", "sshd-after-publickey"),
                           ("sshd-keystore-group", "sshd-rollout-group")):
            self.assertEqual(auth_lines(name), [
                (control, module, ["keystore"] if module == "pam_aws_mfa.so" else arguments)
                for control, module, arguments in auth_lines(like)])

    def test_sudo_and_su_with_keystore(self):
        """The lines of sshd, after those of common-auth. Wrong codes count in a folder of their own."""
        common = [("[success=1 default=ignore]", "", []), ("requisite", "", []), ("required", "", [])]
        for name, before in (("sudo-keystore", []),
                             ("su-keystore", [("sufficient", "pam_rootok.so", [])])):
            lines = auth_lines(name)
            self.assertEqual(lines[:len(before)], before)
            lines = lines[len(before):]
            own = f"dir=/run/faillock-{name.split('-')[0]}"
            for _, module, arguments in lines:
                self.assertEqual(own in arguments, module == "pam_faillock.so", name)
            self.assertEqual([(control, module, [a for a in arguments if a not in (own, "even_deny_root")])
                              for control, module, arguments in lines], auth_lines("sshd-keystore"))
            for password, code in itertools.product(("success", "auth_err"), ANSWERS):
                got = self.play([*common, *lines], [password, "auth_err", "success", "ignore", code,
                                                    "ignore", "success"])
                self.assertEqual(got == "success", (password, code) == ("success", "success"))

    def test_after_password(self):
        self.check("sshd-after-password", ("success", "auth_err", "user_unknown", "ignore",
                                           "authinfo_unavail", "new_authtok_reqd", "maxtries"))

    def check_rollout(self, name, is_asked, **answers):
        """A user who is not asked for a code needs the key. No other line stands for the key."""
        lines = auth_lines(name)
        ways = set()
        two = ("success", *LOCKED)
        for of, got in self.every(lines, preauth=two, authfail=("ignore",), authsucc=two,
                                  code=ANSWERS, key=("success", "perm_denied"), **answers):
            asked = is_asked(of)
            proved = of["code" if asked else "key"] == "success"
            unlocked = of["preauth"] not in LOCKED
            if asked:
                unlocked = unlocked and of["authsucc"] not in LOCKED
            self.assertEqual(got == "success", proved and unlocked, (name, of, got))
            if got == "success":
                ways.add(asked)
        self.assertEqual(ways, {True, False})

    def test_rollout_until(self):
        self.check_rollout("sshd-rollout-until", lambda of: of["code"] != "ignore")

    def test_rollout_group(self):
        self.check_rollout("sshd-rollout-group", lambda of: of["member"] == "success",
                           member=("success", "auth_err"))

    def test_sshd_sees_a_wrong_code(self):
        """The answer of the code's line stays. pam_faillock, below it, cannot change it."""
        for name in ("sshd-after-publickey", "sshd-after-password"):
            lines = auth_lines(name)
            for of, got in self.every(lines, preauth=("success",), authfail=AUTHFAIL,
                                      authsucc=("success",), password=("success",), code=WRONG):
                self.assertEqual(got, of["code"], (name, of))

    def test_only_wrong_codes_after_a_right_password_count(self):
        """A line after `authfail` shows that libpam has reached it: this line drops the earlier
        answers and ends the stack with another answer."""
        for name in ("sshd-after-publickey", "sshd-after-password"):
            lines = auth_lines(name)
            at = [self.kind(line) for line in lines].index("authfail")
            lines[at:] = [("[default=reset]", "pam_faillock.so", ["authfail"]),
                          ("[default=die]", "pam_faillock.so", ["authsucc"])]
            for of, got in self.every(lines, preauth=("success",), authfail=("success",),
                                      authsucc=("abort",),
                                      password=("success", "auth_err", "user_unknown"),
                                      code=[a for a in ANSWERS if a not in ("success", "abort")]):
                counted = of["code"] in WRONG and of.get("password", "success") == "success"
                self.assertEqual(got == "abort", counted, (name, of, got))

    def test_credentials_alone(self):
        """sshd calls pam_setcred() in a process that has not run pam_authenticate(). There
        pam_exec and pam_succeed_if say PAM_IGNORE."""
        for name in ("sshd-after-publickey", "sshd-after-password", "sshd-rollout-until",
                     "sshd-rollout-group"):
            lines = auth_lines(name)
            answers = ["ignore" if self.kind(line) in ("key", "member") else "success"
                       for line in lines]
            self.assertEqual(self.play(lines, ["success"] * len(lines), "pam_setcred", answers),
                             "success", name)


if __name__ == "__main__":
    unittest.main()
