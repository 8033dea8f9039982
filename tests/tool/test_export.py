"""aws-mfa export: what shells, files and programs make of its output, and when it prints nothing."""

import json
import os
import re
import resource
import shutil
import subprocess
import unittest

from paths import AWS_MFA, REPO, STAGE
from sandbox import faults
from terminal import Terminal
from tool.handing import KEY_ID, SECRET, TOKEN, UNSET, VARIABLES, HandingTest
from tool.test_job_control import CODE

FORMATS = ("env", "env-no-export", "fish", "powershell", "windows-cmd", "dotenv", "json", "process")
EVAL = {"sh": 'eval "$(cat)"', "dash": 'eval "$(cat)"', "bash": 'eval "$(cat)"', "zsh": 'eval "$(cat)"',
        "ksh": 'eval "$(cat)"', "fish": "source"}
EVAL_FILES = {shell: 'for f do eval "$(cat $f)"; printf "%s\\0" "$VARIABLE"; done' for shell in EVAL}
EVAL_FILES["fish"] = 'for f in $argv; source $f; printf "%s\\0" "$VARIABLE"; end'
ODD = ("it's", "'", "''", "\\", "\\'", "a\\", '"', "$(touch ran)", "`touch ran`", "';touch ran;'",
       '";touch ran;"', "a b", "$HOME", "!!", "#x", "*", "x\u2019;touch ran;\u2019", "\u3042", "=", "%PATH%",
       "-n", "a&b|c>ran")


class ExportTest(HandingTest):
    def export(self, *args, **options):
        return self.aws_mfa("export", *args, profile=None, **options)

    def printed(self, *args, said="", **options):
        run = self.export(*args, **options)
        self.assertEqual((run.returncode, run.stderr), (0, said))
        return run.stdout

    def evaluated(self, shell, text, env=None):
        """-> the environment in which this shell leaves its commands, without its own variables"""
        quiet = {"zsh": ["-f"], "fish": ["-N"]}.get(shell, [])
        run = subprocess.run([shell, *quiet, "-c", EVAL[shell] + " && env -0"], input=text, text=True,
                             env={**self.env, **(env or {})}, capture_output=True, cwd=self.home)
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        self.assertFalse((self.home / "ran").exists(), shell)
        found = dict(entry.split("=", 1) for entry in run.stdout.split("\0")[:-1])
        return {name: value for name, value in found.items() if name.startswith("AWS_")}

    def script(self, *words):
        """Runs the last of words in the shell that the others name."""
        return subprocess.run([*words[:-1], "-c", words[-1]], env=self.env, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=20, start_new_session=True)

    def shells(self):
        return [shell for shell in EVAL if shutil.which(shell)]


class Formats(ExportTest):
    def setUp(self):
        super().setUp()
        self.end = self.session()

    def test_shells(self):
        self.region()
        before = {name: "from outside" for name in (*UNSET, *VARIABLES)}
        for shell in self.shells():
            with self.subTest(shell):
                text = self.printed("work", *(["--format", "fish"] if shell == "fish" else []))
                self.assertEqual(self.evaluated(shell, text)["AWS_MFA_PROFILE"], "work")
                self.assertEqual(self.evaluated(shell, text, before), {
                    **VARIABLES, "AWS_CREDENTIAL_EXPIRATION": self.end, "AWS_REGION": "eu-west-1",
                    "AWS_DEFAULT_REGION": "eu-west-1", "AWS_MFA_PROFILE": "work",
                    "AWS_EC2_METADATA_DISABLED": "true"})

    def test_again_in_the_same_shell(self):
        """AWS_PROFILE is gone; the session is still that of the same profile."""
        self.session(name="default", aws_session_token="of/another/account")
        env = self.evaluated("sh", self.printed(env={"AWS_PROFILE": "work"}), {"AWS_PROFILE": "work"})
        self.assertEqual(self.printed(env=env), self.printed("work"))

    def test_json(self):
        keys = {"AccessKeyId": KEY_ID, "SecretAccessKey": SECRET, "SessionToken": TOKEN, "Expiration": self.end}
        for name, expected in (("json", {"Credentials": keys}), ("process", {"Version": 1, **keys})):
            text = self.printed("work", "--format", name)
            self.assertEqual(json.loads(text), expected)
            self.assertEqual(text.count("\n"), 1)

    def test_files(self):
        self.region()
        expected = {**VARIABLES, "AWS_CREDENTIAL_EXPIRATION": self.end, "AWS_REGION": "eu-west-1",
                    "AWS_DEFAULT_REGION": "eu-west-1"}
        for name in ("dotenv", "env-no-export"):
            text = self.printed("work", "--format", name)
            self.assertEqual(dict(line.split("=", 1) for line in text.splitlines()), expected)
        lines = self.printed("work", "--format", "windows-cmd").splitlines()
        self.assertEqual(lines, [f"set {name}=" for name in UNSET]
                         + [f"set {name}={value}" for name, value in expected.items()])
        lines = self.printed("work", "--format", "powershell").splitlines()
        self.assertEqual(lines, [f"$Env:{name}=$null" for name in UNSET]
                         + [f'$Env:{name}="{value}"' for name, value in expected.items()])

    def test_as_the_aws_cli_names_them(self):
        """Its lines are among ours."""
        env = {**self.env, **VARIABLES, "AWS_CREDENTIAL_EXPIRATION": self.end}
        for name, lines in (("powershell", 4), ("env-no-export", 4)):
            theirs = subprocess.run(["aws", "configure", "export-credentials", "--format", name], env=env,
                                    capture_output=True, text=True)
            if "Invalid choice" in theirs.stderr:
                self.skipTest("this aws is older than 2.9.0")
            text = theirs.stdout.replace("+00:00", "Z").splitlines()
            self.assertEqual(len(set(text)), lines, theirs.stderr)
            self.assertLessEqual(set(text), set(self.printed("work", "--format", name).splitlines()))

    def test_what_there_is_none_of(self):
        for args in (("--format", "xml"), ("--format", ""), ("--format=ENV",), ("--format=env,json",)):
            self.refused(self.export("work", *args), 2, f"expected {', '.join(FORMATS[:-1])} or process")


