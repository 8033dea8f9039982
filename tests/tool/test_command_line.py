"""The command lines that aws-mfa takes, and its messages for the others."""

import os
import signal
import socket
import subprocess
import unittest

from host import HostTest
from paths import AWS_MFA
from tool.credentials.storing import Namespace, root_only

SETTINGS = {"--device": "arn:aws:iam::123456789012:mfa/x", "--duration": "900",
            "--assume-role": "arn:aws:iam::123456789012:role/x", "--role-session-name": "xx",
            "--external-id": "xx", "--source-identity": "xx", "--tag": "a=b",
            "--transitive-tag-key": "a", "--region": "eu-west-1",
            "--endpoint-url": "https://sts.example", "--timeout": "5"}
OF_SETUP = ("--device", "--region", "--endpoint-url", "--timeout")
NAMES = {"--long-term-suffix": "keys", "--short-term-suffix": "session"}


# What people type who come from aws-vault, awsume, granted or the AWS CLI
OTHER_TOOLS = {"login work": "refresh", "add work": "setup", "ls": "list", "env": "export", "import": "setup",
               "unset": "clear", "help exec": "--help",
               "list-profiles": "list", "--list-profiles": "list", "--list": "list", "--exec=work": "exec", "rm work": "clear", "-p work": "--profile", "-t 123456": "--token",
               "export -d 8h": "--duration", "--session-name x": "--role-session-name",
               "--role-duration 900": "--duration", "--refresh": "--force", "--debug": "--log-level",
               "status --output json": "--json",
               "--token-code=123456": "--token", "--duration-seconds=900": "--duration"}


