"""aws-mfa --token-command and mfa_process: programs that behave as ykman, op, pass and bw do."""

import os
import re
import signal
import time
import unittest
from pathlib import Path

from host import HostTest
from paths import BUILD
from terminal import Terminal

# `ykman oath accounts code -s NAME` writes to the terminal and waits for a touch of the key.
YKMAN = """echo 'Touch your YubiKey...' >&2
read touched <"$HOME/touch"
echo "$CODE"
"""
# `op item get NAME --otp`: signed in or not.
OP = """[ "$1 $2 $3 $4" = "item get AWS work --otp" ] || exit 64
[ -n "$OP_SESSION" ] || { echo '[ERROR] you are not currently signed in' >&2; exit 1; }
echo "$OP_SESSION"
"""
# `pass otp NAME`: gpg-agent stays behind.
PASS = """(sleep 60; :) </dev/null >/dev/null 2>&1 &
echo $! >"$HOME/agent"
printf '%s' "$CODE"
"""
# `bw get totp NAME` asks for the master password on the terminal.
BW = """stty -echo </dev/tty
printf '? Master password: [input is hidden] ' >/dev/tty
read password </dev/tty
stty echo </dev/tty
[ "$password" = right ] || { echo 'Invalid master password.' >&2; exit 1; }
echo "$CODE"
"""