class Hostile(ExportTest):
    def each(self, values, of, variable):
        """What every shell has in the variable, after it has evaluated the session of each value."""
        for name, script in EVAL_FILES.items():
            if not shutil.which(name):
                continue
            files = []
            for number, value in enumerate(values):
                self.again()
                files.append(self.home / f"{number}.{name}")
                files[-1].write_text(self.printed(of(value), "--format", "fish" if name == "fish" else "env"))
            run = subprocess.run([name, "-c", script.replace("VARIABLE", variable), *([] if name == "fish" else "x"),
                                  *files], env=self.env, capture_output=True, text=True, cwd=self.home)
            self.assertEqual(run.stderr, "")
            self.assertEqual(run.stdout.split("\0")[:-1], list(values), name)
            self.assertFalse((self.home / "ran").exists(), name)

    def test_names_of_profiles(self):
        """Nothing in a name ends a word of the shell."""
        self.long_term = "[other]\nkey = value\n"

        def profile(name):
            self.session(name=name, expiration="2099-01-01 00:00:00")
            return f"--profile={name}"
        self.each(ODD, profile, "AWS_MFA_PROFILE")
        for format in set(FORMATS) - {"env", "fish"}:
            found = {self.printed(profile(name), "--format", format) for name in ODD if not self.again()}
            self.assertEqual(len(found), 1, found)

    def test_keys(self):
        tokens = [token for token in ODD if token.isascii() and " " not in token and "#" not in token]

        def token_is(token):
            self.session(aws_session_token=token)
            return "work"
        self.each(tokens, token_is, "AWS_SESSION_TOKEN")
        for token in tokens:
            self.again()
            with self.subTest(token):
                process = json.loads(self.printed(token_is(token), "--format", "process"))
                self.assertEqual(process["SessionToken"], token)
                for name in ("env-no-export", "dotenv", "powershell", "windows-cmd") if token not in "-n=" else ():
                    self.refused(self.export("work", "--format", name), 13, "AWS_SESSION_TOKEN of profile work",
                                 f"the format {name} cannot hold")

    def test_keys_that_no_format_can_hold(self):
        for token in ("one\n  export PATH=/tmp", "one two", "a\x1b[31m", "\u2019;x"):
            self.again()
            self.session(aws_session_token=token)
            for name in FORMATS:
                with self.subTest(name, token=token):
                    self.refused(self.export("work", "--format", name), 13, "profile work are not from AWS")

    def test_regions(self):
        self.session()
        config = self.config.read_text()
        for region in ("x'; touch ran; '", "$(touch ran)", "a\n  b", "x y", "\u3042"):
            with self.subTest(region):
                self.config.write_text(f"{config}region = {region}\n")
                self.refused(self.export("work"), 13, f"{self.config}:4: region")
                self.config.write_text(config)
                self.refused(self.export("work", env={"AWS_REGION": region}), 2, "AWS_REGION")

    def test_the_environment(self):
        """Names of variables are not taken from it: they would be words of the shell."""
        self.session()
        expected = self.printed("work")
        self.assertEqual(self.printed("work", env={"AWS_CONTAINER_X;touch ran": "1", "AWS_MFA_PROFILE": "';x"}),
                         expected)
        run = self.export(env={"AWS_MFA_PROFILE": "a\nb"})
        self.assertEqual((run.returncode, run.stdout), (2, ""))


