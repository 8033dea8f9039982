"""The code, the secret key and the session token are only where they must be."""

import os
import re
import resource
import signal
import socket
import subprocess
import tempfile
import threading
import unittest
from pathlib import Path

from host import OTHER_UID
from open_clone import closed_to_others
from pam.logintest import LoginTest, OtherUser
from pam.watch import Watch
from paths import AWS_MFA, AWS_MFA_STS, BUILD
from sandbox import faults

PASSWORD = "Tr0ub4dor&3-typed-at-the-wrong-prompt"


def memory(pid):
    """All memory that the process can write to: a core would hold it."""
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as mem:
        for line in maps:
            start, end = (int(n, 16) for n in line.split(" ", 1)[0].split("-"))
            if line.split(" ")[1].startswith("rw"):
                mem.seek(start)
                yield mem.read(end - start)


def children(pid):
    return [int(child) for task in Path(f"/proc/{pid}/task").iterdir()
            for child in (task / "children").read_text().split()]


class Leaks(*([OtherUser] if os.getuid() == 0 else []), LoginTest):
    def setUp(self):
        super().setUp()
        self.stack("profile=work always debug verbose")
        (self.home / "pam.d/test").symlink_to("bastion")

    def start(self):
        """Starts an application that lives on after the login, like a display manager."""
        self.watch = Watch()
        self.addCleanup(self.watch.stop)
        app = subprocess.Popen([BUILD / "tests/pam/hostile", self.home / "pam.d", "daemon"],
                               env=self.nss, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT)
        self.addCleanup(app.wait)
        self.addCleanup(app.kill)
        self.addCleanup(app.stdin.close)
        self.addCleanup(app.stdout.close)
        self.out = ""
        self.read_until(app, "asked\n")
        self.watch.wait_for(b"aws-mfa\0pam\0", b"aws-mfa-sts\0")
        return app

    def read_until(self, app, text):
        timer = threading.Timer(30, app.kill)
        timer.start()
        more = ""
        while not more.endswith(text):
            line = app.stdout.readline().decode()
            self.assertTrue(line, f"ended before {text!r}: {self.out}")
            self.out += line
            more += line
        timer.cancel()

    def type(self, app, answer):
        app.stdin.write(answer.encode() + b"\n")
        app.stdin.flush()

    def assert_nowhere(self, app, secrets):
        seen = self.watch.stop()
        held = list(memory(app.pid))
        # The search works: it finds this text.
        self.assertTrue([1 for part in held if b"AWS_PROFILE=not-this-one" in part])
        for name, secret in secrets.items():
            self.assertNotIn(secret, self.out, f"{name} in the log or in what the person is told")
            # A test's report is public, so it must not show the data.
            for data, where in seen.items():
                self.assertFalse(secret.encode() in data, f"{name} in {where}")
            for part in held:
                self.assertFalse(secret.encode() in part, f"{name} in the application's memory")

    def test_accepted(self):
        code = self.user.code()
        count = sum(r.action == "GetSessionToken" for r in self.box.requests)
        self.box.fault("GetSessionToken", faults.delay(1))
        app = self.start()
        self.type(app, code)
        self.box.wait_for("GetSessionToken", count + 1)
        self.look_at_processes(app)
        self.read_until(app, "alice 0\n")
        session = self.section()
        self.assert_nowhere(app, {
            "the code": code, "the long-term key": self.user.secret_access_key,
            "the secret key": session["aws_secret_access_key"],
            "the session token": session["aws_session_token"]})
        self.assertRegex(self.out, r"key-id=ASIA\w{16}\n")

    def look_at_processes(self, app):
        """While both hold the code and the keys, the user cannot dump them or read their memory."""
        [helper] = children(app.pid)
        [network] = children(helper)
        for pid in (helper, network):
            limits = Path(f"/proc/{pid}/limits").read_text()
            self.assertRegex(limits, r"Max core file size +0 +0 ")
            if os.getuid() == 0:
                look = subprocess.run(["cat", f"/proc/{pid}/environ"], capture_output=True,
                                      user=OTHER_UID, group=OTHER_UID, extra_groups=[])
                self.assertNotEqual(look.returncode, 0, "the user can look into it")
            else:
                with self.assertRaises(OSError):
                    Path(f"/proc/{pid}/environ").read_bytes()

    def test_wrong(self):
        code = self.user.wrong_code()
        app = self.start()
        self.type(app, code)
        self.read_until(app, "alice 7\n")
        self.assert_nowhere(app, {"the code": code, "the key": self.user.secret_access_key})

    def test_quoted_by_aws(self):
        code = self.user.wrong_code()
        self.box.fault("GetSessionToken", faults.error(
            "ValidationError", f"1 validation error: Value '{code}' at 'tokenCode' failed", 400))
        app = self.start()
        self.type(app, code)
        while not re.search(r"^alice \d+$", self.out, re.M):
            self.read_until(app, "\n")
        self.assert_nowhere(app, {"the code": code, "the key": self.user.secret_access_key})

    def test_a_password(self):
        app = self.start()
        self.type(app, PASSWORD)
        self.read_until(app, "alice 7\n")
        # free() itself overwrites the start of a block
        self.assert_nowhere(app, {"the password": PASSWORD, "its end": PASSWORD[-16:]})
        self.assertEqual(self.box.codes_seen(self.user), [])


