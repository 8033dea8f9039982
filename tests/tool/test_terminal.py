"""aws-mfa at a terminal: the prompt, and what can happen while it stands."""

import unittest

from host import HostTest
from sandbox import faults


class AtTheTerminal(HostTest):
    def test_asks_on_the_terminal_and_not_on_standard_output(self):
        term = self.terminal()
        term.expect(f"MFA code of {self.user.serial} (for work): ")
        term.send(self.user.code() + "\n")
        status, out, err = term.wait()
        self.assertEqual((status, err), (0, ""))
        self.assertTrue(out.startswith("aws-mfa: [work] is valid until "), out)

    def test_the_warm_up_runs_while_the_prompt_stands(self):
        count = sum(r.action == "GetCallerIdentity" for r in self.box.requests)
        term = self.terminal()
        term.expect("(for work): ")
        self.box.wait_for("GetCallerIdentity", count + 1)
        term.send(self.user.code() + "\n")
        self.assertEqual(term.wait()[0], 0)

    def test_a_failed_warm_up_replaces_the_prompt(self):
        self.box.fault("GetCallerIdentity", faults.delay(1, faults.close()))
        term = self.terminal()
        term.expect("(for work): ")
        term.send("12345")
        status, out, err = term.wait()
        self.assertEqual((status, out), (14, ""))
        self.assertIn("127.0.0.1", err)
        self.assertEqual(term.left, 0, "a half-typed code is left for the shell")

    def test_a_bad_key_costs_no_code(self):
        self.write_credentials(self.credentials.read_text().replace(
            self.user.secret_access_key, "x" * 40))
        status, _, err = self.terminal().wait()
        self.assertEqual(status, 13)
        self.assertIn("aws_secret_access_key", err)

    def test_end_of_input_and_interrupt(self):
        term = self.terminal()
        term.expect("(for work): ")
        term.send("\x04")
        self.assertEqual(term.wait()[0], 2)
        term = self.terminal()
        term.expect("(for work): ")
        term.send("\x03")
        self.assertEqual(term.wait()[0], -2)
        self.assertEqual(self.section(), {})

    def test_a_code_as_telephones_show_it(self):
        code = self.user.code()
        term = self.terminal()
        term.expect("(for work): ")
        term.send(f"{code[:3]} {code[3:]}\n")
        self.assertEqual(term.wait()[0], 0, term.screen)

    def test_without_a_terminal_too(self):
        for argv, text in ((["--token"], None), (["--token", "-"], "\n")):
            device = self.user.add_device("d%d" % len(self.user.devices))
            code = device.code()
            code = f"{code[:3]}\u202f{code[3:]}" if text else f"{code[:3]} {code[3:]}"
            run = self.aws_mfa("--force", "--device", device.serial, *argv,
                               *([] if text else [code]), input=code + "\n" if text else "")
            self.assertEqual(run.returncode, 0, run.stderr)

    def test_blanks_around_a_code(self):
        term = self.terminal()
        term.expect("(for work): ")
        term.send(f"  {self.user.code()} \n")
        self.assertEqual(term.wait()[0], 0)

    def test_setup_interrupted_at_the_secret(self):
        before = self.credentials.read_bytes()
        term = self.terminal("--setup")
        term.expect("[work-long-term] exists already. Replace its keys? [y/N] ")
        term.send("y\n")
        term.expect("Access key ID (hidden): ")
        term.send(f"{self.user.access_key_id}\n")
        term.expect("Secret access key (hidden): ")
        term.send("\x03")
        self.assertEqual(term.wait()[0], -2)
        self.assertEqual(self.credentials.read_bytes(), before)


if __name__ == "__main__":
    unittest.main()
