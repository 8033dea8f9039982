"""The two processes of aws-mfa-sts: a talker that was taken over gets no more than the signer may give
(hostile_talker.c), the secret key is in the signer alone, and neither outlives the other.

The last class looks whether the tests would notice: it takes one defence away at a time."""

import ctypes
import os
import re
import select
import shlex
import signal
import subprocess
import time
import unittest
import urllib.parse
from pathlib import Path

from paths import BUILD, REPO
from sandbox import faults
from tool.sts.ststest import ROLE, Peer, StsTest, halves

HOSTILE = BUILD / "tests/tool/sts/hostile_talker"
URL = "https://sts.test"
KEYS = {"access-key-id": "AKIA" + "E" * 16, "secret-access-key": "verysecret" * 4,
        "serial": "arn:aws:iam::123456789012:mfa/me", "endpoint-url": URL}
DAY = 86400


class Talk:
    """One run of a hostile talker against the real signer. The test plays aws-mfa."""

    def __init__(self, *steps, program=HOSTILE, connect="signed", call=None, **settings):
        self.peer = Peer(argv=[program, *steps])
        self.peer.deadline(10)
        self.peer.send("timeout", "10")
        for word, text in {**KEYS, **{k.replace("_", "-"): v for k, v in settings.items()}}.items():
            self.peer.send(word, text)
        self.peer.send(*(["call", call] if call else ["connect", connect]))

    def end(self):
        """-> what the talker printed, when all has ended"""
        self.peer.ended()
        self.peer.close()
        return self.peer.output.decode()


def bodies(said):
    """The parameters of each request that was handed out, without those of every request."""
    found = []
    for body in re.findall(r"^body (.*)$", said, re.M):
        form = dict(urllib.parse.parse_qsl(body))
        form.pop("Version")
        found.append(form)
    return found


def now(by=0):
    return int(time.time()) + by


def memory(pid):
    """All that it can read."""
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as mem:
        for line in maps:
            start, end = (int(n, 16) for n in line.split(" ", 1)[0].split("-"))
            try:
                mem.seek(start)
                yield mem.read(end - start)
            except (OSError, OverflowError):
                continue    # a guard page, or the kernel's


def holders(peer, text):
    """-> which of [signer, talker] have it"""
    both = peer.halves()
    assert len(both) == 2, both
    return [any(text.encode() in part for part in memory(pid)) for pid in both]