class Output(ExportTest):
    def test_all_or_nothing(self):
        self.session()
        for where, said in (("/dev/full", "No space left on device"), ("&-", "is closed")):
            run = subprocess.run(["sh", "-c", f'exec "$@" >{where}', "sh", AWS_MFA, "export", "work"],
                                 env=self.env, stderr=subprocess.PIPE, text=True)
            self.assertEqual(run.returncode, 4)
            self.assertIn(f"error: standard output{':' if 'No' in said else ''} {said}", run.stderr)
        read, write = os.pipe()
        os.close(read)
        with os.fdopen(write) as pipe:
            run = subprocess.run([AWS_MFA, "export", "work"], env=self.env, stdout=pipe,
                                 stderr=subprocess.PIPE, text=True)
        self.assertEqual(run.returncode, 4)
        self.assertIn("standard output: Broken pipe", run.stderr)

    def test_a_full_disk(self):
        """What stood in the file stays, and nothing is added."""
        self.session()
        for mode in ("a", "w"):
            file = self.home / "ci"
            file.write_text("KEPT=1\n")
            with open(file, mode) as out:
                run = subprocess.run(
                    [AWS_MFA, "export", "work"], env=self.env, stdout=out, stderr=subprocess.PIPE, text=True,
                    preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)))
            self.assertEqual((run.returncode, file.read_text()), (4, "KEPT=1\n" if mode == "a" else ""))
            self.assertIn("standard output: File too large", run.stderr)

    def test_a_script_ends_if_there_is_no_session(self):
        """As the page has it, also under `set -e`: there `a=$(x) && b` goes on after a failure."""
        self.env["PATH"] = f"{STAGE}/bin:/usr/bin:/bin"
        line, = re.findall(r"(?m)^\.Dl (session=.*)$", (REPO / "tool/aws-mfa.1").read_text())
        script = f"{line}; echo $AWS_ACCESS_KEY_ID".replace(r"\(dq", '"')
        for shell in (("sh",), ("sh", "-e"), ("bash", "-euo", "pipefail")):
            run = self.script(*shell, script)
            self.assertEqual((run.returncode, run.stdout), (2, ""), run.stderr)
        self.session()
        run = self.script("sh", "-e", script)
        self.assertEqual((run.returncode, run.stdout), (0, f"{KEY_ID}\n"), run.stderr)

    def test_no_terminal(self):
        self.refused(self.export("work"), 2, "[work] holds no session, and there is no terminal to ask for a code; "
                     "nothing was printed. First run: aws-mfa --profile work ", "--token -")
        self.assertEqual(len([r for r in self.box.requests if r.access_key_id == self.user.access_key_id]), 0)
        self.session(100)
        run = self.export("work", "--format", "process")
        self.assertEqual((run.returncode, json.loads(run.stdout)["AccessKeyId"]), (0, KEY_ID))
        self.assertRegex(run.stderr, r"^aws-mfa: warning: \[work\] ends in 1 min\n$")
        self.again()
        self.session(-5)
        self.refused(self.export("work"), 2, "[work] has expired")

    def test_from_standard_input(self):
        text = self.printed("work", "--token", "-", "--format", "json", input=self.user.code() + "\n")
        self.assertEqual(json.loads(text)["Credentials"]["AccessKeyId"], self.box.sessions[-1].access_key_id)
        self.assertEqual(self.section()["aws_access_key_id"], self.box.sessions[-1].access_key_id)

    def test_at_a_terminal(self):
        """Also while AWS is slow, standard output has the session alone."""
        self.box.fault("GetSessionToken", faults.delay(1.2, faults.close()))
        out = self.home / "out"
        term = Terminal(["sh", "-c", f'exec "$@" >{out}', "sh", AWS_MFA, "export", "work"], self.env,
                        all_on_it=True)
        term.expect(CODE)
        term.send(self.user.code() + "\n")
        term.expect("waiting for AWS")
        self.assertEqual((term.wait()[0], out.read_text()), (15, ""), term.screen)
        self.box.clear_faults()
        term = self.terminal("export", "work", "--format", "json", "--no-store", profile=None)
        term.expect(CODE)
        term.send(self.user.code() + "\n")
        status, out, err = term.wait()
        self.assertEqual((status, err), (0, ""))
        self.assertEqual(json.loads(out)["Credentials"]["AccessKeyId"], self.box.sessions[-1].access_key_id)
        self.assertEqual(self.section(), {})


