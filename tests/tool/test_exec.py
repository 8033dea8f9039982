"""aws-mfa exec: the command has the session, and is else as if it had been started without exec."""

import os
import re
import resource
import signal
import subprocess
import unittest

from home import long_term
from paths import AWS_MFA, BUILD, STAGE
from test_pages import PAGES, lines
from tool.credentials.storing import Namespace, root_only
from tool.handing import KEY_ID, SECRET, TOKEN, UNSET, VARIABLES, HandingTest
from tool.test_job_control import CODE, Shell

# What a process inherits.
INHERITED = ("umask; ulimit -Sc; ulimit -Hc; pwd; "
             "grep -E '^(ShdPnd|NoNewPrivs|Seccomp:|CapEff)' /proc/self/status; "
             "cd /proc/$$/fd; for fd in 0 [!012]*; do echo $fd; readlink $fd; done; "
             "cat ../coredump_filter; awk '{print $5, $6}' ../stat")


class ExecTest(HandingTest):
    def run_exec(self, *args, **options):
        return self.aws_mfa("exec", *args, profile=None, **options)

    def environment(self, *args, **options):
        """-> (the environment of the command, standard error)"""
        run = self.run_exec(*args, "--", "env", "-0", **options)
        self.assertEqual(run.returncode, 0, run.stderr)
        return dict(entry.split("=", 1) for entry in run.stdout.split("\0")[:-1]), run.stderr