class HostileTalker(unittest.TestCase):
    def signed(self, *steps, codes=(), status=4, **settings):
        """-> the parameters of what was handed out. The last step must end it all."""
        talk = Talk(*steps, "stay", **settings)
        got = talk.peer.answers() if not codes else None
        for code in codes:
            while (word := talk.peer.read()[0]) not in ("ready", "result"):
                self.assertTrue(word)
            talk.peer.send("code", code)
        while not got or got["result"][0] == 11:
            got = talk.peer.answers()
        self.assertEqual(got["result"][0], status, got)
        said = talk.end()
        self.assertTrue(said.endswith("END\n"), said)
        self.assertEqual(said.count("\nsigned "), len(bodies(said)))
        self.assertNotIn(KEYS["secret-access-key"], said)
        return bodies(said)

    def test_the_warm_up(self):
        """One, and one more for the clock."""
        sign = ["+sign 0", "=signed", f"+sign {now(600)}", "=signed"]
        for more in ("0", str(now(600)), str(now(601))):
            self.assertEqual(self.signed("=connect", *sign, f"+sign {more}"),
                             [{"Action": "GetCallerIdentity"}] * 2)

    def test_none_in_a_login(self):
        self.assertEqual(self.signed("=connect", "+sign 0", connect="unsigned"), [])

    def test_asked_too_early(self):
        self.assertEqual(len(self.signed(*["+sign 0"] * 3)), 2)
        self.assertEqual(self.signed("=connect", "+ready", "+sign 0", connect="unsigned"), [])

    def test_one_for_each_code(self):
        once = ["=spend", "+sign 0", "=signed"]
        expected = [{"Action": "GetSessionToken", "SerialNumber": KEYS["serial"], "TokenCode": code}
                    for code in ("123456", "234567")]
        for connect in ("signed", "unsigned"):
            ask = ["=connect", "+ready", *once]
            for more in ("0", str(now(600))):
                self.assertEqual(self.signed(*ask, f"+sign {more}", codes=["123456"], status=15,
                                             connect=connect), expected[:1])
            self.assertEqual(self.signed(*ask, "+result 11 wrong", "+sign 0", codes=["123456"],
                                         connect=connect), expected[:1])
            self.assertEqual(self.signed(*ask, "+result 11 wrong", *once, "+sign 0", status=15,
                                         codes=["123456", "234567"], connect=connect), expected)

    def test_of_a_chain_only_the_first_role(self):
        once = ["=connect", "+ready", "=spend", "+sign 0", "=signed", "+sign 0"]
        form, = self.signed(*once, codes=["123456"], status=15, role_arn=ROLE,
                            role_session_name="me")
        self.assertEqual((form["Action"], form["RoleArn"]), ("AssumeRole", ROLE))

    def test_nothing_that_it_may_choose(self):
        for text in ["sign 0 Action=CreateAccessKey", "sign 0 ", "sign", "sign x", "sign -1", "sign 1e9",
                     "sign " + "9" * 30, f"sign {now(DAY + 600)}", f"sign {now(-DAY - 600)}",
                     "sign 1", f"sign {2**62}", "call CreateAccessKey", "connect signed", "code 123456",
                     "spend", "body Action=CreateAccessKey", "secret-access-key x", "SIGN 0", " sign 0",
                     "sign\t0", "sign 0\r", "", "sign 0 " + "x" * 70000]:
            with self.subTest(text[:40]):
                self.assertEqual(self.signed("=connect", f"+{text}"), [])

    def test_what_a_call_needs(self):
        serial = "AccessKeyId=AKIA" + "E" * 16
        for call, most in [("GetCallerIdentity", 2), ("TrySession", 2), ("CreateAccessKey", 2),
                           (f"DeleteAccessKey {serial}", 2), ("ListAccessKeys", 17)]:
            sign = ["+sign 0", "=signed"] * most
            with self.subTest(call):
                changes = call.startswith(("Create", "Delete"))
                got = self.signed("=call", *sign, "+sign 0", call=call, status=15 if changes else 4)
                name = {"TrySession": "GetSessionToken"}.get(call, call.split()[0])
                self.assertEqual([form["Action"] for form in got], [name] * most)

    def test_a_role_of_a_session(self):
        """The role of the settings, and no other. Without one role, nothing is signed."""
        role = {"session_token": "t", "role_arn": ROLE, "role_session_name": "me"}
        sign = ["+sign 0", "=signed"] * 2
        got = self.signed("=call", *sign, "+sign 0", call="AssumeWithSession", **role)
        self.assertEqual([(form["Action"], form["RoleArn"], "TokenCode" in form) for form in got],
                         [("AssumeRole", ROLE, False)] * 2)
        self.assertEqual(self.signed("+sign 0", call="AssumeWithSession", session_token="t"), [])

    def test_a_part_of_a_list_is_no_other_parameter(self):
        marker = "a&Action=CreateAccessKey&UserName=b"
        form, = self.signed("=call", f"+sign 0 {marker}", "=signed", "+sign x", call="ListAccessKeys")
        self.assertEqual(form, {"Action": "ListAccessKeys", "Marker": marker})
        for call, bad in [("ListAccessKeys", "x" * 1025), ("GetCallerIdentity", "x")]:
            self.assertEqual(self.signed("=call", f"+sign 0 {bad}", call=call), [])

    def test_words_out_of_turn(self):
        for text in ["result 0 accepted", "result 11 wrong", "result 15 spent", "result 99 x",
                     "access-key-id x", "session-token x", "expiration 5", "account-id 1", "item", "x",
                     "ready" + " x" * 40000]:
            with self.subTest(text[:30]):
                self.assertEqual(self.signed("=connect", f"+{text}"), [])
        self.assertEqual(self.signed("=connect", "+ready", "+ready"), [])
        self.assertEqual(self.signed("=connect", "+ready", "+result 0 accepted"), [])
        self.assertEqual(self.signed("=connect", "+ready", "=spend", "+expiration soon",
                                     codes=["123456"]), [])

    def test_floods(self):
        for text, most in [("debug x", 8), ("sign 0", 2), ("steps 1", 0), ("ready", 0)]:
            talk = Talk("=connect", f"*{text}", "stay")
            self.assertEqual(talk.peer.answers()["result"][0], 4)
            self.assertLessEqual(len(talk.peer.debug), 8)
            self.assertLessEqual(len(bodies(talk.end())), most)

    def test_half_a_record(self):
        """The signer does not wait for the rest when aws-mfa has gone."""
        talk = Talk("=connect", "-sign 0", "stay")
        talk.peer.socket.close()
        talk.peer.stream.close()
        self.assertEqual(bodies(talk.end()), [])
        self.assertEqual(self.signed("=connect", "-sign 0", "+", "=signed", "+sign x"),
                         [{"Action": "GetCallerIdentity"}])
        talk = Talk("=connect", "-sign 0")      # and the talker ends
        self.assertEqual(talk.peer.answers()["result"][0], 4)

    def test_a_talker_that_ends(self):
        for steps, codes, status in [([], [], 4), (["=connect"], [], 4), (["=connect", "+ready"], [], 4),
                                     (["=connect", "+ready", "=spend"], ["123456"], 4),
                                     (["=connect", "+ready", "=spend", "+sign 0", "=signed"],
                                      ["123456"], 15)]:
            with self.subTest(steps):
                talk = Talk(*steps)
                for code in codes:
                    self.assertEqual(talk.peer.read()[0], "ready")
                    talk.peer.send("code", code)
                got = talk.peer.answers()
                self.assertEqual(got["result"][0], status, got)
                self.assertIn("the process that speaks with AWS has ended", got["result"][1])
                talk.end()

    @unittest.skipIf(os.geteuid() != 0, "needs root, to read their memory")
    def test_the_code_is_the_signer_s_until_it_is_signed(self):
        talk = Talk("=connect", "+ready", "=spend", "fd", "stay", secret_access_key="s" * 40)
        self.assertEqual(talk.peer.read()[0], "ready")
        talk.peer.send("code", "736251")
        said = iter(talk.peer.process.stdout.readline, b"")
        self.assertTrue(any(b"HAS NOT" in line for line in said), "it has ended")
        self.assertEqual(holders(talk.peer, "736251"), [True, False])
        self.assertEqual(holders(talk.peer, "s" * 40), [True, False])
        talk.peer.socket.close()
        talk.peer.stream.close()
        talk.end()

    def test_it_does_not_have_the_socket_of_aws_mfa(self):
        talk = Talk("=connect", "fd")
        talk.peer.answers()
        self.assertIn("\nHAS NOT\n", talk.end())


