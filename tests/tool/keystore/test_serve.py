"""`aws-mfa serve`: whom it serves, what it reads, and what it says of a code."""

import fcntl
import os
import re
import shutil
import socket
import stat
import struct
import subprocess
import time
import unittest

from host import OTHER_UID, ROLE
from paths import BUILD, STAGE
from sandbox import faults
from tool.keystore.keystoretest import LOGIN, SERVE_UID, KeystoreTest, fill

IDLE = BUILD / "tests/idle/aws-mfa"


class Judged(KeystoreTest):
    def test_a_login(self):
        count, connections = len(self.box.requests), self.box.connections
        module = self.login("timeout 20", "profile work")
        self.assertEqual(module.read(), "account 123456789012")
        self.assertEqual(module.read(), "ask")
        module.send("code " + self.user.code())
        said = module.read_to("result")
        session = self.box.sessions[-1]
        self.assertEqual((said["result"], said["key-id"]), ("0 ", session.access_key_id))
        self.assertAlmostEqual(int(said["until"]), time.time() + 43200, delta=60)
        self.assertRegex(said["request-id"], r"^[0-9a-f-]{36}$")
        self.assertEqual(self.handed_over(module), {
            "profile": "work", "access-key-id": session.access_key_id,
            "secret-access-key": session.secret_access_key,
            "session-token": session.session_token, "expiration": said["until"]})
        self.assertEqual(module.end(),
                         f"login={LOGIN} user=alice account=123456789012 result=accepted\n")
        requests = self.box.requests[count:]
        self.assertEqual([r.action for r in requests], ["GET", "GetSessionToken"])
        self.assertNotIn("Authorization", requests[0].headers)
        self.assertEqual(self.box.connections - connections, 1)

    def test_a_wrong_code_and_then_a_right_one(self):
        module = self.asked()
        wrong = self.user.wrong_code()
        module.send("code " + wrong)
        status, text = module.result()
        self.assertEqual(status, 11)
        self.assertNotIn(wrong, text)
        self.assertEqual(self.handed_over(module), {})
        module.send("code " + self.user.code())
        self.assertEqual(module.result()[0], 0)
        self.assertEqual(self.handed_over(module)["profile"], "default")
        self.assertIn(" result=accepted\n", module.end())

    def test_a_code_works_once(self):
        code = self.user.code()
        for status, name in ((0, "accepted"), (11, "wrong-code")):
            module = self.asked()
            module.send("code " + code)
            self.assertEqual(module.result()[0], status)
            said = module.end()
            self.assertIn(f" result={name}", said)
            self.assertNotIn(code, said)

    def test_a_code_of_another_user(self):
        module = self.asked()
        module.send("code " + self.box.add_user(f"bob{self.users}").code())
        self.assertEqual(module.result()[0], 11)

    def test_a_role(self):
        """The session's name is the account's, not that of the process that asks for it."""
        self.write_entry(role_arn=ROLE, external_id="of-ours", source_identity="alice",
                         session_policy='{"Version":"2012-10-17"}', duration=900, profile="admin")
        module = self.asked(env={"LOGNAME": "mallory", "USER": "mallory"})
        module.send("code " + self.user.code())
        self.assertEqual(module.result()[0], 0)
        params = self.box.requests[-1].params
        for name, value in (("RoleArn", ROLE), ("ExternalId", "of-ours"), ("SourceIdentity", "alice"),
                            ("RoleSessionName", "alice"), ("DurationSeconds", "900"),
                            ("Policy", '{"Version":"2012-10-17"}')):
            self.assertEqual(params[name], value)
        parcel = self.handed_over(module)
        self.assertEqual((parcel["role"], parcel["profile"]), (ROLE, "admin"))

    def test_nothing_of_the_environment_counts(self):
        trap = self.folder / ".aws"
        trap.mkdir()
        for name in ("credentials", "config"):
            (trap / name).write_text("[default]\nendpoint_url = https://localhost:1\n")
        env = {"HOME": str(self.folder), "AWS_ENDPOINT_URL": "https://localhost:1",
               "AWS_CA_BUNDLE": "/nonexistent", "https_proxy": "http://localhost:1",
               "MFA_DEVICE": "arn:aws:iam::123456789012:mfa/mallory", "AWS_PROFILE": "other",
               "MFA_ASSUME_ROLE": "arn:aws:iam::123456789012:role/Other", "TZ": "/nonexistent"}
        module = self.asked(env=env)
        module.send("code " + self.user.code())
        self.assertEqual(module.result()[0], 0)
        self.assertEqual(self.handed_over(module)["profile"], "default")

    def test_a_profile_that_both_name(self):
        self.write_entry(profile="work")
        module = self.asked("profile work")
        module.send("code " + self.user.code())
        self.assertEqual((module.result()[0], self.handed_over(module)["profile"]), (0, "work"))
        self.refused(self.login("profile home"), 13, "profile is work", "profile=home")

    def test_no_secret_can_be_seen_while_the_user_is_asked(self):
        module = self.asked()
        pid = module.process.pid
        for name in ("cmdline", "environ"):
            with open(f"/proc/{pid}/{name}", "rb") as file:
                seen = file.read()
            for secret in (self.user.secret_access_key, self.user.access_key_id):
                self.assertNotIn(secret.encode(), seen)
        with open(f"/proc/{pid}/limits") as file:
            self.assertRegex(file.read(), r"Max core file size +0 ")     # the soft one counts
        # root's: such a process cannot be traced, and leaves no core
        self.assertEqual(os.stat(f"/proc/{pid}/environ").st_uid, 0)

    def test_nobody_answers(self):
        module = self.asked(program=IDLE)
        self.assertEqual(module.read(), "idle")
        self.assertIn(" result=no-answer\n", module.end())

    def test_the_module_goes(self):
        for module in (self.module(), self.asked()):
            self.assertIn(" result=", module.end())
            self.assertEqual(module.process.returncode, 0)