class Environment(ExecTest):
    def test_all_of_it(self):
        hostile = {name: "from outside" for name in (*UNSET, "AWS_CONTAINER_OF_TOMORROW",
                                                     *VARIABLES, "AWS_CREDENTIAL_EXPIRATION")}
        end = self.session()
        near = {"AWS_CONTAINERS": "", "AWS_PROFILES": "x"}
        expected = {**self.env, **VARIABLES, "AWS_CREDENTIAL_EXPIRATION": end, "AWS_MFA_PROFILE": "work"}
        self.assertEqual(self.environment("work", env={**hostile, **near}), ({**expected, **near}, ""))
        self.region()
        self.assertEqual(self.environment("work")[0], {
            **expected, "AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1"})

    def test_region(self):
        self.session()
        for given, args in [({"AWS_REGION": "sa-east-1"}, ()), ({"AWS_DEFAULT_REGION": "sa-east-1"}, ()),
                            ({}, ("--region", "sa-east-1"))]:
            with self.subTest(given):
                env, _ = self.environment("work", *args, env=given)
                self.assertEqual((env["AWS_REGION"], env["AWS_DEFAULT_REGION"]), ("sa-east-1",) * 2)

    def test_entries_that_appear_twice(self):
        """Whatever a caller puts there: one entry of each name is left, ours."""
        self.session()
        caller = ("import ctypes, sys\nargv = [a.encode() for a in sys.argv[1:]] + [None]\n"
                  f"env = [b'HOME={self.home}', b'AWS_SECURITY_TOKEN=1', b'AWS_SESSION_TOKEN=2', "
                  "b'AWS_SESSION_TOKEN=3', b'AWS_SECURITY_TOKEN=4', b'no equals sign', None]\n"
                  "a = (ctypes.c_char_p * len(argv))(*argv); e = (ctypes.c_char_p * len(env))(*env)\n"
                  "ctypes.CDLL(None).execve(argv[0], a, e)")
        run = subprocess.run(["/usr/bin/python3", "-I", "-c", caller, AWS_MFA, "exec", "work", "--",
                              "/usr/bin/env"], capture_output=True, text=True)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual([line for line in run.stdout.splitlines() if "TOKEN" in line],
                         [f"AWS_SESSION_TOKEN={TOKEN}"])
        self.assertIn("no equals sign\n", run.stdout)

    def test_nested(self):
        """The inner one counts, also its region, and it does not warn of the outer one's keys."""
        self.session()
        self.region()
        self.write_credentials(self.credentials.read_text() + "\n" + long_term(self.user, "other"))
        self.session(name="other", aws_access_key_id="ASIAEXAMPLE000000002")
        self.config.write_text(self.config.read_text() + "[profile other]\nregion = us-west-2\n")
        env, said = self.environment("work", "--", AWS_MFA, "exec", "other")
        self.assertEqual(said, "")
        self.assertEqual([env[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_MFA_PROFILE", "AWS_REGION")],
                         ["ASIAEXAMPLE000000002", "other", "us-west-2"])
        # without a name it is still the profile of the shell
        env, _ = self.environment("work", "--", AWS_MFA, "exec")
        self.assertEqual((env["AWS_MFA_PROFILE"], env["AWS_REGION"]), ("work", "eu-west-1"))
        env, _ = self.environment("work", "--", "env", "AWS_PROFILE=other", AWS_MFA, "exec")
        self.assertEqual(env["AWS_MFA_PROFILE"], "other")
        # the user's own choice of a region inside the shell
        env, _ = self.environment("work", "--", "env", "AWS_REGION=sa-east-1", AWS_MFA, "exec", "other")
        self.assertEqual(env["AWS_REGION"], "sa-east-1")

    def test_secrets_are_nowhere_else(self):
        self.session()
        run = self.run_exec("work", "--", "sh", "-c", "tr '\\0' ' ' </proc/$$/cmdline")
        self.assertEqual(run.stdout, "sh -c tr '\\0' ' ' </proc/$$/cmdline ")
        self.assertEqual(run.stderr, "")

    def test_keys_that_are_none(self):
        """A token with a line end could add a line to what a tool prints or signs."""
        for token in ("one\n  two", "one two", "\u00fc", "a\x7fb"):
            with self.subTest(token):
                self.again()
                self.session(aws_session_token=token)
                run = self.run_exec("work", "--", "env")
                self.refused(run, 125, "profile work are not from AWS")
                self.assertNotIn("two", run.stderr)

    @root_only
    def test_sudo(self):
        """no_new_privs is not set, and sudo drops the session, as --help says."""
        if subprocess.run(["sudo", "-n", "true"], env=self.env, capture_output=True).returncode:
            self.skipTest("sudo does not work here")
        self.session()
        line, = [line for line in lines(PAGES[0]) if "-- sudo " in line]
        self.assertEqual(line, "aws-mfa exec -- sudo command")
        for command, expected in ((line.replace("sudo ", ""), True), (line, False)):
            run = subprocess.run(["sh", "-c", command.replace("command", "env")], env={
                **self.env, "PATH": f"{STAGE}/bin:/usr/bin:/bin", "AWS_PROFILE": "work"}, capture_output=True, text=True)
            self.assertEqual((run.returncode, "AWS_SESSION_TOKEN=" in run.stdout), (0, expected), run.stderr)
        run = self.run_exec("nosuch", "--", "env", env={"SUDO_USER": "alice"})
        self.assertEqual(run.returncode, 125)
        self.assertIn("sudo: this looked at the files of root, not of alice", run.stderr)


class Inherited(ExecTest):
    def inherited(self, prefix, command=("sh", "-c", INHERITED), **options):
        run = subprocess.run([*prefix(), *command], env=self.env, capture_output=True, text=True, **options)
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        return run.stdout

    def signals(self, prefix, **options):
        """Without a shell: it would reset SIGCHLD."""
        return self.inherited(prefix, ("grep", "^Sig[BI]", "/proc/self/status"), **options)

    def test_as_without_exec(self):
        """What aws-mfa changes of itself is put back, whether a code was sent or not."""
        hard = resource.getrlimit(resource.RLIMIT_CORE)[1]

        def ordinary():
            os.umask(0o027)
            if hard and b"__asan_init" not in AWS_MFA.read_bytes():     # that sets it to 0
                resource.setrlimit(resource.RLIMIT_CORE, (4096, hard))

        def odd():
            os.umask(0o777)
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            for number in (signal.SIGCHLD, signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT, signal.SIGUSR1):
                signal.signal(number, signal.SIG_IGN)
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR2, signal.SIGTERM, signal.SIGPIPE})
        read, write = os.pipe()
        for end in (read, write):
            self.addCleanup(os.close, end)
        high = os.dup2(read, 900)
        self.addCleanup(os.close, high)
        old_kernel = f"LD_PRELOAD={BUILD}/tests/tool/old_kernel.so"

        def renewed(*env):
            def prefix():
                device = self.user.add_device(f"d{len(self.user.devices)}")
                return ["env", *env, AWS_MFA, "exec", "work", "--device", device.serial, "--no-store",
                        "--token", device.code(), "--", "env", "-u", "LD_PRELOAD"]
            return prefix
        for prepare in (ordinary, odd):
            options = {"preexec_fn": prepare, "restore_signals": prepare == ordinary, "stdin": read,
                       "pass_fds": (write, high)}
            plain = self.inherited(list, **options), self.signals(list, **options)
            self.assertIn("900\npipe:", plain[0])
            self.session()
            for prefix in (lambda: [AWS_MFA, "exec", "work", "--"], renewed(), renewed(old_kernel)):
                with self.subTest(prepare.__name__, prefix=prefix):
                    self.assertEqual((self.inherited(prefix, **options), self.signals(prefix, **options)), plain)
                self.again()

    def test_no_child_is_left(self):
        run = self.run_exec("work", "--token", self.user.code(), "--", "sh", "-c",
                            "read children </proc/$$/task/$$/children; echo $children")
        self.assertEqual((run.returncode, run.stdout, run.stderr), (0, "\n", ""))

    def test_a_closed_pipe_ends_the_command(self):
        self.session()
        run = self.run_exec("work", "--", "sh", "-c", "yes | head -n 1")
        self.assertEqual((run.stdout, run.stderr), ("y\n", ""))

    def test_descriptors_of_the_shell(self):
        run = subprocess.run(["bash", "-c", '"$@" cat <(echo through) /dev/fd/9 9<<<nine', "bash", AWS_MFA,
                              "exec", "work", "--token", self.user.code(), "--"], env=self.env,
                             capture_output=True, text=True)
        self.assertEqual((run.stdout, run.stderr), ("through\nnine\n", ""))

    def test_closed_standard_descriptors(self):
        """They are /dev/null for the command: else its first file would get its messages."""
        self.session()
        for closed in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-"):
            with self.subTest(closed):
                found = self.home / "found"
                run = subprocess.run(
                    ["sh", "-c", f'exec "$@" {closed}', "sh", AWS_MFA, "exec", "work", "--", "sh", "-c",
                     f'all=$(readlink /proc/$$/fd/[012]); echo "$all" >{found}'], env=self.env,
                    stdin=subprocess.PIPE, capture_output=True)
                self.assertEqual((run.returncode, run.stdout, run.stderr), (0, b"", b""))
                self.assertEqual(found.read_text().split().count("/dev/null"), closed.count("&"))


