"""Completion in real shells: commands, options, values, and profile names that a shell must not run."""

import os
import re
import shutil
import signal
import subprocess
import unittest
from pathlib import Path

from host import ROLE, HostTest
from paths import AWS_MFA, STAGE, temporary
from terminal import Terminal
from test_pages import PAGES, blocks
from tool.test_help import commands, options

SHARE = STAGE / "share"
SCRIPTS = {"bash": SHARE / "bash-completion/completions/aws-mfa",
           "zsh": SHARE / "zsh/site-functions/_aws-mfa",
           "fish": SHARE / "fish/vendor_completions.d/aws-mfa.fish"}
LOADER = Path("/usr/share/bash-completion/bash_completion")
# Each begins with letters of its own. ? is a character that the shells would find files for.
NAMES = ["aa b", "bb$(touch pwned)", "cc`touch pwned`", "dd'x", 'ee"x', "ff\\x", "gg;touch pwned", "hh&x",
         "ii-ü-é", "jj:k:l", "kk@l", "ll*", "mm~x", "nn$HOME", "oo{a,b}", "pp#x", "qq<x>y|z", "rr=x", "ss\\",
         "tt'\"x", "uu?", "vv  x", "ww!x", "xx%x^y"]
HIDDEN = ["zz\x1b[31m", "zz\x07", "zz\u202ex", "zz[x"]
SESSION = "[{}]\naws_session_token = tok\n"


def script(shell):
    return subprocess.run([AWS_MFA, "completion", shell], capture_output=True, text=True, check=True).stdout


class CompletionTest(HostTest):
    def setUp(self):
        super().setUp()
        if not shutil.which(self.SHELL):
            self.skipTest(f"no {self.SHELL} here")
        self.env |= {"PATH": f"{AWS_MFA.parent}:/usr/bin:/bin", "TERM": "dumb", "PS1": "$ "}
        self.write_credentials("".join(map(SESSION.format, [*NAMES, *HIDDEN])) +
                               f"[work-long-term]\naws_mfa_device = {self.user.serial}\n[-dash]\nk = v\n")
        self.config.write_text(f"[profile admin]\nrole_arn = {ROLE}\nmfa_serial = {self.user.serial}\n"
                               f"[profile \"zz quoted\"]\nassume_role = {ROLE}2\n[profile admin2]\nrole_arn = $(x)\n")

    def script(self):
        return SCRIPTS[self.SHELL]


class Lists:
    """offered(*words) -> what the shell offers for the last word"""

    def test_commands(self):
        shown = commands()
        self.assertEqual(set(self.offered("")), set(shown))
        self.assertIn("keystore", self.offered("--log-level", "INFO", ""))
        self.assertIn("keystore", self.offered("k"))

    def test_options_of_each_command(self):
        for command in commands():
            own, common = options(command)
            with self.subTest(command):
                self.assertEqual(set(self.offered(command, "--")),
                                 {option.split()[0] for option in {**own, **common}})
        self.assertIn("--force", self.offered("--fo"))
        self.assertNotIn("--all", self.offered("clear", "--all", "--"))
        self.assertIn("--tag", self.offered("--tag", "a=b", "--t"))

    def test_values(self):
        for words, expected in ((("--log-level", ""), {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}),
                                (("completion", ""), {"bash", "zsh", "fish"}),
                                (("export", "--format", "e"), {"env", "env-no-export"}),
                                (("--assume-role", ""), {ROLE, ROLE + "2"}),
                                (("--device", ""), {self.user.serial}),
                                (("keystore", "--device", ""), {self.user.serial}),
                                (("clear", "wo"), {"work"}), (("clear", "work", "ad"), {"admin", "admin2"}),
                                (("--profile", "zz"), {"zz quoted"}),
                                (("rotate", "work", ""), set()), (("nonsense", ""), set()),
                                (("completion", "zsh", ""), set()), (("--duration", ""), set())):
            with self.subTest(words):
                self.assertEqual(set(self.offered(*words)), expected)
        self.assertIn("root", self.offered("keystore", "show", "roo"))
        self.assertIn("--profile=work", [word if "=" in word else "--profile=" + word
                                         for word in self.offered("--profile=wo")])

    def test_names_of_all_kinds(self):
        self.assertEqual(set(self.offered("clear", "")), {*NAMES, "work", "admin", "admin2", "zz quoted"})

    def test_without_files(self):
        for text in (None, "\0" * 50, "[wor"):
            with self.subTest(text):
                self.credentials.unlink(missing_ok=True)
                self.config.unlink(missing_ok=True)
                if text:
                    self.write_credentials(text)
                self.assertEqual(self.offered("clear", ""), [])

    def test_the_installed_script_is_what_the_command_prints(self):
        self.assertEqual(script(self.SHELL), self.script().read_text())