class Apart(StsTest):
    """The real program."""

    @unittest.skipIf(os.geteuid() != 0, "needs root, to read their memory")
    def test_the_secret_is_in_the_signer_alone(self):
        """While the code is awaited, and after one was sent."""
        secret = self.user.secret_access_key
        peer = self.ready()
        self.assertEqual(holders(peer, secret), [True, False])
        self.assertEqual(holders(peer, self.user.serial), [True, True])    # the search works
        self.result(peer.code(self.user.wrong_code()), 11)
        self.assertEqual(holders(peer, secret), [True, False])

    def test_the_socket_of_aws_mfa_is_the_signer_s(self):
        if os.geteuid() != 0:
            self.skipTest("not dumpable: only root can look")
        peer = self.ready()
        signer, talker = ({os.readlink(fd) for fd in Path(f"/proc/{pid}/fd").iterdir()}
                          for pid in peer.halves())
        socket = os.readlink(f"/proc/{peer.process.pid}/fd/3")
        self.assertTrue(socket.startswith("socket:"))
        self.assertNotIn(socket, talker)

    def test_neither_outlives_the_other(self):
        for which in (0, 1):
            peer = self.ready()
            fds = [os.pidfd_open(pid) for pid in peer.halves()]
            os.kill(peer.halves()[which], signal.SIGKILL)
            if which:
                self.result(peer.answers(), 4, "the process that speaks with AWS has ended")
            for fd in fds:
                self.assertTrue(select.select([fd], [], [], 5)[0])
                os.close(fd)

    def test_a_stopped_process_does_not_outlive_its_parent(self):
        """It cannot read the end of its socket. The kernel kills it."""
        peer = self.ready()
        signer, talker = peer.halves()
        fd = os.pidfd_open(talker)
        os.kill(talker, signal.SIGSTOP)
        os.kill(signer, signal.SIGKILL)
        ended = select.select([fd], [], [], 5)[0]
        if not ended:
            signal.pidfd_send_signal(fd, signal.SIGKILL)
        os.close(fd)
        self.assertTrue(ended)

    def test_killed_while_a_code_is_judged(self):
        self.box.fault("GetSessionToken", faults.hang())
        peer = self.ready()
        peer.send("code", self.user.code())
        self.box.wait_for("GetSessionToken", 1)
        os.kill(peer.talker(), signal.SIGKILL)
        self.result(peer.answers(), 15, "the process that speaks with AWS has ended")

    def test_a_warm_up_that_is_sent_again_is_not_signed_again(self):
        self.box.idle_timeout = 0.3
        peer = self.ready()
        self.box.wait_for("GetCallerIdentity", 2, 5)
        first, second = (r.headers["Authorization"] for r in self.box.requests[:2])
        self.assertEqual(first, second)
        self.result(peer.code(self.user.code()), 0)