class Loops(ExportTest):
    def setUp(self):
        super().setUp()
        self.session()
        self.plain = self.config.read_text()

    def processes(self, **of):
        text = self.plain
        for profile, command in of.items():
            head = "" if profile == "work" else f"[profile {profile}]\n"
            text += f"{head}credential_process = {command}\n"
        self.config.write_text(text)

    def test_itself(self):
        for command in ("aws-mfa export work", "/usr/bin/aws-mfa export --format process work",
                        "aws-mfa --profile work export", "env A=b aws-mfa export --profile=work --no-store",
                        "sh -c 'aws-mfa export \"work\" --format process'",
                        "aws-mfa --no-store export work"):
            with self.subTest(command):
                self.processes(work=command)
                self.refused(self.export("work"), 13, f"{self.config}:4: credential_process of profile work "
                             "exports profile work, which leads in a circle", "[profile work-process]")
        self.processes(work="aws-mfa export --format process")
        self.assertNotEqual(self.printed("work"), "")                   # exports default
        self.refused(self.export(env={"AWS_PROFILE": "work"}), 13, "in a circle")

    def test_through_others(self):
        self.processes(work="aws-mfa export b", b="aws-mfa export c", c="aws-mfa export work")
        self.refused(self.export("work"), 13, f"{self.config}:8: credential_process of profile c exports profile work")
        self.refused(self.export("b"), 13, "credential_process of profile work exports profile b")
        self.processes(work="aws-mfa export b", b="aws-mfa export c", c="aws-mfa export b")
        self.refused(self.export("work"), 13, "in a circle")

    def test_through_the_command_for_the_code(self):
        """As an AWS tool with credential_process would run it. It ends, and says why."""
        self.again()
        code = self.home / "code"
        self.config.write_text(self.plain + f"mfa_process = {code}\n")
        for outer, inner in (("export", "export"), ("export", "refresh"), ("refresh", "refresh")):
            code.write_text(f"#!/bin/sh\n{AWS_MFA} {inner} work >&2 || exit 3\necho 123456\n")
            code.chmod(0o700)
            run = self.aws_mfa(outer, "work", profile=None, timeout=20)
            self.assertEqual((run.returncode, run.stdout), (2, ""))
            first, second = run.stderr.splitlines()
            self.assertIn("error: profile work is being renewed: the command that prints its code needs",
                          first)
            self.assertIn("mfa_process", second)
            self.assertIn("ended with status 3", second)
        # in another profile that command may need a session, and the command of exec any
        code.write_text("#!/bin/sh\nexec printenv CODE\n")
        run = self.aws_mfa("exec", "work", "--", AWS_MFA, "export", "work", profile=None,
                           env={"CODE": self.user.code(), "AWS_MFA_CODE_RUNNING": "a\nwork.\nwor"})
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        self.assertIn(self.box.sessions[-1].access_key_id, run.stdout)
        self.again()
        device = self.user.add_device("second")
        run = self.aws_mfa("exec", "work", "--device", device.serial, "--", "env", profile=None,
                           env={"CODE": device.code()})
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        self.assertNotIn("AWS_MFA_CODE_RUNNING", run.stdout)

    def test_what_is_none(self):
        for command in ("aws-mfa export other", "other-tool export work", "aws-mfa-export export work",
                        "aws-mfa refresh work", "cat aws-mfa"):
            with self.subTest(command):
                self.processes(work=command)
                self.assertNotEqual(self.printed("work"), "")


CALLER = ("import boto3, sys\n"
          "sts = boto3.Session(profile_name=sys.argv[3] or None).client('sts', endpoint_url=sys.argv[1], "
          "verify=sys.argv[2], region_name='us-east-1')\n"
          "print(sts.get_caller_identity()['Arn'])")


class Consumers(ExportTest):
    """Debian's aws and boto3. `make check-sdks` has the SDKs for other languages."""

    def setUp(self):
        super().setUp()
        self.printed("work", "--token", self.user.code())
        self.config.write_text(self.config.read_text() + (
            f"[profile auto]\ncredential_process = {AWS_MFA} export work --format process\n"))
        aws = f"aws --endpoint-url {self.box.url} --ca-bundle {self.box.ca_path} --region us-east-1"
        self.tools = {
            "aws": f'{aws} sts get-caller-identity --query Arn --output text ${{1:+--profile}} $1',
            "boto3": f'/usr/bin/python3 -c "$CALLER" {self.box.url} {self.box.ca_path} "$1"'}

    def arn(self, run):
        self.assertEqual(run.stdout.strip(), self.user.arn, run.stderr)

    def run_tool(self, tool, profile="", before="", prefix=()):
        return subprocess.run([*prefix, "sh", "-c", before + self.tools[tool], "sh", profile], text=True,
                              env={**self.env, "CALLER": CALLER}, capture_output=True, timeout=60)

    def test_all(self):
        for tool in self.tools:
            for way, options in {"file": {"profile": "work"},
                                 "exec": {"prefix": [AWS_MFA, "exec", "work", "--"]},
                                 "export": {"before": f'eval "$({AWS_MFA} export work)"; '},
                                 "credential_process": {"profile": "auto"}}.items():
                with self.subTest(tool, way=way):
                    self.arn(self.run_tool(tool, **options))


if __name__ == "__main__":
    unittest.main()