class Typed:
    """start() -> a shell that completes; names are typed in part, and the command is run."""

    QUOTES = ("", "'", '"')
    NOT = set()

    def test_the_shell_gets_each_name_and_runs_nothing(self):
        self.shell = self.start()
        text = self.credentials.read_text()
        for quote in self.QUOTES:
            for name in NAMES:
                if (quote, name) in self.NOT:
                    continue
                with self.subTest(name=name, quote=quote):
                    self.shell.send(f"aws-mfa clear {quote}{name[:2]}\t\n")
                    self.shell.expect(f"is removed from [{name}]")
                    self.assertEqual(self.credentials.read_text(),
                                     text.replace(SESSION.format(name), f"[{name}]\n"))
                    self.write_credentials(text)
        # options, and values behind '='
        self.shell.send("aws-mfa clear --prof\t aa\t\n")
        self.shell.expect("is removed from [aa b]")
        self.write_credentials(text)
        self.shell.send("aws-mfa clear --profile=bb\t\n")
        self.shell.expect("is removed from [bb$(touch pwned)]")
        self.write_credentials(text)
        self.shell.send("aws-mfa cle\t jj:\t\n")
        self.shell.expect("is removed from [jj:k:l]")
        self.shell.send("aws-mfa exec aa\t -- nohu\t\n")
        self.assertIn("nohup", self.shell.expect("no section [aa b-long-term]")[-300:])
        self.assertFalse((self.home / "pwned").exists())


class Found:
    """A shell that finds the script by itself. installed() -> such a shell. FILE, FIRST, CALL: what it reads
    in a home, what stands there before our line, and what it is called with."""

    FIRST = ""

    def ready(self, shell):
        self.addCleanup(shell.wait)
        self.addCleanup(shell.process.send_signal, signal.SIGKILL)
        shell.send("echo rea''dy\n")
        shell.expect("ready\r\n")
        return shell

    def test_as_the_page_says(self):
        text, = [text for text in blocks(PAGES[0]) if "completion bash" in text]
        line, = [line for line in text.splitlines() if f"completion {self.SHELL}" in line]
        file = self.home / self.FILE
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{self.FIRST}{line}\n")
        shell = self.ready(Terminal([self.SHELL, *self.CALL], {**self.env, "TERM": "xterm", "HISTFILE": ""},
                                    all_on_it=True))
        shell.send("aws-mfa cle\t aa\t\n")
        shell.expect("is removed from [aa b]")

    def test_it_is_found_where_it_is_installed(self):
        self.shell = self.installed()
        for typed, expected in (("cle\t aa\t", "is removed from [aa b]"), ("completion z\t", "#compdef aws-mfa"),
                                ("clear --log-level DEB\t --prof\t kk\t", "is removed from [kk@l]"),
                                ("explain --profile wo\t --device arn\t", f"{self.user.serial} "),
                                ("exec vv\t -- nohu\t", "no section [vv  x-long-term]")):
            with self.subTest(typed):
                self.shell.send(f"aws-mfa {typed}\n")
                self.shell.expect(expected)
        self.assertIn("nohup", self.shell.screen)


