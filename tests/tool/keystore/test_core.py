"""A signal that makes other programs dump core only ends what has a part in a login of keystore mode."""

import os
import resource
import signal
import unittest
from pathlib import Path

from paths import AWS_MFA
from tool.keystore.test_store import StoreTest


class Core(StoreTest):
    def setUp(self):
        self.hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
        if self.hard == 0:
            self.skipTest("no process here may dump core (ulimit -H -c)")
        if Path("/proc/sys/kernel/core_pattern").read_text().startswith(("/", "|")):
            self.skipTest("cores do not stay with their process here (kernel.core_pattern)")
        super().setUp()
        self.cores = self.folder / "cores"
        self.cores.mkdir()
        self.cores.chmod(0o777)

    def where_it_may(self, does):
        """-> a program that does this where it may write a core, and may by its limits"""
        program = self.folder / "program"
        limit = "unlimited" if self.hard == resource.RLIM_INFINITY else self.hard // 1024
        program.write_text(f"#!/bin/sh\ncd {self.cores} && ulimit -c {limit} && {does}\n")
        program.chmod(0o755)
        return program

    def dumps(self, process):
        process.send_signal(signal.SIGABRT)
        self.assertEqual(process.wait(20), -signal.SIGABRT)
        return bool(os.listdir(self.cores))

    def test_another_program_does(self):
        module = self.module(program=self.where_it_may("echo up >&3; read -r line <&3"))
        self.assertEqual(module.read(), "up")
        self.assertTrue(self.dumps(module.process))

    def test_serve(self):
        module = self.asked(program=self.where_it_may(f'exec {AWS_MFA} "$@"'))
        self.assertFalse(self.dumps(module.process))

    def test_store(self):
        self.program = self.where_it_may(f'exec {AWS_MFA} "$@"')
        with self.store(self.pipe()[0]):
            self.until_it_waits()
            self.assertFalse(self.dumps(self.process))


if __name__ == "__main__":
    unittest.main()