class Status(ExecTest):
    def test_of_the_command(self):
        self.session()
        for command, status in [("exit 0", 0), ("exit 2", 2), ("exit 125", 125), ("kill -TERM $$", -15),
                                ("kill -KILL $$", -9)]:
            with self.subTest(command):
                run = self.run_exec("work", "--", "sh", "-c", command)
                self.assertEqual((run.returncode, run.stderr), (status, ""))

    def test_commands_that_cannot_be_run(self):
        self.session()
        script = self.home / "script"
        script.write_text("echo of the script\n")
        nothing = self.home / "interpreter"
        nothing.write_text("#!/no/such/interpreter\n")
        nothing.chmod(0o755)
        for command, status in [("no-such-command", 127), (self.home / "none", 127), ("", 127),
                                (script, 126), (self.home, 126), (nothing, 127),
                                (self.credentials / "x", 126)]:
            with self.subTest(command=str(command)):
                self.refused(self.run_exec("work", "--", command), status, f"{command}: ", "nothing was run")
        script.chmod(0o755)
        self.assertEqual(self.run_exec("work", "--", script).stdout, "of the script\n")   # as a shell does
        tools = self.home / "bin"
        tools.mkdir()
        script.rename(tools / "tool")
        run = self.run_exec("work", "--", "tool", env={"PATH": f"{tools}:{self.env['PATH']}"})
        self.assertEqual(run.stdout, "of the script\n")

    def test_own_failures(self):
        """None is 2: terraform plan -detailed-exitcode uses it."""
        ran = self.home / "ran"
        run = ("--", "touch", ran)
        for args, said in [(("work", "--no-such", *run), "--no-such: no such option"),
                           (("work", "ls", "-l"), "'ls': unexpected word; write COMMAND last, after --"),
                           (("work", "other", *run), "'other': unexpected word"),
                           (("--profile", "a", "work", *run), "the profile is named already"),
                           (("nosuch", *run), "no section [nosuch-long-term]"),
                           (("work", "--token", "12345", *run), "six digits"),
                           (("work", "--token", self.user.wrong_code(), *run), "is wrong or was used"),
                           (("work", "--timeout", "0", *run), "--timeout"),
                           (("work", *run), "no terminal to ask for a code; nothing was run")]:
            with self.subTest(args):
                self.refused(self.run_exec(*args), 125, said)
                self.assertFalse(ran.exists())
        self.assertEqual(self.run_exec("--help").returncode, 0)
        self.assertEqual(self.run_exec("work", *run, prefix=["env", "-u", "HOME"], env={
            "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent/x"}).returncode, 125)

    def test_the_shell(self):
        self.session()
        shell = self.home / "my shell"
        shell.write_text('#!/bin/sh\necho "$# $AWS_MFA_PROFILE $0"\n')
        shell.chmod(0o755)
        for args in ((), ("--",)):
            run = self.run_exec("work", *args, env={"SHELL": str(shell)})
            self.assertEqual((run.stdout, run.stderr), (f"0 work {shell}\n", ""))
        run = self.run_exec("work", env={"SHELL": ""}, input="echo in $AWS_MFA_PROFILE\n")
        self.assertEqual(run.stdout, "in work\n")