class Failed(KeystoreTest):
    def judged(self, status, *parts, code=None):
        module = self.asked("timeout 3")
        code = code or self.user.code()
        module.send("code " + code)
        found, text = module.result()
        self.assertEqual(found, status, text)
        self.assertEqual(self.handed_over(module), {})
        said = module.end()
        for part in parts:
            self.assertIn(part, said)
        self.assertNotIn(code, text + said)

    def test_aws_is_down(self):
        self.box.stop()
        self.addCleanup(self.box.start)
        self.judged(14, "result=unavailable", "reason=")

    def test_throttled(self):
        self.box.fault("GetSessionToken", faults.error("Throttling"))
        self.judged(15, "result=code-spent")

    def test_no_answer_to_the_code(self):
        self.box.fault("GetSessionToken", faults.processed(faults.close()))
        self.judged(15)

    def test_aws_quotes_the_code(self):
        code = self.user.code()
        self.box.fault("GetSessionToken", faults.error(
            "ValidationError", f"Value '{code}' at 'tokenCode' failed", status=400))
        self.judged(13, "******", code=code)

    def test_a_key_that_aws_does_not_know(self):
        self.write_entry(aws_secret_access_key="A" * 40)
        self.judged(13, "result=configuration")


class Opening(KeystoreTest):
    """What the module must not send, and who must not be it."""

    def test_another_user_at_the_other_end(self):
        count = self.box.connections
        module = self.module(peer=OTHER_UID)
        self.assertEqual(module.read(), "")
        self.assertIn(f'reason="uid {OTHER_UID} is not served"', module.end())
        self.assertEqual(self.box.connections, count)

    def test_another_version(self):
        """Whatever else it sends."""
        module, (_, writing) = self.module(), self.pipe()
        module.send(f"version 2\nlogin {LOGIN}\nuser {OTHER_UID} alice",
                    [self.open_entry(), writing, self.place()])
        said = self.refused(module, 4, "keystore protocol 1 here, 2 there",
                            "systemctl restart aws-mfa-keystore.socket")
        self.assertIn("result=system-error", said)

    def test_the_module_goes_away(self):
        """That is no fault of its words."""
        module = self.module()
        module.send("version 1")
        module.socket.shutdown(socket.SHUT_WR)
        self.refused(module, 4, "the module ended before it said who logs in")

    def test_records_out_of_turn(self):
        for lines in (["login " + LOGIN], ["version x"], ["version 1", "version 1"],
                      ["version 1", "login 0123ABCD"], ["version 1", "login 0"],
                      ["version 1", f"login {LOGIN}x"],
                      ["version 1", f"login {LOGIN}", f"login {LOGIN}"], ["version 1", "code 123456"],
                      ["version 1", f"user {OTHER_UID} alice"], ["nonsense"], ["version 1", "x" * 5000],
                      ["version 1", "timeout 5", "timeout 5"], ["version 1", "timeout soon"]):
            with self.subTest(lines[-1][:20]):
                module = self.module()
                for line in lines:
                    module.send(line)
                start = time.monotonic()
                self.refused(module, 4)
                self.assertLess(time.monotonic() - start, 8)    # later: it waits for more

    def test_names_that_are_none(self):
        for user in ("alice", "user alice", f"user {OTHER_UID}", f"user -1 alice",
                     f"user {OTHER_UID + 2**32} alice", f"user {OTHER_UID} ../alice",
                     f"user {OTHER_UID} .alice", f"user {OTHER_UID} -alice", f"user {OTHER_UID} "):
            with self.subTest(user):
                self.refused(self.login(user=user), 4)

    def test_descriptors(self):
        """Exactly three: the entry, the writing end of a pipe, and a place."""
        entry, (reading, writing), place = self.open_entry(), self.pipe(), self.place()
        path = self.folder / "file"
        path.touch()
        file = os.open(path, os.O_WRONLY)
        self.ends.append(file)
        for fds in ([], [entry], [entry, writing], [entry, writing, place, place], [entry] * 30,
                    [entry, reading, place], [entry, file, place], [entry, entry, place]):
            with self.subTest(fds=len(fds)):
                self.refused(self.login(fds=fds), 4)
        for fds in ([writing, entry, place], [writing, writing, place], [reading, writing, place]):
            with self.subTest(fds=fds):
                record = self.login(fds=fds).read()
                self.assertRegex(record, "^result (4|13) ")

    def test_the_place_is_held_until_the_end(self):
        """Threat: su, killed and run again, leaves more services behind than may wait."""
        lock = struct.pack("hhqqi", fcntl.F_WRLCK, os.SEEK_SET, 0, 1, 0)
        place = self.place()
        fcntl.fcntl(place, fcntl.F_OFD_SETLK, lock)
        module = self.login(fds=[self.open_entry(), self.pipe()[1], place])
        module.read_to("ask")
        self.ends.remove(place)
        os.close(place)
        other = self.place()
        with self.assertRaises(BlockingIOError):
            fcntl.fcntl(other, fcntl.F_OFD_SETLK, lock)
        module.end()
        fcntl.fcntl(other, fcntl.F_OFD_SETLK, lock)

    def test_descriptors_with_another_record(self):
        module = self.module()
        module.send("version 1", [self.open_entry()])
        self.refused(module, 4)

    def test_it_is_for_systemd_only(self):
        for options in ({"pid": "1"}, {"fds": 2}, {"fds": ""}):
            with self.subTest(options):
                module = self.module(**options)
                self.assertEqual(module.read(), "")
                self.assertIn("only systemd runs this command", module.end())
                self.assertEqual(module.process.returncode, 2)

    def test_a_log_line_is_one_line(self):
        self.write_entry(user="a b=c")
        module = self.login(user=f'user {OTHER_UID} a b=c')
        module.read_to("ask")
        self.assertIn(" user=a?b=c account=123456789012 result=no-answer\n", module.end())


