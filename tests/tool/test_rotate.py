"""aws-mfa rotate: the calls, the file, and what AWS or another key has against it."""

import time
import unittest

from home import long_term
from host import ROLE
from sandbox import faults
from test_pages import PAGES, blocks
from tool.rotating import ID, NEW, OLD, SECRET, STARTED, RotateTest


class Rotate(RotateTest):
    CALLS = ["GetCallerIdentity", "GetSessionToken", "GetCallerIdentity", "ListAccessKeys"]

    def test_and_finish(self):
        run = self.rotate()
        second = self.rotated()
        self.assertEqual(run.stdout, f"""\
ok     created {second.access_key_id}
ok     AWS accepts it
ok     [work-long-term] switched to it
ok     {self.first.access_key_id} deactivated, not yet deleted.  Undo or finish:
       aws-mfa rotate work --undo   |   aws-mfa rotate work --finish
""")
        self.assertEqual(run.stderr, "")
        page, = [text for text in blocks(PAGES[0]) if "(to rotate work)" in text]
        self.assertEqual(page.split("\n", 2)[2], run.stdout.replace(
            second.access_key_id, "AKIAEXAMPLE000000002").replace(self.first.access_key_id, "AKIAEXAMPLE000000001"))
        self.assertEqual(self.actions(), [*self.CALLS, "CreateAccessKey", "GetCallerIdentity",
                                          ("UpdateAccessKey", "Inactive")])
        run = self.rotate("--finish")
        self.assertEqual(run.stdout, f"ok     {self.first.access_key_id} deleted\n")
        self.assertEqual(self.actions(), [*self.CALLS, "DeleteAccessKey"])
        self.clean(second)
        run = self.aws_mfa("rotate", "--finish")
        self.assertEqual((run.returncode, self.actions()), (0, []))
        self.assertIn("[work-long-term] holds no old key, so there is nothing to finish", run.stdout)

    def test_and_undo(self):
        self.rotate()
        second = self.rotated()
        self.actions()
        run = self.rotate("--undo")
        self.assertEqual(run.stdout, f"""\
ok     {self.first.access_key_id} activated again
ok     AWS accepts it
ok     [work-long-term] switched back to it
ok     {second.access_key_id} deleted
""")
        self.assertEqual(self.actions(), [*self.CALLS, ("UpdateAccessKey", "Active"),
                                          "GetCallerIdentity", "DeleteAccessKey"])
        self.clean(self.first)
        run = self.aws_mfa("rotate", "--undo")
        self.assertEqual((run.returncode, self.actions()), (13, []))
        self.refused(run, "holds no earlier key, so there is nothing to undo")

    def test_calls_to_iam_name_the_user(self):
        """The API Reference wants that, because the keys are those of a session. The session is of a
        code, and as short as possible."""
        self.rotate()
        new = self.box.requests[self.seen:]
        for request in new[3:]:
            if request.action != "GetCallerIdentity":
                self.assertEqual(request.params["UserName"], self.user.name)
                self.assertTrue(request.access_key_id.startswith("ASIA"))
        self.assertEqual(new[1].params["DurationSeconds"], "900")
        self.assertEqual(self.section(), {}, "this session is stored nowhere")

    def test_at_the_terminal(self):
        term = self.terminal("rotate", env={"TERM": "xterm"}, all_on_it=True)
        term.expect(f"MFA code of {self.user.serial} (to rotate work): ")
        other = self.aws_mfa("rotate", "--token", "123456")
        self.assertEqual(other.returncode, 4, other.stderr)
        self.refused(other, "another aws-mfa is working on [work-long-term]")
        term.send(self.user.code() + "\n")
        self.assertEqual(term.wait()[0], 0, term.screen)
        self.assertIn("\033[32mok\033[0m     created ", term.screen)
        self.rotated()

    def test_a_wrong_code_is_asked_again(self):
        """Nothing is changed before AWS has accepted a code, and then each thing once."""
        before, wrong = self.credentials.read_bytes(), self.user.wrong_code()
        term = self.terminal("rotate", env={"NO_COLOR": "1"}, all_on_it=True)
        term.expect("(to rotate work): ")
        for code, said in ((wrong, r"\nRefused: wrong, or used before\. 2 tries left; next code in \d+ s\.\r\n"),
                           (wrong, r"\nNot sent: AWS has just refused this code\. Next code in \d+ s\.\r\n")):
            term.send(code + "\n")
            self.assertRegex(term.expect("MFA code: "), said)
        self.assertEqual(self.actions(), self.CALLS[:2])
        self.assertEqual((self.credentials.read_bytes(), self.user.keys), (before, [self.first]))
        term.send(self.user.code() + "\n")
        self.assertEqual(term.wait()[0], 0, term.screen)
        self.rotated()
        self.assertEqual(self.actions(), [*self.CALLS[1:], "CreateAccessKey", "GetCallerIdentity",
                                          ("UpdateAccessKey", "Inactive")])

    def test_three_prompts_in_all(self):
        before = self.credentials.read_bytes()
        term = self.terminal("rotate", env={"NO_COLOR": "1"}, all_on_it=True)
        for question, code in (("(to rotate work): ", self.user.wrong_code()), ("MFA code: ", "12345"),
                               ("MFA code: ", self.user.wrong_code())):
            term.expect(question)
            term.send(code + "\n")
        self.assertEqual(term.wait()[0], 11, term.screen)
        self.assertIn("1 try left", term.screen)
        self.assertEqual(self.actions(), [*self.CALLS[:2], "GetSessionToken"])
        self.assertEqual(self.credentials.read_bytes(), before)

    def test_every_other_byte_stays(self):
        before = (f"# mine\n[a]\r\nx=1\n[work-long-term] ; here\n  aws_mfa_device: {self.user.serial}\n"
                  f"  aws_secret_access_key={self.first.secret_access_key}\n# between\n"
                  f"  aws_access_key_id={self.first.access_key_id}\n  note = kept\n\n[b]\ny = 2")
        self.write_credentials(before, 0o640)
        self.rotate()
        second = self.user.keys[1]
        after = self.credentials.read_bytes().decode()
        kept = after.split("  note = kept\n")[0]
        self.assertEqual(kept, before.split("  note = kept\n")[0].replace(
            f"key_id={self.first.access_key_id}", f"key_id = {second.access_key_id}").replace(
            f"access_key={self.first.secret_access_key}", f"access_key = {second.secret_access_key}"))
        self.assertTrue(after.endswith("\n\n[b]\ny = 2"), after)
        self.assertEqual(self.credentials.stat().st_mode & 0o777, 0o640)
        self.rotate("--undo")
        self.assertEqual(self.credentials.read_bytes().decode(), before.replace("=AKIA", " = AKIA").replace(
            "access_key=", "access_key = "))

    def test_no_secret_is_shown(self):
        code = self.user.code()
        shown = ""
        for way in ([], ["--undo"]):
            run = self.aws_mfa("rotate", *way, "--token", code, "--log-level", "DEBUG")
            self.assertEqual(run.returncode, 0, run.stderr)
            shown += run.stdout + run.stderr
            self.assertNotIn(code, shown)
            code = self.user.code()
        self.assertIn("CreateAccessKey", shown)
        for key in self.user.keys + self.user.former_keys:
            self.assertNotIn(key.secret_access_key, shown)

    def test_the_keys_of_a_source_profile(self):
        self.write_credentials(self.credentials.read_text().replace("work-", "base-") +
                               f"\n[other-long-term]\n{ID} = {self.first.access_key_id}\n")
        with open(self.config, "a") as file:
            file.write(f"source_profile = base\nassume_role = {ROLE}\n")
        run = self.rotate()
        self.assertIn("the keys of profile work are in [base-long-term], and are rotated there",
                      run.stdout)
        self.assertIn(f"[other-long-term] has the same key {self.first.access_key_id} and is not "
                      "changed", run.stderr)
        self.assertEqual(self.section("base-long-term")[ID], self.user.keys[1].access_key_id)

    def test_the_command_line(self):
        for status, args, told in (
                (2, ["--finish", "--undo"], "--finish: not with --undo"),
                (2, ["work"], "--profile: the profile is named already"),
                (2, [], "there is no terminal to ask on; use --token -"),
                (2, ["--token", "-"], "--token -: standard input is empty"),
                (11, ["--token", "12345"], "expected exactly six digits"),
                (11, ["--token", self.user.wrong_code()], "wrong or was used before")):
            run = self.aws_mfa("rotate", *args)
            self.assertEqual(run.returncode, status, run.stderr)
            self.refused(run, told)
            self.assertEqual(run.stdout, "")
        self.box.fault("GetCallerIdentity", faults.close())
        run = self.rotate(status=14)
        self.refused(run, "no code was sent; your code is still good")
        self.clean(self.first)

    def test_what_was_changed_by_hand(self):
        self.store(**{OLD + "access_key_id": "AKIAEXAMPLE000000009"})
        run = self.aws_mfa("rotate", "--token", "123456")
        self.assertEqual(run.returncode, 13)
        self.refused(run, "aws_mfa_old_secret_access_key is missing or not what")
        self.begin()
        self.store_key(OLD, self.first)     # the user has gone back with an editor
        self.rotate()
        self.rotated()


