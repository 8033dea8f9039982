"""aws-mfa refresh with several MFA devices: the next one is asked for while AWS judges a code."""

import signal
import threading
import time
import unittest

from home import config, long_term
from host import ROLE, HostTest
from sandbox.faults import Fault


class Turns(HostTest):
    """work and stage have a device each. AWS answers the next code only when the test lets it."""

    def setUp(self):
        super().setUp()
        self.other = self.box.add_user(f"other{type(self).users}")
        self.profiles = {"work": self.user, "stage": self.other}
        self.write_profiles()
        self.gate = threading.Event()
        self.addCleanup(self.gate.set)
        self.box.fault("GetSessionToken", Fault("held", self.held), times=1)

    def held(self, exchange):
        self.gate.wait(30)
        exchange.send()

    def write_profiles(self):
        self.write_credentials("".join(long_term(user, name) for name, user in self.profiles.items()))
        self.config.write_text("".join(
            config(self.box.url, self.box.ca_path).replace("[profile work]", f"[profile {name}]")
            for name in self.profiles))

    def question(self, user, names):
        return f"MFA code of {user.serial} (for {names}): "

    def begin(self, *names):
        self.term = self.terminal("refresh", *names, profile=None, all_on_it=True,
                                  env={"NO_COLOR": "1", "TERM": "xterm"})

    def start(self, code=None, names=("work", "stage")):
        """Answers the first question. The second one stands before AWS answers."""
        self.begin(*names)
        self.term.expect(f"(for {', '.join(names[:-1])}): ")
        self.term.send((code or self.user.code()) + "\n")
        self.term.expect(self.question(self.other, "stage"))
        self.assertFalse(self.gate.is_set())
        self.assertEqual(self.section("work"), {})

    def stored(self, *names):
        end = time.monotonic() + 15
        while not all(map(self.section, names)):
            self.assertLess(time.monotonic(), end, self.credentials.read_text())
            time.sleep(0.01)
        issued = {session.access_key_id: session.session_token for session in self.box.sessions}
        for name in names:
            section = self.section(name)
            self.assertEqual(issued[section["aws_access_key_id"]], section["aws_session_token"])

    def stands(self):
        """Nothing was written behind the question."""
        while self.term.read(0):
            pass
        self.assertEqual(self.term.screen[self.term.seen:], "")

    def ends(self, status, *table):
        self.assertEqual(self.term.wait()[0], status, self.term.screen)
        rows = self.term.screen.replace("\r\n", "\n").splitlines()
        for row in table:
            self.assertTrue([r for r in rows if r.startswith(row)], self.term.screen)
        self.assertNotIn("waiting", self.term.screen)

    def test_stored_while_the_question_stands(self):
        self.start()
        self.gate.set()
        self.stored("work")
        self.stands()
        self.term.send(self.other.code() + "\n")
        self.ends(0, "work   valid    ", "stage  valid    ")
        self.stored("work", "stage")

    def test_answered_before_aws_answers(self):
        """One code at a time: the second one is sent when the first is judged."""
        self.start()
        before = len(self.box.codes_seen(self.other))
        self.term.send(self.other.code() + "\n")
        self.term.expect("\r\n")
        self.assertEqual(len(self.box.codes_seen(self.other)), before)
        self.gate.set()
        self.ends(0, "work   valid    ", "stage  valid    ")

    def test_interrupted(self):
        """A session that has come stays."""
        self.start()
        self.gate.set()
        self.stored("work")
        self.term.send("12\x03")
        self.ends(-2)
        self.assertEqual((self.term.left, self.section("stage")), (0, {}))

    def test_interrupted_before_aws_answers(self):
        """Nor is a session lost that is on its way, or the role that is assumed from it."""
        self.profiles = {"admin": self.user, **self.profiles}
        self.write_profiles()
        self.write_credentials(self.credentials.read_text().replace(
            "[admin-long-term]\n", f"[admin-long-term]\nassume_role = {ROLE}\n"))
        self.start(names=("admin", "work", "stage"))
        self.term.send("12\x03")
        self.term.expect("^C\r\n")          # the question is over
        self.gate.set()
        self.ends(-2)
        self.stored("work", "admin")

    def test_stopped_meanwhile(self):
        self.start()
        self.term.process.send_signal(signal.SIGSTOP)
        self.gate.set()
        self.term.process.send_signal(signal.SIGCONT)
        self.term.expect(self.question(self.other, "stage"))
        self.stored("work")
        self.term.send(self.other.code() + "\n")
        self.ends(0, "work   valid    ", "stage  valid    ")

    def test_interrupted_twice(self):
        """The second ^C does not wait."""
        self.start()
        self.term.send("\x03")
        self.term.expect("^C\r\n")
        self.term.send("\x03")
        self.ends(-2)
        self.assertEqual(self.section("work"), {})

    def test_interrupted_after_a_wrong_code(self):
        self.start(self.user.wrong_code())
        self.term.send("\x03")
        self.gate.set()
        self.term.expect("^C\r\naws-mfa: error: work: ")
        self.ends(-2)

    def test_the_first_code_is_wrong(self):
        """Told when the question that stands is answered."""
        self.start(self.user.wrong_code())
        code = self.other.code()
        self.term.send(code[:2])
        self.gate.set()
        self.term.expect(code[:2])
        self.stands()
        self.term.send(code[2:] + "\n")
        self.assertRegex(self.term.expect(self.question(self.user, "work")),
                         r"\nRefused: the code for work was wrong, or used before\. 2 tries left; "
                         r"next code in \d+ s\.\r\n$")
        self.stored("stage")
        self.term.send(self.user.code() + "\n")
        self.ends(0, "work   valid    ", "stage  valid    ")

    def test_three_questions_for_each(self):
        self.gate.set()
        self.begin("work", "stage")
        for question, answer in (
                (self.question(self.user, "work"), self.user.wrong_code()),
                (self.question(self.other, "stage"), "12345"),
                ("Not sent: a code has exactly six digits. 2 tries left", ""),
                ("Refused: the code for work was wrong, or used before. 2 tries left", ""),
                (self.question(self.user, "work"), self.user.wrong_code()),
                (self.question(self.other, "stage"), self.other.code()),
                ("Refused: the code for work was wrong, or used before. 1 try left", ""),
                (self.question(self.user, "work"), self.user.wrong_code())):
            self.term.expect(question)
            if answer:
                self.term.send(answer + "\n")
        self.ends(11, "work   refused  wrong code", "stage  valid    ")
        self.assertEqual(self.term.screen.count("MFA code of"), 5)

    def test_no_more_question_in_between(self):
        """The last device's next question is the short one."""
        self.gate.set()
        self.begin("work", "stage")
        self.term.expect(self.question(self.user, "work"))
        self.term.send(self.user.code() + "\n")
        self.term.expect(self.question(self.other, "stage"))
        self.term.send(self.other.wrong_code() + "\n")
        self.term.expect("Refused: wrong, or used before. 2 tries left")
        self.term.expect("\r\nMFA code: ")
        self.term.send(self.other.code() + "\n")
        self.ends(0, "work   valid    ", "stage  valid    ")

    def test_messages_wait_for_the_answer(self):
        """Another program holds the file, so the session is lost. The question stays as it is."""
        self.hold_lock(0, 1)
        self.start()
        self.gate.set()
        with self.assertRaises(AssertionError):
            self.term.expect("nothing", timeout=2.3)
        self.stands()
        self.term.send("\x04")
        self.ends(10, "work   lost     not stored", "stage  failed   see above")


if __name__ == "__main__":
    unittest.main()