class Trusted(KeystoreTest):
    """Files that somebody else could have written."""

    def test_an_entry_of_somebody_else(self):
        for keys in ({"user": "bob"}, {"uid": OTHER_UID + 1}):
            with self.subTest(keys):
                self.write_entry(**keys)
                self.refused(self.login(), 13, "alice")

    def test_an_entry_that_others_can_read(self):
        for change in (lambda: self.entry.chmod(0o640), lambda: os.chown(self.entry, OTHER_UID, 0),
                       lambda: os.link(self.entry, self.folder / "second")):
            self.write_entry()
            os.chown(self.entry, 0, 0)
            change()
            said = self.refused(self.login(), 13)
            self.assertNotIn(self.user.secret_access_key, said)

    def test_an_entry_that_is_none(self):
        for text in ("", "[aws-mfa]\n", "x" * 20000):
            self.entry.write_text(text)
            self.refused(self.login(), 13)
        self.write_entry()
        self.entry.write_text(self.entry.read_text() + "# good, but too long\n" * 1000)
        self.refused(self.login(), 13, "is larger than 16384 bytes")
        self.entry.unlink()
        self.entry.mkdir()
        self.refused(self.login(), 13)

    def test_http(self):
        for url in ("http://127.0.0.1:1", "http://sts.amazonaws.com"):
            self.write_site(endpoint_url=url)
            self.refused(self.login(), 13, "no endpoint over http")

    def test_the_file_of_the_site(self):
        path = self.site / "aws-mfa.conf"
        for change in (lambda: os.chown(path, OTHER_UID, 0), lambda: path.chmod(0o664),
                       lambda: path.chmod(0o646), lambda: os.chown(self.site, SERVE_UID, 0),
                       lambda: self.site.chmod(0o775)):
            os.chown(self.site, 0, 0)
            self.site.chmod(0o755)
            path.unlink(missing_ok=True)
            self.write_site()
            change()
            self.refused(self.login(), 13, "others than root can change it")

    def put(self, path, kind):
        """Something of root's in place of this file"""
        whole = path.read_bytes()
        path.unlink()
        if kind == "fifo":
            os.mkfifo(path)
        elif kind == "folder":
            path.mkdir()
        elif kind == "device":
            os.mknod(path, stat.S_IFCHR | 0o644, os.makedev(1, 5))      # zeros without end
        elif kind == "2 GB":
            path.write_bytes(whole)
            os.truncate(path, 2 << 30)
        elif kind == "cut off":
            path.write_bytes(whole[:len(whole) // 2])
        else:
            other = path.with_name("other")
            other.write_bytes(whole)
            other.chmod(0o644)
            if kind == "symlink":
                path.symlink_to("other")
            else:
                os.link(other, path)
            return other
        if not path.is_dir():
            path.chmod(0o644)
        return path

    def kinds(self, write, path, expected):
        """expected: by the kind of file, what the refusal says; None: it is good"""
        for kind, said in expected.items():
            with self.subTest(kind, path=path.name):
                write()
                other = self.put(path, kind)
                start = time.monotonic()
                if said is None:
                    self.asked().end()
                    os.chown(other, OTHER_UID, 0)
                    said = "others than root can change it"
                self.refused(self.login(), 13, said)
                self.assertLess(time.monotonic() - start, 5)
            for left in (path, path.with_name("other")):
                if left.is_dir():
                    left.rmdir()
                left.unlink(missing_ok=True)

    def test_kinds_of_a_file_of_the_site(self):
        """Nothing blocks or is read without end. Two names are good: only root can change either."""
        none = "is no regular file"
        self.kinds(self.write_site, self.site / "aws-mfa.conf", {
            "fifo": none, "device": none, "folder": none, "2 GB": "is larger than 65536 bytes",
            "cut off": "", "symlink": None, "hard link": None})

    def test_kinds_of_certificates(self):
        """A bundle, and a file in a folder of hash links, which OpenSSL opens when it needs it."""
        place = self.folder / "ca"
        place.mkdir(mode=0o755)
        bundle, hashed = place / "ca.pem", place / "0a1b2c3d.0"
        none, large = "is no file of certificates", "is larger than 16 MiB"
        self.write_site(ca_bundle=bundle)
        self.kinds(lambda: bundle.write_bytes(self.box.ca_path.read_bytes()), bundle, {
            "fifo": none, "device": none, "2 GB": large, "symlink": None, "hard link": None})
        self.write_site(ca_bundle=place)
        self.kinds(lambda: hashed.write_bytes(self.box.ca_path.read_bytes()), hashed, {
            "fifo": none, "device": none, "folder": none, "2 GB": large})

    def test_certificates_that_are_cut_off(self):
        """AWS hears nothing of the code."""
        bundle, count = self.folder / "ca.pem", len(self.box.requests)
        bundle.write_bytes(self.box.ca_path.read_bytes())
        self.put(bundle, "cut off")
        self.write_site(ca_bundle=bundle)
        module = self.login()
        module.send("code " + self.user.code())
        status, text = module.result()
        self.assertEqual(status, 13, text)
        self.assertEqual(len(self.box.requests), count)

    def test_the_certificates(self):
        """The file, a folder above it, and a symlink on the way."""
        place = self.folder / "ca"
        place.mkdir(mode=0o755)
        mine = place / "ca.pem"
        mine.write_bytes(self.box.ca_path.read_bytes())
        self.write_site(ca_bundle=mine)
        self.asked().end()
        link = self.folder / "link.pem"
        link.symlink_to(mine)
        self.write_site(ca_bundle=link)
        os.chown(mine, SERVE_UID, 0)
        self.refused(self.login(), 13, "others than root can change it")
        os.chown(mine, 0, 0)
        os.chown(place, OTHER_UID, 0)
        self.refused(self.login(), 13, f"{place}: others than root")
        os.chown(place, 0, 0)
        os.chown(link, OTHER_UID, 0, follow_symlinks=False)
        self.refused(self.login(), 13, f"{self.folder}: a symlink in it")

    def test_a_folder_of_certificates(self):
        """Each file that OpenSSL may open. A link that leads nowhere is none."""
        hashed, place = self.folder / "hashed", self.folder / "place"
        for path in (hashed, place):
            path.mkdir(mode=0o755)
        name = subprocess.run(["openssl", "x509", "-noout", "-hash", "-in", self.box.ca_path],
                              capture_output=True, text=True, check=True).stdout.strip()
        for path in (hashed / "ca.pem", place / "ca.pem"):
            path.write_bytes(self.box.ca_path.read_bytes())
        (hashed / f"{name}.0").symlink_to("ca.pem")
        (hashed / "0a1b2c3d.r0").symlink_to(place / "ca.pem")
        (hashed / "0a1b2c3d.1").symlink_to("gone.pem")
        (hashed / "README").write_text("")
        (hashed / "README").chmod(0o666)
        self.write_site(ca_bundle=hashed)
        self.asked().end()
        for path in (hashed / "ca.pem", place / "ca.pem", place):
            os.chown(path, OTHER_UID, 0)
            self.refused(self.login(), 13, f"{path}: others than root can change it")
            os.chown(path, 0, 0)
            mode = path.stat().st_mode & 0o777
            path.chmod(0o664)
            self.refused(self.login(), 13, f"{path}: others than root can change it")
            path.chmod(mode)
        (hashed / "0a1b2c3d.1").unlink()
        for path in (hashed, place):    # a sticky folder, where anybody can make a name that does not exist yet
            path.chmod(0o1777)
            (hashed / "0a1b2c3d.1").symlink_to(place / "gone.pem")
            self.refused(self.login(), 13, f"{path}: others than root can change it")
            path.chmod(0o755)
            (hashed / "0a1b2c3d.1").unlink()
        os.chown(place, OTHER_UID, 0)
        (hashed / "0a1b2c3d.1").symlink_to(place / "gone.pem")
        (hashed / "0a1b2c3d.r0").unlink()
        self.refused(self.login(), 13, f"{place}: others than root can change it")

    def test_certificates_that_the_unit_hides(self):
        """ProtectHome= and PrivateTmp=: say so, not that the file is missing."""
        link = self.folder / "link.pem"
        link.symlink_to("/tmp")
        for path, folder in (("/home/ca.pem", "/home"), ("/root/x/ca", "/root"), ("/tmp/ca.pem", "/tmp"),
                             ("/var/tmp/ca", "/var/tmp"), ("/run/user/0/ca.pem", "/run/user"),
                             (link / ".", "/tmp")):
            if STAGE.is_relative_to(folder):    # the unit of such an installation sees it
                continue
            self.write_site(ca_bundle=path)
            self.refused(self.login(), 13, f"ca_bundle: {path}", f"sees nothing below {folder}; move")

    def test_what_the_site_may_hold(self):
        """A missing file is as good, and an unknown key is not."""
        self.write_site(unknown="x")
        self.refused(self.login(), 13, "unknown key unknown")
        (self.site / "aws-mfa.conf").unlink()
        self.write_entry(role_arn="arn:aws:iam:::role/Admin")
        self.refused(self.login(), 13, "ACCOUNT may be empty only with an endpoint_url")


class Tables(KeystoreTest):
    """No descriptor or process is left: refused as a fault of this system, and not in silence."""

    def judged(self, limit):
        """-> the result, at whatever step it comes"""
        module = self.login(limit=limit)
        word = module.read()
        if word.startswith("account "):
            word = module.read()
        if word == "ask":
            module.send("code " + self.user.wrong_code())
            word = "result {} {}".format(*module.result())
        return word, module.end()

    def test_no_descriptor_is_left(self):
        reasons = set()
        for most in range(4, 20):
            result, said = self.judged(f"prlimit --nofile={most}")
            if "loading shared libraries" in said:
                continue
            self.assertRegex(result, "^result 4 [^:]", most)
            self.assertRegex(result, "(RLIMIT_NOFILE is|`ulimit -H -n`) .*raise it$")
            self.assertIn(" result=system-error ", said)
            reasons.add(result)
        self.assertIn("result 4 what the module sends: Too many open files: RLIMIT_NOFILE is 5 (ulimit -n, "
                      "LimitNOFILE= of a unit); raise it", reasons)

    @unittest.skipUnless(shutil.which("strace"), "no strace")
    def test_no_file_is_left_on_this_machine(self):
        """From each call on that opens one, until all are done before."""
        calls, reasons, result = "openat,socket,socketpair,pipe2,eventfd2,epoll_create1", set(), ""
        for first in range(1, 80):
            result, said = self.judged(f"strace -Dfqq -o /dev/null -e trace={calls} "
                                       f"-e inject={calls}:error=ENFILE:when={first}+")
            if "loading shared libraries" in said:
                continue
            if result.startswith("result 11 "):
                break
            self.assertRegex(result, "^result 4 [^:]", first)
            self.assertIn(" result=system-error ", said)
            # A program that cannot load its libraries says nothing.
            self.assertRegex(result, "fs.file-max of this machine is used up .*raise it$|"
                                     "aws-mfa-sts gave no answer; try again$|"
                                     "no file descriptors are left")
            reasons.add(result.partition(": ")[2].partition(":")[0])
        self.assertRegex(result, "^result 11 ")
        self.assertIn("Too many open files in system", reasons)

    def test_no_process_is_left(self):
        for most in (0, 1, 2):
            result, _ = self.judged(f"prlimit --nproc={most}")
            self.assertRegex(result, f"^result 4 .*: RLIMIT_NPROC is {most} .*; raise it$")


class HandedOver(KeystoreTest):
    """A pipe that takes no session: the code counts all the same."""

    def spent(self, spoil):
        reading, writing = self.pipe()
        module = self.asked(fds=[self.open_entry(), writing, self.place()])
        spoil(reading, writing)
        module.send("code " + self.user.code())
        status, text = module.result()
        self.assertEqual(status, 10, text)
        self.assertIn("result=not-stored", module.end())
        return text

    def test_no_room(self):
        self.assertIn("pipe", self.spent(lambda reading, writing: fill(writing)))

    def test_nobody_reads(self):
        def close(reading, writing):
            for fd in (reading, writing):
                self.ends.remove(fd)
                os.close(fd)
        self.assertIn("Broken pipe", self.spent(close))


if __name__ == "__main__":
    unittest.main()