class CommandLine(HostTest):
    def refuses(self, *args, parts):
        run = self.aws_mfa(*args, timeout=10)
        self.refused(run, 2, *parts)
        self.assertNotIn("123456", run.stderr)
        self.assertEqual(self.box.codes_seen(self.user), [])

    def test_words(self):
        """The message names the first extra word. aws-mfa does not wait, and ignores no word."""
        for args, named in [(("frobnicate",), "'frobnicate': no such command; write --profile NAME for a"),
                            (("",), "'': no such command"),
                            (("wrap", "--", "env"), "'wrap': no such command"),
                            (("--", "wrap", "--", "env"), "'wrap': no such command"),
                            (("--", "--force"), "'--force': no such command"),
                            (("--", "explain", "x"), "'x': explain takes no name, but --profile NAME; "),
                            (("explain", "--", "x", "y"), "'x': explain takes no name, but --profile NAME; "),
                            (("explain", "--", "--", "x"), "'--': explain takes no name, but --profile NAME; "),
                            (("explain", "", "x"), "'': explain takes no name, but --profile NAME; "),
                            (("explain", "--duration", "900", "x"), "'x': explain takes no name, but --profile NAME; "),
                            (("explain", "setup"), "'setup': give one command only"),
                            (("--setup", "--explain"), "'explain': give one command only"),
                            (("refresh", "--explain"), "'explain': give one command only"),
                            (("a\33b",), "'a?b': no such command")]:
            with self.subTest(args=args):
                self.refuses(*args, parts=[named, "see aws-mfa ", "--help"])

    def test_misspelt(self):
        for args, meant in [(("explian",), "explain"), (("st-up",), "setup"),
                            (("--forse", "--token=123456"), "--force"),
                            (("-token", "123456"), "--token"),
                            (("explain", "--durration=900"), "--duration")]:
            with self.subTest(args=args):
                self.refuses(*args, parts=[f"did you mean {meant}? Else see aws-mfa ", "--help"])
        for args, ours in OTHER_TOOLS.items():
            with self.subTest(args=args):
                self.refuses(*args.split(), parts=[f"did you mean {ours}? Else see aws-mfa ", "--help"])
        self.refuses("status", "--format=json", parts=["but of export; did you mean --json; see aws-mfa "])
        self.refuses("--role-arn=x", parts=["but of keystore; did you mean --assume-role; see aws-mfa "])
        for args in [("frobnicate",), ("explain", "--frobnicate"), ("pem",), ("--alwais",)]:
            with self.subTest(args=args):
                self.assertNotIn("did you mean", self.aws_mfa(*args, timeout=10).stderr)

    def test_a_command_without_dashes(self):
        run = self.aws_mfa("exec", "ls")        # with --profile work
        self.assertIn("'ls'; leave one of them out, or write -- before COMMAND", run.stderr)

    def test_words_that_are_right(self):
        for args in [("explain",), ("--", "explain"), ("explain", "--"), ("--explain",),
                     ("--duration", "900", "explain", "--timeout", "5"), ("--explain", "explain"),
                     ("--explain", "--explain"), ("explain", "explain"), ("--duration=--", "--duration", "900", "explain")]:
            with self.subTest(args=args):
                run = self.aws_mfa(*args, timeout=10)
                self.assertEqual(run.returncode, 0, run.stderr)
                self.assertRegex(run.stdout, r"(?m)^profile +work +--profile$")

    def test_options_that_a_command_does_not_take(self):
        for args, named in [(("explain", "--force"), "--force: is no option of explain"),
                            (("--force", "--token", "123456", "explain"), "--force: is no option of explain"),
                            (("--explain", "--token", "123456"), "--token: is no option of explain"),
                            (("explain", "--mfa-token=123456"), "--token: is no option of explain"),
                            (("setup", "--force"), "--force: is no option of setup"),
                            (("--setup", "--token", "-"), "--token: is no option of setup"),
                            *((("setup", option, value), f"{option}: is no option of setup")
                              for option, value in SETTINGS.items() if option not in OF_SETUP),
                            (("setup", "--dura", "x"), "--duration: is no option of setup")]:
            with self.subTest(args=args):
                command = named.split()[-1]
                self.refuses(*args, parts=[named, f"; see aws-mfa {command} --help"])

    def test_options_that_a_command_takes(self):
        every = [word for pair in {**SETTINGS, **NAMES}.items() for word in pair]
        run = self.aws_mfa("explain", *every, "--log-level", "ERROR")
        self.assertNotEqual(run.returncode, 2, run.stderr)
        for option in {**SETTINGS, **NAMES}:
            self.assertRegex(run.stdout, rf"(?m) {option}$")
        run = self.aws_mfa("refresh", *every, "--force", "--token", "123456", "--log-level", "ERROR")
        self.assertNotIn("is no option", run.stderr)
        run = self.aws_mfa("setup", *[word for pair in NAMES.items() for word in pair],
                           *[word for option in OF_SETUP for word in (option, SETTINGS[option])])
        self.refused(run, 2, "no terminal to ask on", "[work-keys]")

    def test_what_the_module_gives(self):
        """The command behind the module tells it of options that it does not know, as a record."""
        for args in [("--bogus",), ("--force",), ("--always=x",), ("--timeout",), ("--al", "x"),
                     ("--notify", "--setup"), ("--device", "x")]:
            with self.subTest(args=args):
                module, helper = socket.socketpair()
                with module, helper:
                    def prepare():
                        os.dup2(helper.fileno(), 3)
                        os.set_inheritable(3, True)
                    run = subprocess.run([AWS_MFA, "pam", "--profile", "work", *args], env=self.env,
                                         capture_output=True, text=True, timeout=10, pass_fds=(3,),
                                         preexec_fn=prepare)
                    helper.close()
                    told = module.makefile().read()
                self.assertEqual(told, "result 2 the module and aws-mfa are of different versions; install the same version of both\n")
                self.assertEqual((run.returncode, run.stdout, run.stderr), (2, "", ""))

    def test_output_that_cannot_be_written(self):
        for args in [("--help",), ("--version",), ("explain",)]:
            for where in ("/dev/full", "closed"):
                with self.subTest(args=args, where=where):
                    run = subprocess.run(["sh", "-c", f"exec \"$@\" >{'&-' if where == 'closed' else where}",
                                          "sh", AWS_MFA, "--profile", "work", *args], env=self.env,
                                         stderr=subprocess.PIPE, text=True)
                    if where == "closed":       # then it is /dev/null, as for every such program
                        self.assertEqual((run.returncode, run.stderr), (0, ""))
                    else:
                        self.assertEqual(run.returncode, 4)
                        self.assertIn("standard output: No space left on device", run.stderr)

    def test_a_reader_that_is_gone(self):
        """Such as head(1): this is no fault, so nothing is said."""
        for args in ("--help",), ("--version",), ("explain",), ("doctor", "--offline"), ("completion", "zsh"):
            with self.subTest(args):
                reader, writer = os.pipe()
                os.close(reader)
                run = subprocess.run([AWS_MFA, *args], env={**self.env, "AWS_PROFILE": "work"},
                                     stdout=writer, stderr=subprocess.PIPE, text=True)
                os.close(writer)
                self.assertEqual((run.returncode, run.stderr), (-signal.SIGPIPE, ""))

    @root_only
    def test_no_dev_null(self):
        if subprocess.run(["unshare", "-m", "true"], stderr=subprocess.DEVNULL).returncode:
            self.skipTest("no private mounts here")
        space = Namespace("mount -t tmpfs none /dev")
        self.addCleanup(space.close)
        for closed in (" 0<&-", " 1>&-"):
            with self.subTest(closed=closed):
                run = subprocess.run([*space.prefix, "sh", "-c", f'exec "$@"{closed}', "sh", AWS_MFA,
                                      "--version"], env=self.env, stdin=subprocess.PIPE,
                                     capture_output=True, text=True)
                self.assertEqual(run.returncode, 4)
                self.assertEqual(run.stderr,
                                 "aws-mfa: error: /dev/null: No such file or directory\n")
                self.assertEqual(run.stdout, "")
        run = subprocess.run([*space.prefix, AWS_MFA, "--version"], env=self.env, capture_output=True)
        self.assertEqual((run.returncode, run.stderr), (0, b""))    # it is not needed
        run = subprocess.run([*space.prefix, AWS_MFA, "--profile", "work", "--token", "123456"],
                             env=self.env, capture_output=True, text=True)
        self.refused(run, 4, "/dev/null: No such file or directory")
        run = subprocess.run([*space.prefix, "sh", "-c", 'exec "$@" 2>&-', "sh", AWS_MFA, "--version"],
                             env=self.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.assertEqual((run.returncode, run.stdout), (4, b""))


if __name__ == "__main__":
    unittest.main()
