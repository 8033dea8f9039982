"""aws-mfa at a terminal, after a code that is wrong: it asks again, three times in all."""

import re
import time
import unittest

from host import HostTest
from sandbox import totp
from test_pages import PAGES, blocks

FIRST = "(for work): "
AGAIN = "MFA code: "


class WrongCode(HostTest):
    def setUp(self):
        super().setUp()
        self.start()

    def start(self, *args, env=None):
        self.connections = self.box.connections
        self.term = self.terminal(*args, env=env or {"NO_COLOR": "1"})
        self.term.expect(FIRST)

    def answer(self, code, said, question=AGAIN):
        self.term.send(code + "\n")
        self.assertRegex(self.term.expect(question), said)

    def asked(self):
        return [r.params["TokenCode"] for r in self.box.requests
                if r.access_key_id == self.user.access_key_id and r.action == "GetSessionToken"]

    def ends(self, status, *words):
        code, out, err = self.term.wait()
        self.assertEqual(code, status, self.term.screen + err)
        for word in words:
            self.assertIn(word, out + err)
        if status:
            self.assertEqual((out, self.section()), ("", {}))

    def test_the_next_one_is_right(self):
        wrong = self.user.wrong_code()
        self.answer(wrong, r"\nRefused: wrong, or used before\. 2 tries left; next code in \d+ s\.\r\n")
        right = self.user.code()
        self.term.send(right + "\n")
        self.ends(0, "[work] is valid until")
        self.assertEqual(self.asked(), [wrong, right])
        self.assertEqual(self.box.connections - self.connections, 1)

    def test_in_colour(self):
        self.term.send("\x04")
        self.term.wait()
        self.start(env={"TERM": "xterm"})
        self.answer(self.user.wrong_code(), "\033\\[31mRefused\033\\[0m: wrong, ")
        self.term.send("\x04")
        self.ends(2)

    def test_three_times(self):
        codes = [self.user.wrong_code() for _ in range(3)]
        self.answer(codes[0], "2 tries left")
        self.answer(codes[1], r"Refused: wrong, or used before\. 1 try left; ")
        self.term.send(codes[2] + "\n")
        self.ends(11, "is wrong or was used before; the next one comes in ")
        self.assertEqual(self.asked(), codes)

    def test_the_code_just_refused_is_not_sent(self):
        wrong = self.user.wrong_code()
        self.answer(wrong, "Refused")
        self.answer(f" {wrong[:3]} {wrong[3:]}",
                    r"\nNot sent: AWS has just refused this code\. Next code in \d+ s\.\r\n")
        self.term.send(wrong + "\n")
        self.ends(11, "AWS has just refused this code, so it was not sent again; the next one comes in ")
        page, = [text for text in blocks(PAGES[0]) if "Refused: wrong" in text]
        for line in re.sub(r"in \d+ s", "in N s", page).splitlines()[1::2]:
            self.assertIn(line + "\r\n", re.sub(r"in \d+ s", "in N s", self.term.screen))
        self.assertEqual(self.asked(), [wrong])

    def test_not_six_digits(self):
        self.answer("12345", r"\nNot sent: a code has exactly six digits\. 2 tries left; next code in ")
        self.answer("", "1 try left")
        self.term.send("1234567\n")
        self.ends(11, "expected exactly six digits; nothing was sent")
        self.assertEqual(self.asked(), [])

    def test_seconds_of_aws_s_clock(self):
        """Only the answer to a code tells it."""
        self.box.date_skew = 15
        self.addCleanup(setattr, self.box, "date_skew", 0)
        start = time.time()
        self.answer(self.user.wrong_code(), "Refused")
        seen = int(self.term.screen.split("next code in ")[1].split(" s.")[0])
        expected = {int(totp.PERIOD - (at + self.box.date_skew) % totp.PERIOD) + 1
                    for at in (start - 1, start, time.time(), time.time() + 1)}
        self.assertIn(seen, expected)
        self.term.send("\x04")
        self.ends(2)

    def test_time_to_type_does_not_count(self):
        self.term.send("\x04")
        self.term.wait()
        self.start("--timeout", "1")
        self.answer(self.user.wrong_code(), "Refused")
        time.sleep(1.5)
        self.term.send(self.user.code() + "\n")
        self.ends(0)

    def test_a_new_connection_in_between(self):
        self.answer(self.user.wrong_code(), "Refused")
        self.box.cut_connections()
        self.term.send(self.user.code() + "\n")
        self.ends(0)

    def test_aws_fails_in_between(self):
        """The last code was not sent."""
        self.answer(self.user.wrong_code(), "Refused")
        self.box.refuse()
        self.addCleanup(self.box.start)
        self.box.cut_connections()
        self.term.send(self.user.code() + "\n")
        self.ends(14, "no code was sent")

    def test_keys_at_the_second_prompt(self):
        for key, status, words in (("\x04", 2, ["no answer was given"]), ("12\x03", -2, [])):
            self.answer(self.user.wrong_code(), "Refused")
            self.term.send(key)
            self.ends(status, *words)
            self.assertEqual(self.term.left, 0)
            self.start()

    def test_pasted_with_more(self):
        """What follows the first line came before the question: it is no answer to it."""
        wrong = self.user.wrong_code()
        self.answer(f"{wrong}\n{wrong}\n\n", "2 tries left")
        self.assertNotIn("Not sent", self.term.screen)
        self.term.send(self.user.code() + "\n")
        self.ends(0)

    def test_only_a_terminal_is_asked_again(self):
        self.term.send("\x04")
        self.term.wait()
        for options, text in ((("--token", self.user.wrong_code()), ""),
                              (("--token", "-"), "\n".join(self.user.wrong_code() for _ in "abc"))):
            before = len(self.asked())
            run = self.aws_mfa(*options, input=text)
            self.assertEqual((run.returncode, run.stdout), (11, ""))
            self.assertIn("wrong or was used before", run.stderr)
            self.assertEqual(len(self.asked()), before + 1)


if __name__ == "__main__":
    unittest.main()