class Mutants(unittest.TestCase):
    """Each takes something away from the product. Then something that the tests above look at, and
    confine_test.c, must be otherwise."""

    def build(self, program, **changes):
        """changes: {the name of a file: (what is replaced, by what)}"""
        folder = BUILD / "tests/mutants" / "-".join(changes)
        folder.mkdir(parents=True, exist_ok=True)
        for name, change in changes.items():
            source = next(path for part in ("tool/sts", "include")
                          if (path := REPO / part / f"{name}.c").exists()).read_text()
            self.assertEqual(source.count(change[0]), 1, change)
            (folder / f"{name}.c").write_text(source.replace(*change))
        flags = [*words("CC", "cc"), *words("CPPFLAGS"), *words("CFLAGS", "-O1"), *words("LDFLAGS")]
        subprocess.run([*flags, "-std=c17", "-D_GNU_SOURCE", "-Iinclude", "-Itool/sts", f"-I{BUILD}",
                        "-o", folder / program, BUILD / f"tests/tool/sts/{program}.o",
                        *(folder / f"{name}.c" for name in changes), BUILD / "tests/tested.a",
                        "-lcmocka", "-lcrypto", "-lcurl", "-lexpat", "-pthread"],
                       cwd=REPO, check=True)
        return folder / program

    def not_confined(self, part, program="confine_test", **changes):
        run = subprocess.run([self.build(program, **changes)], capture_output=True, text=True)
        self.assertNotEqual(run.returncode, 0)
        self.assertIn(part, run.stdout + run.stderr, changes)

    def test_no_filter_in_the_signer(self):
        self.not_confined("opens_a_socket, as the signer", seccomp=("INSTALL(of_signer, e)", "STATUS_OK"))

    def test_no_filter_in_the_talker(self):
        self.not_confined("changes_a_mode, as the talker", seccomp=("INSTALL(of_talker, e)", "STATUS_OK"))

    def test_no_landlock(self):
        if ctypes.CDLL(None).syscall(444, None, 0, 1) < 1:
            self.skipTest("this kernel has no Landlock")
        self.not_confined("reads_keys, as the talker",
                          landlock=("syscall(CALL_RESTRICT_SELF, rules, 0) == 0", "true"))

    @unittest.skipIf(os.geteuid() != 0, "needs root, to give it up")
    def test_root_s_talker(self):
        for part, file, kept in [
                ("talker is root", "confine", "gives_up_root && geteuid() == 0"),
                ("talker has another group", "unprivileged", "setgroups(0, NULL) != 0"),
                ("root can be regained", "unprivileged", "drop_capabilities() != 0"),
                ("it_is_hidden_and_ends_with_its_parent", "unprivileged", "prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0")]:
            self.not_confined(part, "unprivileged_test", **{file: (kept, "0")})

    def said(self, program, *steps, codes=(), **settings):
        talk = Talk(*steps, program=program, **settings)
        for code in codes:
            talk.peer.send("code", code)
        talk.peer.answers()
        return talk.end()

    def test_a_talker_with_the_socket(self):
        mutant = self.build("hostile_talker", split=("close(RECORD_FD);", ""))
        self.assertIn("\nHAS IT\n", self.said(mutant, "=connect", "fd"))

    def test_a_signer_that_does_not_count(self):
        uncounted = ("s->signatures--;", "")
        steps = ["=call", *["+sign 0", "=signed"] * 3]
        mutant = self.build("hostile_talker", signer=uncounted)
        for program, n in ((HOSTILE, 2), (mutant, 3)):
            self.assertEqual(len(bodies(self.said(program, *steps, call="GetCallerIdentity"))), n)

    def test_neither_the_signer_nor_the_table_counts(self):
        mutant = self.build("hostile_talker", signer=("s->signatures--;", ""), words_signer=(
            "STS_SPENDING, .text = TEXT_ANY, AT_MOST_HERE(1)", "STS_SPENDING, .text = TEXT_ANY"))
        steps = ["=connect", "+ready", "=spend", *["+sign 0", "=signed"] * 2]
        for program, n in ((HOSTILE, 1), (mutant, 2)):
            self.assertEqual(len(bodies(self.said(program, *steps, codes=["123456"]))), n)


def words(variable, default=""):
    return shlex.split(os.environ.get(variable) or default)


if __name__ == "__main__":
    unittest.main()