class InTheWay(RotateTest):
    """AWS gives a user two keys at most."""

    def test_another_key(self):
        for status, words in (("Active", ("active", "if nothing uses it, delete it:")),
                              ("Inactive", ("inactive", "nothing can use it: delete it:"))):
            self.begin()
            other = self.user.add_key()
            other.status, other.created = status, time.time() - 400 * 86400 - 60
            self.store_started(ago=90)
            before = self.credentials.read_bytes()
            run = self.rotate(status=13)
            self.refused(run, f"{other.access_key_id} already ({words[0]}, created 400 days ago, not "
                         f"in this file); {words[1]}", "aws --profile work iam delete-access-key "
                         f"--user-name {self.user.name} --access-key-id {other.access_key_id}")
            self.assertEqual((self.credentials.read_bytes(), run.stdout), (before, ""))
            self.assertEqual(self.actions()[-1], "ListAccessKeys")

    def test_an_old_key_that_is_not_deleted_yet(self):
        self.rotate()
        run = self.rotate(status=13)
        self.refused(run, f"{self.first.access_key_id} is deactivated since the last rotation",
                     "(aws-mfa rotate work --finish)", "(aws-mfa rotate work --undo)")
        self.rotated()

    def test_an_old_key_that_is_active(self):
        """Somebody needs it, or a run was interrupted: it is not deleted, but can be deactivated."""
        self.rotate()
        self.first.status = "Active"
        run = self.rotate("--finish", status=13)
        self.refused(run, f"{self.first.access_key_id} is still active")
        self.again()
        self.assertIn(f"{self.first.access_key_id} deactivated", self.rotate().stdout)
        self.rotated()

    def test_a_key_in_use_that_does_not_work(self):
        """The way back leads over the other key, with the code that was given."""
        self.rotate()
        second = self.rotated()
        second.status, self.first.status = "Inactive", "Active"
        run = self.rotate("--finish", status=13)
        self.refused(run, f"but AWS accepts {self.first.access_key_id}: run aws-mfa rotate work --undo")
        self.refused(self.rotate(status=13), "run aws-mfa rotate work --undo")
        self.assertEqual(self.keys()[ID], second.access_key_id)
        self.again()
        run = self.rotate("--undo")
        self.assertIn("AWS refuses the key in use; going on with " + self.first.access_key_id, run.stdout)
        self.clean(self.first)

    def test_a_key_in_use_that_does_not_work_beside_a_new_one(self):
        second = self.user.add_key()
        self.store_key(NEW, second)
        self.first.status = "Inactive"
        self.refused(self.rotate("--undo", status=13),
                     f"but AWS accepts {second.access_key_id}: run aws-mfa rotate work")
        self.rotate()
        self.rotated()

    def test_no_key_that_works(self):
        self.rotate()
        self.rotated().status = "Inactive"
        run = self.rotate("--undo", status=13)
        self.refused(run, "AWS accepts no key of [work-long-term]: activate "
                     f"{self.first.access_key_id} in the IAM console")
        self.first.status = "Active"
        self.rotate("--undo")
        self.clean(self.first)

    def test_an_old_key_that_is_gone(self):
        for way, status in (("--undo", 13), ("--finish", 0)):
            self.begin()
            self.rotate()
            second = self.rotated()
            self.user.delete_key(self.first)
            run = self.rotate(way, status=status)
            if status:
                self.refused(run, "does not exist any more, so there is no way back to it")
                self.rotate()
                self.assertEqual(self.keys()[OLD + "access_key_id"], second.access_key_id)
            else:
                self.clean(second)

    def test_a_key_without_its_secret(self):
        """The answer to CreateAccessKey was lost. Only a key of that minute is deleted."""
        for way in ([], ["--undo"]):
            self.begin()
            lost = self.user.add_key()
            self.store_started(ago=30)
            run = self.rotate(*way)
            self.assertIn(f"{lost.access_key_id} deleted: an interrupted run has created it and lost "
                          "its secret", run.stdout)
            self.clean(self.first) if way else self.rotated()
            self.assertNotIn(lost, self.user.keys)


