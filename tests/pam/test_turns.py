"""The module's side of its conversation: the helper sends every existing record in every state."""

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor

from pam import casefile
from turns import in_turn, records

UNASKED = "result:2,3,4,12,13,14"


class Turns(casefile.CaseTest):
    def outputs(self, script, options="", login=("auth",)):
        """-> {record: what the application saw}, if the helper plays the script with RECORD."""
        self.stack(options)
        users = {f"user{n}": record for n, record in enumerate(records())}
        passwd = []
        for name, record in users.items():
            home = self.folder / name
            home.mkdir()
            (home / "helper-script").write_text(script.replace("RECORD", record))
            passwd.append(f"{name}:x:{self.uid}:{self.gid}::{home}:/bin/sh\n")
        self.users()
        (self.folder / "passwd").write_text("".join(passwd))

        def play(name):
            run = subprocess.run(
                [casefile.LOGIN, self.folder / "pam.d", "test", name, "--answer", "123456", "--answer",
                 "123456", *login], env=self.environment(), stdin=subprocess.DEVNULL,
                capture_output=True, text=True, timeout=60, cwd=self.folder)
            return (run.stdout, run.stderr, run.returncode)
        with ThreadPoolExecutor((os.cpu_count() or 1) + 2) as pool:
            played = dict(zip(users.values(), pool.map(play, users)))
        for record, (_, *rest) in played.items():
            self.assertEqual(rest, ["", 0], record)
        return {record: out for record, (out, *_) in played.items()}

    def check(self, expected, script, refused="auth = PAM_SYSTEM_ERR\n", **options):
        outputs = self.outputs(script, **options)
        self.assertGreater(len(outputs), 50)
        self.assertGreater(sum(in_turn(expected, r) for r in outputs), len(expected.split()) - 1)
        for record, out in outputs.items():
            with self.subTest(record=record):
                if in_turn(expected, record):
                    self.assertNotIn("out of turn", out)
                else:
                    said = record.removesuffix(" because") if "because" in record else record.split()[0]
                    self.assertIn(f"the helper sent '{said}' out of turn", out)
                    self.assertIn(refused, out)

    def test_before_the_question(self):
        self.check(f"account until ask {UNASKED}", "send RECORD\nsend result 4 stop\n")

    def test_while_the_person_types(self):
        self.check(f"idle {UNASKED}", "once send ask / RECORD\nsend ask\nhear\nsend result 4 stop\n")

    def test_after_the_code(self):
        self.check("until key-id request-id result:0,2,3,4,10,11,12,13,14,15",
                   "send ask\nhear\nsend RECORD\nsend result 4 stop\n")

    def test_after_a_wrong_code(self):
        self.check(f"idle {UNASKED}", "once send ask\nonce hear\nonce send result 11 wrong / RECORD\n"
                   "send ask\nhear\nsend result 4 stop\n", options="prompts=2")

    def test_in_a_session(self):
        self.check("account until result:1,2,3,4,12,13,14", "send RECORD\nsend result 3 stop\n",
                   options="notify", login=("open",), refused="open = PAM_SUCCESS\n")
