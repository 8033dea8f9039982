"""aws-mfa pam's side of its conversation with the module, which sends every record there is."""

import os
import socket
import subprocess

from host import HostTest
from turns import in_turn, records


class Turns(HostTest):
    def helper(self):
        ours, theirs = socket.socketpair()
        ours.settimeout(30)

        def prepare():
            os.dup2(theirs.fileno(), 3)
            os.set_inheritable(3, True)
        with theirs:
            process = subprocess.Popen(
                [self.program, "pam", "--profile", "work"], env=self.env, stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, pass_fds=(3,), preexec_fn=prepare)
        return process, ours, ours.makefile("r")

    def said(self, words, last):
        """-> the words of the records up to that one, or to the end"""
        said = []
        for line in words:
            said.append(line.split()[0])
            if said[-1] == last:
                break
        return said

    def check(self, codes):
        """After so many wrong codes."""
        taken = set()
        for record in records():
            with self.subTest(record=record):
                record = record if not in_turn("code", record) else f"code {self.user.wrong_code()}"
                process, ours, words = self.helper()
                with ours, words:
                    self.assertEqual(self.said(words, "ask")[-1], "ask")
                    for _ in range(codes):
                        ours.sendall(f"code {self.user.wrong_code()}\n".encode())
                        self.assertEqual(self.said(words, "result")[-1], "result")
                    ours.sendall(record.encode() + b"\n")
                    said = self.said(words, "result")
                    if in_turn("code", record):
                        taken.add(record)
                        self.assertEqual(said[-1], "result")
                    else:
                        self.assertEqual(said, [], "it takes nothing of this, and ends")
                process.wait(10)
        self.assertEqual(len(taken), 1)

    def test_while_a_code_is_waited_for(self):
        self.check(codes=0)

    def test_after_a_wrong_code(self):
        self.check(codes=1)