class Errors(RotateTest):
    def test_what_a_policy_denies(self):
        for way, action, changed in (([], "ListAccessKeys", False), ([], "CreateAccessKey", True),
                                     ([], "UpdateAccessKey", True), (["--finish"], "DeleteAccessKey", False),
                                     (["--undo"], "UpdateAccessKey", False)):
            with self.subTest(way=way, denied=action):
                self.begin()
                if way:
                    self.rotate()
                self.box.policy_denies(self.user, f"iam:{action}")
                run = self.rotate(*way, status=13)
                self.refused(run, f"iam:{action} on resource", f"allow iam:{action} to this user: "
                             "aws-mfa(1) has the policy under ROTATING KEYS")
                self.assertEqual("run the same command again" in run.stderr, changed)
                self.works()
                self.assertNotIn(STARTED, self.keys())
                self.box.policy_allows(self.user)
                self.again()
                self.rotate(*way)
                self.clean(self.works()) if way else self.rotated()

    def test_no_further_key(self):
        self.box.fault("CreateAccessKey", faults.error("LimitExceeded", "Cannot exceed quota", 409))
        self.refused(self.rotate(status=13), "AWS gives this user no further key", "Cannot exceed quota")
        self.clean(self.first)

    def test_a_key_that_goes_meanwhile(self):
        def gone(exchange):
            self.user.delete_key(self.first)
            exchange.send()
        self.box.fault("UpdateAccessKey", faults.Fault("gone", gone))
        self.assertIn(f"{self.first.access_key_id} does not exist any more", self.rotate().stdout)
        self.clean(self.works())
        self.box.clear_faults()
        self.rotate()
        self.user.keys[0].status = "Inactive"
        self.again()
        old = self.user.keys[0]
        self.box.fault("DeleteAccessKey", faults.Fault("gone", lambda exchange: (
            self.user.delete_key(old), exchange.send())))
        self.rotate("--finish")
        self.clean(self.works())

    def test_throttling_and_lost_answers_are_repeated(self):
        for action in ("ListAccessKeys", "CreateAccessKey", "UpdateAccessKey"):
            self.box.fault(action, faults.error("Throttling"), 1)
        self.box.fault("UpdateAccessKey", faults.processed(faults.close()), 1)
        self.rotate()
        self.rotated()
        self.box.fault("DeleteAccessKey", faults.processed(faults.close()), 1)
        self.rotate("--finish")
        self.clean(self.works())

    def test_throttling_that_does_not_end(self):
        self.box.fault("CreateAccessKey", faults.error("Throttling"))
        run = self.rotate(status=15)
        self.refused(run, "AWS limits the rate of requests")
        self.assertIn("[work-long-term] has a key that works; run the same command again", run.stderr)
        self.clean(self.first)

    def test_all_tries_are_one_wait(self):
        """None of them takes a second, nor does the pause after the first."""
        for action in ("ListAccessKeys", "CreateAccessKey"):
            self.box.fault(action, faults.error("Throttling"))
            term = self.terminal("rotate", "work", "--token", self.user.code(), profile=None,
                                 env={"TERM": "xterm", "NO_COLOR": "1"}, all_on_it=True)
            term.expect("\r\x1b[Kaws-mfa: waiting for AWS's answer, 1 s")
            self.assertEqual(term.wait()[0], 15, term.screen)
            self.box.clear_faults()

    def test_a_new_key_takes_seconds(self):
        self.box.new_keys_take(1.2)
        term = self.terminal("rotate", "work", "--token", self.user.code(), profile=None,
                             env={"TERM": "xterm", "NO_COLOR": "1"}, all_on_it=True)
        term.expect("aws-mfa: waiting for AWS to know the new key, 1 s")
        self.assertEqual(term.wait()[0], 0, term.screen)
        self.assertIn("key, 1 s\r\x1b[Kok     AWS accepts it\r\n", term.screen)
        self.rotated()
        self.box.new_keys_take(0)

    def test_a_new_key_that_takes_too_long(self):
        self.box.new_keys_take(3600)
        self.refused(self.rotate("--timeout", "1", status=15), "after 3 s; try again later")
        second = self.user.keys[1]
        self.assertEqual(self.works(), self.first)
        self.assertEqual(self.keys()[NEW + "secret_access_key"], second.secret_access_key)
        second.known_from = 0
        self.box.new_keys_take(0)
        self.assertIn(f"going on with {second.access_key_id}", self.rotate().stdout)
        self.rotated()

    def test_a_new_key_that_was_deleted(self):
        second = self.user.add_key()
        self.store_key(NEW, second)
        self.user.delete_key(second)
        run = self.rotate("--timeout", "1")
        self.assertIn(f"{second.access_key_id} does not exist any more", run.stdout)
        self.rotated()

    def test_a_new_key_of_another_user(self):
        self.store_key(NEW, self.box.add_user(f"{self.user.name}-other").keys[0])
        self.refused(self.rotate(status=13), "belongs to")
        self.assertEqual(self.works(), self.first)

    def test_another_program_changes_the_key_meanwhile(self):
        def change(exchange):
            self.write_credentials(self.credentials.read_text().replace(
                self.first.access_key_id, "AKIAEXAMPLE000000007"))
            exchange.send()
        self.box.fault("CreateAccessKey", faults.Fault("change", change))
        run = self.rotate(status=10)
        self.refused(run, "another program has changed aws_access_key_id of [work-long-term]")
        self.assertEqual(self.user.keys, [self.first], "the new key is deleted: nobody has its secret")
        self.assertEqual(self.keys()[ID], "AKIAEXAMPLE000000007")

    def test_a_section_that_stands_twice(self):
        """A switch would remove the keys of both, and keep a copy of the last ones only."""
        other = self.box.add_user(f"{self.user.name}-other")
        self.write_credentials(long_term(other) + long_term(self.user))
        before = self.credentials.read_bytes()
        run = self.rotate(status=13)
        self.refused(run, "[work-long-term] has aws_access_key_id twice")
        self.assertEqual((self.credentials.read_bytes(), self.actions()), (before, []))


if __name__ == "__main__":
    unittest.main()