class Renewal(ExecTest):
    def test_a_new_session(self):
        """Also what is left of standard input is the command's."""
        run = self.run_exec("work", "--token", "-", "--", "sh", "-c", "cat; echo $AWS_ACCESS_KEY_ID",
                            input=f"{self.user.code()}\nof the command\n")
        section = self.section()
        self.assertEqual(run.stdout, f"of the command\n{section['aws_access_key_id']}\n", run.stderr)
        self.assertEqual(run.stderr, "")
        self.assertEqual(section["aws_access_key_id"], self.box.sessions[-1].access_key_id)
        env, _ = self.environment("work")
        self.assertEqual(env["AWS_SESSION_TOKEN"], section["aws_session_token"])

    def test_about_to_end(self):
        """Under five minutes it is renewed. If nobody can be asked, one minute is enough."""
        for seconds, given in [(310, "quietly"), (290, "warns: ends in 4 min"), (100, "warns: ends in 1"),
                               (55, ""), (-5, "")]:
            with self.subTest(seconds):
                self.again()
                end = self.session(seconds)
                run = self.run_exec("work", "--", "sh", "-c", "echo $AWS_CREDENTIAL_EXPIRATION")
                if not given:
                    what = "has expired" if seconds < 0 else "ends within a minute"
                    self.refused(run, 125, f"[work] {what}, and there is no terminal",
                                 "First run: aws-mfa --profile work ")
                    continue
                self.assertEqual(run.stdout, end + "\n")
                self.assertIn("warning: [work] " + given[7:] if "warns" in given else "", run.stderr)
                self.assertEqual(bool(run.stderr), "warns" in given)
        self.again()
        self.session(290)
        env, said = self.environment("work", "--token", self.user.code())
        self.assertNotEqual(env["AWS_ACCESS_KEY_ID"], KEY_ID)
        self.assertEqual(said, "")

    def test_renews_ahead(self):
        """export, too: with renew_before or its option."""
        device = self.user.add_device("second")
        ahead = self.long_term.replace("]\n", "]\nrenew_before = 30m\n")
        for text, args, renewed in [(ahead, (), True), (self.long_term, ("--renew-before", "30m"), True),
                                    (self.long_term, (), False)]:
            for serial, totp in ((self.user.serial, self.user), (device.serial, device)):
                self.write_credentials(text)
                self.session(1200)
                given = "--device", serial, "--token", totp.code(), *args
                if totp is device:
                    out = self.aws_mfa("export", "--format", "env-no-export", *given).stdout
                    key = re.search(r"AWS_ACCESS_KEY_ID='?(\w+)", out)[1]
                else:
                    key = self.environment("work", *given)[0]["AWS_ACCESS_KEY_ID"]
                self.assertEqual(key != KEY_ID, renewed, (args, totp))

    def test_at_a_terminal(self):
        self.session(290)
        term = self.terminal("exec", "work", "--", "sh", "-c", "echo out $AWS_ACCESS_KEY_ID", profile=None)
        term.expect(CODE)
        term.send(self.user.code() + "\n")
        self.assertEqual(term.wait(), (0, f"out {self.box.sessions[-1].access_key_id}\n", ""))

    def test_interrupted(self):
        """A shell shows 130."""
        ran = self.home / "ran"
        term = self.terminal("exec", "work", "--", "touch", ran, profile=None)
        term.expect(CODE)
        term.send("\x03")
        self.assertEqual(term.wait(), (-signal.SIGINT, "", ""))
        self.assertFalse(ran.exists())

    def test_not_stored(self):
        before = self.credentials.read_bytes()
        env, said = self.environment("work", "--no-store", "--token", self.user.code())
        self.assertEqual(said, "")
        self.assertEqual(env["AWS_ACCESS_KEY_ID"], self.box.sessions[-1].access_key_id)
        self.assertEqual(self.credentials.read_bytes(), before)
        self.assertEqual({file.name for file in self.home.joinpath(".aws").iterdir()},
                         {"credentials", "config"})

    def test_a_session_that_came_meanwhile(self):
        """The code is not sent: with --no-store, too, the session of the file is as good."""
        for args in ((), ("--no-store",)):
            with self.subTest(args):
                self.again()
                term = self.terminal("exec", "work", *args, "--", "env", profile=None)
                term.expect(CODE)
                self.session()
                seen = self.box.codes_seen(self.user)
                term.send("123456\n")
                status, out, err = term.wait()
                self.assertEqual((status, err), (0, ""))
                self.assertIn(f"\nAWS_SECRET_ACCESS_KEY={SECRET}\n", out)
                self.assertEqual(self.box.codes_seen(self.user), seen)

    def test_a_session_that_cannot_be_stored(self):
        """The code is spent, so the command gets the session, and the user is told."""
        term = self.terminal("exec", "work", "--", "env", profile=None)
        term.expect(CODE)
        self.write_credentials(self.long_term + "\n[work]\naws_access_key_id = AKIAEXAMPLE000000009\n"
                               f"aws_secret_access_key = {'x' * 40}\n")
        term.send(self.user.code() + "\n")
        status, out, err = term.wait()
        self.assertEqual(status, 0, err)
        self.assertIn(self.box.sessions[-1].access_key_id, out)
        self.assertIn("warning: the session is used, but could not be stored: ", err)

    @root_only
    def test_read_only(self):
        if subprocess.run(["unshare", "-m", "true"], stderr=subprocess.DEVNULL).returncode:
            self.skipTest("no private mounts here")
        space = Namespace('mount --bind "$1" "$1" && mount -o remount,bind,ro "$1"', self.home)
        self.addCleanup(space.close)
        self.refused(self.run_exec("work", "--token", "123456", "--", "env", prefix=space.prefix), 125,
                     "Read-only file system", "; or give --no-store: then it is not written")
        self.assertEqual(self.box.codes_seen(self.user), [])
        env, said = self.environment("work", "--no-store", "--token", self.user.code(), prefix=space.prefix)
        self.assertEqual((env["AWS_ACCESS_KEY_ID"], said), (self.box.sessions[-1].access_key_id, ""))

    def test_a_user_without_keys(self):
        """On a host in keystore mode: a login has stored the session, and root has the keys."""
        self.long_term = "[other]\nkey = value\n"
        self.again()
        self.refused(self.run_exec("work", "--", "env"), 125, "no section [work-long-term]")
        for role in (None, "arn:aws:iam::123456789012:role/Admin"):
            self.again()
            self.session(role=role)
            env, said = self.environment("work")
            self.assertEqual((env["AWS_SESSION_TOKEN"], said), (TOKEN, ""))
        self.again()
        self.session(100)
        self.assertIn("warning: [work] ends in ", self.environment("work")[1])
        self.again()
        self.session(50)
        self.refused(self.run_exec("work", "--", "env"), 125, "no section [work-long-term]")

    def test_a_profile_that_tools_would_not_look_at(self):
        """As people who come from aws-vault have them. No tool must find this session in the file."""
        self.role_profile()
        self.refused(self.aws_mfa(profile="admin"), 13, "role_arn, which AWS tools prefer")
        run = self.run_exec("admin", "--", "true")
        self.refused(run, 125, "nothing was run. Give the code with --token - or --token-command\n")
        env, said = self.environment("admin", "--token", self.user.code())
        self.assertEqual(said, "")
        self.assertEqual(self.section("admin")["assumed_role"], "True")
        self.assertEqual(env["AWS_ACCESS_KEY_ID"], self.section("admin")["aws_access_key_id"])
        self.assertEqual(self.environment("admin")[0], env)


class InBash(Shell, ExecTest):
    """^C, ^Z and fg are the command's, as if aws-mfa were not there. It is not."""

    SHELL = ("bash", "--norc", "--noprofile", "-i")

    def setUp(self):
        super().setUp()
        self.session()

    def test_stop_and_continue(self):
        self.tell(f"{AWS_MFA} exec work -- sh -c 'echo beg''un; read a; echo got $a; exit 7'")
        self.expect("begun")
        self.shell.send("\x1a")
        self.stopped()
        self.tell("fg; echo st''atus $?")
        self.shell.send("line\n")
        self.expect("got line")
        self.expect("status 7")

    def test_interrupt(self):
        self.tell(f"{AWS_MFA} exec work -- sleep 100")
        self.pid("sleep")
        self.shell.send("\x03")
        self.expect("$ ")
        self.tell("echo st''atus $?")
        self.expect("status 130")
        self.tell(f"{AWS_MFA} exec work -- sh -c 'trap \"exit 9\" INT; echo beg''un; while :; do sleep 0.01; done'")
        self.expect("begun")
        self.shell.send("\x03")
        self.expect("$ ")
        self.tell("echo st''atus $?")
        self.expect("status 9")


if __name__ == "__main__":
    unittest.main()