class InBash(Found, Lists, Typed, CompletionTest):
    SHELL = "bash"
    FILE = ".bashrc"
    CALL = "-i",
    NOT = {('"', "ww!x")}       # nothing quotes it there

    def offered(self, *words):
        line = " ".join(["aws-mfa", *words])
        last = re.split("[=:]", words[-1])[-1]
        run = subprocess.run(
            ["bash", "--norc", "-c", f'. "{self.script()}"; COMP_LINE=$1 COMP_POINT=${{#1}}; compopt() {{ :; }}; '
             '_aws_mfa aws-mfa "$2" ""; ((${#COMPREPLY[@]})) && eval "printf \'%s\\n\' ${COMPREPLY[*]}"',
             "bash", line, last], env=self.env, cwd=self.home, capture_output=True, text=True, timeout=30)
        self.assertEqual(run.stderr, "")
        return run.stdout.splitlines()

    def start(self):
        shell = Terminal(["bash", "--norc", "--noprofile", "-i"], {**self.env, "HISTFILE": ""}, all_on_it=True,
                         enter=lambda: os.chdir(self.home))
        shell.send(f". '{self.script()}'\n")
        return self.ready(shell)

    def installed(self):
        if not LOADER.exists():
            self.skipTest("no bash-completion here")
        shell = Terminal(["bash", "--norc", "--noprofile", "-i"],
                         {**self.env, "HISTFILE": "", "XDG_DATA_DIRS": f"{SHARE}:/usr/share"}, all_on_it=True)
        shell.send(f". {LOADER}\n")
        return self.ready(shell)

    def test_files_and_commands(self):
        (self.home / "a file").touch()
        shell = self.start()
        shell.send("aws-mfa keystore add x --session-policy a\\ f\t--nonsense\n")
        shell.expect("such option")
        self.assertIn("a\\ file", shell.screen)
        shell.send("aws-mfa exec --prof\two\t-- nohu\ta\\ f\t--nonsense\n")
        shell.expect("has no aws_access_key_id")
        self.assertIn("nohup a\\ file ", shell.screen)

    def test_a_line_with_quotes(self):
        """Words before the one that is completed."""
        for line in ("--profile 'a b' cle", "--profile a\\ b cle", '--profile="a b" cle', "--profile '' cle"):
            self.assertEqual(self.offered(*line.split(" ")), ["clear"])


# ^G lists what zsh offers: here to a file. Then it shows a mark. compadd with -O or -D offers nothing yet.
ZSH_RECORDS = """
bindkey '^G' list-choices
compadd() {
    local -a hits
    (( ${@[(I)-[OD]]} )) || builtin compadd -O hits "$@"
    (( $#hits )) && print -rl -- "$hits[@]" >>offered
    builtin compadd "$@"
}
comppostfuncs=(mark)
mark() { print -n "<$((++n))>"; comppostfuncs=(mark) }
"""


class InZsh(Found, Lists, Typed, CompletionTest):
    SHELL = "zsh"
    FILE = ".zshrc"
    CALL = "-d", "-i"
    NOT = {('"', "ww!x")}
    lister = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Only the first of them reads all of zsh's own completions.
        cls.FIRST = f"autoload -U compinit; compinit -u -d {temporary(cls.addClassCleanup)}/dump\n"

    def offered(self, *words):
        if not self.lister:
            (self.home / "records").write_text(ZSH_RECORDS)
            self.lister = self.start(f"{self.FIRST}. '{self.script()}'; . ./records")
            self.asked = 0
        file = self.home / "offered"
        file.unlink(missing_ok=True)
        self.asked += 1
        self.lister.send(f"aws-mfa {' '.join(words)}\x07")
        self.lister.expect(f"<{self.asked}>")
        self.lister.send("\x15")      # ^U takes the line away
        self.assertFalse((self.home / "pwned").exists())
        return file.read_text().splitlines() if file.exists() else []

    def start(self, first=None):
        first = first or f"{self.FIRST}. '{self.script()}'"
        shell = Terminal(["zsh", "-f", "-i"], {**self.env, "HISTFILE": ""}, all_on_it=True,
                         enter=lambda: os.chdir(self.home))
        shell.send(f"{first}\n")
        return self.ready(shell)

    def installed(self):
        return self.start(f"fpath=('{self.script().parent}' $fpath); autoload -U compinit; compinit -D -u")


class InFish(Found, Lists, Typed, CompletionTest):
    SHELL = "fish"
    FILE = ".config/fish/config.fish"
    CALL = "-i",

    def start(self):
        shell = Terminal(["fish", "--no-config", "-i"], {**self.env, "TERM": "xterm"}, all_on_it=True,
                         enter=lambda: os.chdir(self.home))
        shell.send(f"source '{self.script()}'\n")
        return self.ready(shell)

    def installed(self):
        return self.ready(Terminal(
            ["fish", "-i"], {**self.env, "TERM": "xterm", "XDG_DATA_DIRS": f"{SHARE}:/usr/share"}, all_on_it=True))

    def offered(self, *words):
        run = subprocess.run(["fish", "--no-config", "-c", f"source '{self.script()}'; complete -C $argv[1]",
                              "aws-mfa " + " ".join(words)],
                             env=self.env, cwd=self.home, capture_output=True, text=True, timeout=30)
        self.assertEqual(run.stderr, "")
        self.assertFalse((self.home / "pwned").exists())
        return [line.split("\t")[0] for line in run.stdout.splitlines()]


if __name__ == "__main__":
    unittest.main()