class Core(LoginTest):
    """A signal that makes other programs dump core only ends these, even if the limits allow one."""

    def dumped(self, argv, *records, answer=b"", env=None):
        """True if SIGABRT leaves a core, after the records were sent and the answer has come."""
        ours, theirs = socket.socketpair()
        ours.settimeout(20)
        hard = resource.getrlimit(resource.RLIMIT_CORE)[1]

        def prepare():
            os.dup2(theirs.fileno(), 3)
            resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
        with ours, theirs, tempfile.TemporaryDirectory(dir=self.home) as folder:
            process = subprocess.Popen(argv, cwd=folder, env=env or {}, stdin=subprocess.DEVNULL,
                                       pass_fds=(3,), preexec_fn=prepare)
            theirs.close()
            ours.sendall(b"".join(record.encode() + b"\n" for record in records))
            heard = b""
            while answer not in heard:
                more = ours.recv(4096)
                self.assertTrue(more, f"{argv} ended after {heard}")
                heard += more
            process.send_signal(signal.SIGABRT)
            _, status = os.waitpid(process.pid, 0)
            process.returncode = -os.WTERMSIG(status)
            self.assertEqual(os.WTERMSIG(status), signal.SIGABRT)
            self.assertEqual(os.WCOREDUMP(status), bool(os.listdir(folder)))
            return os.WCOREDUMP(status)

    def test_core(self):
        if resource.getrlimit(resource.RLIMIT_CORE)[1] == 0:
            self.skipTest("no process here may dump core (ulimit -H -c)")
        if Path("/proc/sys/kernel/core_pattern").read_text().startswith(("/", "|")):
            self.skipTest("cores do not stay with their process here (kernel.core_pattern)")
        self.assertTrue(self.dumped(["/bin/sh", "-c", "echo up >&3; read -r line <&3"], answer=b"up"))
        self.assertFalse(self.dumped([AWS_MFA, "pam", "--profile", "work"], answer=b"ask\n",
                                     env=self.env))
        self.assertFalse(self.dumped(
            [AWS_MFA_STS], f"access-key-id {self.user.access_key_id}",
            f"secret-access-key {self.user.secret_access_key}", f"serial {self.user.serial}",
            f"endpoint-url {self.box.url}", f"ca-bundle {self.box.ca_path}", "connect unsigned",
            answer=b"ready"))


class BeforeMain(unittest.TestCase):
    """From main() on, the programs themselves shut everybody out. Before that, their mode does:
    users may not read them."""

    def test_a_user_cannot_look_into_what_runs_in_their_name(self):
        if os.getuid() != 0:
            self.skipTest("becomes another user: needs root")
        if closed_to_others():
            self.skipTest(closed_to_others())
        user = {"user": OTHER_UID, "group": OTHER_UID, "extra_groups": []}
        self.assertTrue(self.seen_before_main("/bin/true", user))
        for program in (AWS_MFA, AWS_MFA_STS):
            self.assertFalse(self.seen_before_main(program, user), program)

    def seen_before_main(self, program, user):
        """Stops the program in the loader: it writes messages to a pipe that nobody reads."""
        ours, theirs = os.pipe()
        self.addCleanup(os.close, ours)
        os.set_blocking(theirs, False)
        with open(theirs, "wb", buffering=0) as full:
            while full.write(bytes(4096)):
                pass
            os.set_blocking(theirs, True)
            process = subprocess.Popen([program], stderr=full, env={"LD_DEBUG": "files"}, **user)
            try:
                try:
                    while Path(f"/proc/{process.pid}/syscall").read_text().split()[1:2] != ["0x2"]:
                        self.assertIsNone(process.poll())
                except PermissionError:
                    self.skipTest("cannot see where a process stands: needs CAP_SYS_PTRACE")
                return subprocess.run(["cat", f"/proc/{process.pid}/environ"], **user,
                                      capture_output=True).returncode == 0
            finally:
                process.kill()
                process.wait()


if __name__ == "__main__":
    unittest.main()
