"""Files over ssh: the module's messages must not get into the protocol."""

import unittest

from live.case import example
from live.sshd import PROMPT, SshTest


class Streams(SshTest):
    NEEDS = (*SshTest.NEEDS, "sftp", "scp", "rsync", "git")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = cls.sshd("sshd-mfa", example("pam.d/sshd-after-publickey").replace(
            "profile=work setenv", "profile=work setenv notify"),
            example("sshd_config.d/after-publickey.conf"))

    def setUp(self):
        super().setUp()
        client, alice = self.world.users["client"], self.world.users["alice"]
        self.world.folder_at("/home/client/files", client)
        self.content = "".join(f"line {n}\n" for n in range(20000))
        self.world.write("/home/client/files/there", self.content, client)
        self.world.write("/home/alice/here", self.content, alice)

    def transfer(self, *argv, input=None, env=None):
        """Runs a client that calls ssh. ssh asks on the terminal; the client's output is a pipe."""
        console = self.console(*argv, user="client", pipes=True, input=input, env=env)
        console.answer(PROMPT, self.user.code)
        status = console.wait()
        self.assertEqual(status, 0, (console.screen, console.out, console.err))
        self.assertTrue(self.has_session())
        return console

    def arrived(self, name):
        self.assertEqual(self.world.path(name).read_text(), self.content, name)

    def test_sftp(self):
        self.world.write("/home/client/files/batch", "get here /home/client/files/got\n"
                         "put /home/client/files/there put\n", self.world.users["client"])
        self.transfer("/usr/bin/sftp", "-P", self.server.port, "-oBatchMode=no",
                      "-b/home/client/files/batch", "alice@mfa")
        self.arrived("/home/client/files/got")
        self.arrived("/home/alice/put")

    def test_scp(self):
        for number, flag in enumerate(("-s", "-O")):    # over sftp, and over the old protocol
            with self.subTest(flag):
                self.transfer("/usr/bin/scp", flag, "-P", self.server.port, "alice@mfa:here",
                              f"/home/client/files/got{number}")
                self.arrived(f"/home/client/files/got{number}")

    def test_rsync(self):
        run = self.transfer("/usr/bin/rsync", "-a", "-e", f"ssh -p {self.server.port}",
                            "/home/client/files/there", "alice@mfa:put")
        self.assertEqual(run.out, "")
        self.arrived("/home/alice/put")

    def test_git(self):
        made = self.world.run("/bin/sh", "-ec", "cd; rm -rf r; git init -q -b main r; cd r; "
                              "git config user.name a; git config user.email a@b; "
                              "git commit -q --allow-empty -m first", user="alice")
        self.assertEqual(made.returncode, 0, made.stderr)
        self.transfer("/usr/bin/git", "clone", "-q", f"ssh://alice@mfa:{self.server.port}/~/r",
                      "/home/client/files/r")
        log = self.world.run("/usr/bin/git", "-C", "/home/client/files/r", "log", "--format=%s",
                             user="client")
        self.assertEqual(log.stdout, "first\n")

    def test_a_pipe(self):
        run = self.transfer("/usr/bin/ssh", "-p", self.server.port, "alice@mfa", "cat; cat here",
                            input=b"\0\1\2\n")
        self.assertEqual(run.out, "\0\1\2\n" + self.content)


if __name__ == "__main__":
    unittest.main()