class TokenCommand(HostTest):
    def setUp(self):
        super().setUp()
        self.bin = self.home / "bin"
        self.bin.mkdir()
        self.env["PATH"] = f"{self.bin}:/usr/bin:/bin"
        self.env["NO_COLOR"] = "1"

    def script(self, name, text):
        file = self.bin / name
        file.write_text("#!/bin/sh\n" + text)
        file.chmod(0o700)
        return name

    def printing(self, text):
        return self.script("printing", f"cat <<'END'\n{text}\nEND\n")

    def run_with(self, command, *args, status=0, **options):
        run = self.aws_mfa("--token-command", command, *args, **options)
        self.assertEqual(run.returncode, status, run.stdout + run.stderr)
        return run

    def codes_sent(self):
        return [r.params["TokenCode"] for r in self.box.requests
                if r.access_key_id == self.user.access_key_id and r.action == "GetSessionToken"]

    def gone(self, pid):
        end = time.monotonic() + 5
        while Path(f"/proc/{pid}/stat").exists() and Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z":
            self.assertLess(time.monotonic(), end, "it still runs")
            time.sleep(0.01)

    def test_ykman(self):
        self.script("ykman", YKMAN)
        os.mkfifo(self.home / "touch")
        code = self.user.code()
        term = self.terminal("--token-command", "ykman oath accounts code -s aws",
                             env={"CODE": code}, all_on_it=True)
        term.expect("Touch your YubiKey...")
        with open(self.home / "touch", "w") as touch:
            touch.write("\n")
        term.expect("is valid until")
        self.assertEqual(term.wait()[0], 0)
        self.assertNotIn(code, term.screen)

    def test_the_terminal_is_lent(self):
        """The line comes first, once. What could come later would stand in a question of the command."""
        self.script("slow", "sleep 1.5; printf 'Question? ' >/dev/tty; echo $CODE\n")
        device = self.user.add_device("other")
        shown, silent = [self.terminal("--token-command", "slow", "--device", of.serial, *args, all_on_it=True,
                                       env={"CODE": of.code(), "TERM": "xterm"})
                         for of, args in ((self.user, ()), (device, ("--force", "--log-level", "WARNING")))]
        self.assertEqual(shown.wait()[0], 0)
        self.assertRegex(shown.screen, r"^aws-mfa: waiting for slow \.\.\.\r\nQuestion\? aws-mfa: \[work\] is valid")
        self.assertEqual((silent.wait()[0], silent.screen), (0, "Question? "))

    def test_op(self):
        self.script("op", OP)
        command = "op item get 'AWS work' --otp"
        run = self.run_with(command, status=2)
        self.assertIn("[ERROR] you are not currently signed in\n", run.stderr)
        self.assertIn("error: --token-command: op ended with status 1\n", run.stderr)
        self.assertEqual(self.codes_sent(), [])
        self.run_with(command, env={"OP_SESSION": self.user.code()})

    def test_pass(self):
        """What stays behind is no reason to wait, and is not ended."""
        self.script("pass", PASS)
        self.run_with("pass otp aws", env={"CODE": self.user.code()})
        agent = int((self.home / "agent").read_text())
        os.kill(agent, signal.SIGKILL)

    def test_bw(self):
        self.script("bw", BW)
        for password, status, word in (("wrong", 2, "bw ended with status 1"), ("right", 0, "is valid until")):
            term = self.terminal("--token-command", "bw get totp aws", env={"CODE": self.user.code()},
                                 all_on_it=True)
            term.expect("[input is hidden] ")
            term.send(password + "\n")
            term.expect(word)
            self.assertEqual(term.wait()[0], status)
            self.assertNotIn(password, term.screen)

    def test_what_it_prints(self):
        code = self.user.code()
        self.run_with(self.printing(f" \t{code} "))
        for text, secret in (("12345", "12345"), ("654321\n654321", "654321"), ("123 456", "123 456"),
                             ("", "?"), ("code: 654321", "654321"), ("x" * 65, "xxxx"),
                             ("7" * 100000, "7777"), ("６５４３２１", "６")):
            with self.subTest(text[:20]):
                run = self.run_with(self.printing(text), "--force", status=11)
                self.assertIn("the output of printing is not exactly six digits; nothing was sent",
                              run.stderr)
                self.assertNotIn(secret, run.stdout + run.stderr)
        self.assertEqual(self.codes_sent(), [code])

    def test_output_without_end(self):
        self.run_with("yes", status=11, timeout=10)

    def test_what_it_cannot_run(self):
        (self.bin / "plain").write_text("")
        for command, words in (("no-such-program x", "no-such-program cannot be run: No such file"),
                               ("plain", "plain cannot be run: Permission denied")):
            self.assertIn(f"--token-command: {words}", self.run_with(command, status=13).stderr)
        self.assertIn("sh was ended by signal 9 (Killed)",
                      self.run_with("sh -c 'kill -9 $$'", status=2).stderr)
        for command, words in (("", "it is empty"), ("a 'b", "a quote is not closed"),
                               ("a b\\", "a backslash ends it")):
            self.assertIn(f"--token-command: {words}",
                          self.run_with(command, status=2).stderr)
        self.assertEqual(self.codes_sent(), [])

    def test_words_as_shlex_splits_them(self):
        self.script("show", 'printf "<%s>" "$@" >"$HOME/words"; exit 1\n')
        self.run_with(r"""show a\ b 'c "$HOME" \d' "e \"f\" \g" '' ~ *;x|y""", status=2)
        self.assertEqual((self.home / "words").read_text(),
                         r'''<a b><c "$HOME" \d><e "f" \g><><~><*;x|y>''')

    def test_what_it_inherits(self):
        """The environment without keys, /dev/null, no descriptor, no limit and no signal of ours."""
        self.script("look", """exec >"$HOME/seen"
env | grep ^AWS
echo "umask $(umask) core $(ulimit -c) in $(readlink /proc/self/fd/0)"
ls -l /proc/$$/fd
grep -E '^(SigBlk|SigIgn|SigCgt|NoNewPrivs)' /proc/self/status
exit 1
""")
        read, write = os.pipe()
        self.addCleanup(os.close, read)
        self.addCleanup(os.close, write)
        self.run_with("sh -c 'ulimit -c unlimited 2>/dev/null; exec look'", status=2,
                      pass_fds=(read, write), umask=0o027,
                      env={"AWS_SECRET_ACCESS_KEY": "a", "AWS_SESSION_TOKEN": "b", "AWS_ACCESS_KEY_ID": "c",
                           "AWS_SECURITY_TOKEN": "d", "AWS_REGION": "eu-west-1"})
        seen = (self.home / "seen").read_text()
        self.assertIn("AWS_REGION=eu-west-1\n", seen)
        for name in ("ACCESS_KEY", "TOKEN"):
            self.assertNotIn(f"AWS_{name}", seen)
            self.assertNotIn(f"_{name}=", seen)
        self.assertRegex(seen, r"umask 0?027 core unlimited in /dev/null\n")
        fds = dict(re.findall(r" (\d) -> (.+)", seen))
        self.assertEqual((set(fds), fds["0"]), ({"0", "1", "2"}, "/dev/null"))
        ignored = int(re.search(r"SigBlk:\s0+\nSigIgn:\s(\w+)\n", seen)[1], 16)
        for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGTTOU):
            self.assertFalse(ignored >> (number - 1) & 1, number)
        self.assertIn("NoNewPrivs:\t0\n", seen)

    def test_too_slow(self):
        """After a minute it is ended with its children."""
        self.program = BUILD / "tests/idle/aws-mfa"
        term, pids = self.start_sleeping()
        term.expect("--token-command: slow printed no code within 1 s")
        self.assertEqual(term.process.wait(5), 2)
        self.assertTrue(term.echo())
        term.close()
        for pid in pids:
            self.gone(pid)

    def goes_on(self, shell, pid):
        """Waits until fg has given it the terminal: before that, ^Z would be for another."""
        end = time.monotonic() + 15
        while os.tcgetpgrp(shell.fd) != pid or Path(f"/proc/{pid}/stat").read_text().split()[2] == "T":
            self.assertLess(time.monotonic(), end)
            time.sleep(0.005)

    def test_stopped(self):
        """^Z stops both, as a job of the shell."""
        # No new process while it waits: ^Z between vfork() and exec() stops a shell's child for good.
        fifo = self.home / "fifo"
        os.mkfifo(fifo)
        self.script("slow", "exec 3<>\"$HOME/fifo\"\necho $$ >\"$HOME/pid\"\n"
                    "echo sleeps >/dev/tty\nuntil read code <&3; do :; done\necho $code\n")
        shell = Terminal(["bash", "--norc", "--noprofile", "-i"],
                         {**self.env, "PS1": "$ ", "TERM": "dumb"}, all_on_it=True)
        self.addCleanup(shell.wait)
        self.addCleanup(shell.process.kill)
        shell.expect("$ ")
        shell.send(f"{self.program} --profile work --token-command slow\n")
        shell.expect("sleeps")
        for _ in range(2):
            shell.send("\x1a")
            shell.expect("Stopped")
            shell.expect("$ ")
            shell.send("fg\n")
            self.goes_on(shell, int((self.home / "pid").read_text()))
        fifo.write_text(self.user.code() + "\n")
        shell.expect("is valid until")
        shell.expect("$ ")

    def start_sleeping(self, *args):
        self.script("slow", 'echo $$ >"$HOME/pid"\nsleep 1000 & echo $! >"$HOME/child"\n'
                     "stty -echo </dev/tty; echo sleeps >/dev/tty; wait; exit 3\n")
        term = self.terminal("--token-command", "slow", *args, all_on_it=True)
        term.expect("sleeps")
        return term, [int((self.home / name).read_text()) for name in ("pid", "child")]

    def test_interrupted(self):
        """^C and a signal to aws-mfa alone end both, and the terminal has its echo."""
        for how in ("\x03", signal.SIGTERM, signal.SIGINT):
            term, pids = self.start_sleeping()
            if how == "\x03":
                term.send(how)
            else:
                term.process.send_signal(how)
            status = term.process.wait(10)
            self.assertEqual(status, -signal.SIGTERM if how == signal.SIGTERM else -signal.SIGINT)
            self.assertTrue(term.echo())
            term.close()
            for pid in pids:
                self.gone(pid)
        self.assertEqual(self.section(), {})

    def test_warm_up_fails_meanwhile(self):
        """No code would help. The command is ended at once."""
        self.write_credentials(self.credentials.read_text().replace(
            self.user.secret_access_key, "x" * 40))
        self.script("slow", 'echo $$ >"$HOME/pid"\nsleep 1000\n')
        run = self.run_with("slow", status=13, timeout=10)
        self.assertIn("aws_secret_access_key", run.stderr)
        if (self.home / "pid").exists():
            self.gone(int((self.home / "pid").read_text()))

    def test_wrong_code(self):
        """It is not run again."""
        run = self.run_with(self.printing(self.user.wrong_code()), status=11)
        self.assertIn("wrong or was used before", run.stderr)
        self.assertEqual(len(self.codes_sent()), 1)

    def test_mfa_process(self):
        """From where aws-vault takes it: the profile, include_profile, else [default]."""
        text = self.config.read_text()
        profile = f"mfa_process = {self.printing('1')}\n"
        for more in (profile, f"include_profile = base\n[profile base]\n{profile}[default]\nmfa_process=false\n",
                     f"[default]\n{profile}",
                     f"include_profile = a\n[profile a]\ninclude_profile = b\n[profile b]\n[default]\n{profile}"):
            with self.subTest(more):
                self.config.write_text(text + more)
                run = self.aws_mfa()
                self.assertEqual(run.returncode, 11, run.stderr)
                self.assertRegex(run.stderr, rf"error: {self.config}:\d+: mfa_process: the output of printing ")
        self.config.write_text(f"{text}include_profile = a\n[profile a]\ninclude_profile = work\n")
        self.assertEqual(self.aws_mfa().returncode, 2)

    def test_what_goes_first(self):
        self.config.write_text(self.config.read_text() + "mfa_process = false\n")
        self.assertIn("mfa_process: false ended with status 1", self.aws_mfa().stderr)
        code = self.user.code()
        self.run_with(self.printing(code))
        run = self.run_with("false", "--token", "12345", "--force", status=11)
        self.assertIn("MFA code: expected", run.stderr)
        term = self.terminal("--force", all_on_it=True)
        term.expect("false ended with status 1")
        self.assertEqual(term.wait()[0], 2)

    def test_not_shown(self):
        """The device's secret may be an argument."""
        text = self.config.read_text()
        self.config.write_text(text + "mfa_process = oathtool --totp -b JBSWY3DPEHPK3PXP\n")
        run = self.aws_mfa("explain")
        self.assertRegex(run.stdout, rf"token command +oathtool \.\.\. +{self.config}:\d+: mfa_process")
        self.config.write_text(text)
        for command in ("oathtool JBSWY3DPEHPK3PXP", "false JBSWY3DPEHPK3PXP", "a 'JBSWY3DPEHPK3PXP"):
            run = self.aws_mfa("--log-level=DEBUG", "--token-command", command)
            self.assertNotIn("JBSWY", run.stdout + run.stderr)


if __name__ == "__main__":
    unittest.main()
