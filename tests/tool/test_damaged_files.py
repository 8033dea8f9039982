"""Files that aws-mfa cannot understand: one line names the fault and the way out of it."""

import re
import stat
import subprocess
import unittest

import botocore.configloader
import botocore.exceptions

from home import long_term
from host import HostTest

OTHER = "[default]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = x\n"


class Damaged(HostTest):
    def one_line(self, run, status, *parts):
        self.refused(run, status, *parts)
        self.assertEqual(run.stderr.count("\n"), 1, run.stderr)

    def convert(self, run):
        """Runs the command in the message, as it stands there, in a shell like the user's."""
        command = re.search(r"; run: (\(cd .*\))$", run.stderr.strip())[1]
        return subprocess.run(["sh", "-c", f"umask 022; {command}"], env=self.env,
                              capture_output=True, text=True)

    def test_utf_16_and_the_command_that_converts(self):
        text = self.credentials.read_text().replace("\n", "\r\n")
        for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32"):
            with self.subTest(encoding):
                self.credentials.write_bytes(text.encode(encoding))
                self.credentials.chmod(0o644)
                run = self.aws_mfa()
                self.one_line(run, 13, f"{self.credentials}: is in UTF-", "expected UTF-8")
                done = self.convert(run)
                self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
                self.assertEqual(self.credentials.read_bytes().lstrip(b"\xef\xbb\xbf"), text.encode())
                self.assertEqual(stat.S_IMODE(self.credentials.stat().st_mode), 0o600)
                self.assertEqual(len(list(self.credentials.parent.iterdir())), 2)
                self.refused(self.aws_mfa(), 2, "no terminal")

    def test_the_command_where_a_name_means_something_to_a_shell(self):
        folder = self.home / "it's; touch pwned #"
        folder.mkdir()
        path = folder / "-a b"
        path.write_bytes(self.credentials.read_text().encode("utf-16"))
        env = {"AWS_SHARED_CREDENTIALS_FILE": str(path)}
        run = self.aws_mfa(env=env)
        self.one_line(run, 13, "is in UTF-16")
        done = self.convert(run)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.refused(self.aws_mfa(env=env), 2, "no terminal")
        self.assertEqual([p.name for p in folder.iterdir()], [path.name])

    def test_a_path_too_long_for_a_whole_command(self):
        folder = self.home / ("x" * 250) / ("y" * 250)
        folder.mkdir(parents=True)
        path = folder / "credentials"
        path.write_bytes(self.credentials.read_text().encode("utf-16"))
        run = self.aws_mfa(env={"AWS_SHARED_CREDENTIALS_FILE": str(path)})
        self.one_line(run, 13, "convert it with iconv -f UTF-16 -t UTF-8\n")

    def test_utf_16_in_the_config_file(self):
        """The endpoint is in that file, and the code must not go to another endpoint."""
        self.config.write_bytes(self.config.read_text().encode("utf-16"))
        self.one_line(self.aws_mfa("--token", self.user.code()), 13, f"{self.config}: is in UTF-16")
        self.assertEqual(self.box.codes_seen(self.user), [])

    def test_what_is_no_file_of_sections(self):
        for data, part in [(b"", "is empty"), (bytes(100), "NUL bytes"),
                           (b"\x1f\x8b\x08\xff\n" * 50, "faults in this file: "),
                           ((OTHER + "[work-lo").encode(), ":4: section header without")]:
            with self.subTest(data[:20]):
                self.credentials.write_bytes(data)
                self.one_line(self.aws_mfa(), 13, str(self.credentials), part)
                run = self.aws_mfa("--explain")
                self.assertEqual((run.returncode, run.stderr.count("\n")), (13, 1), run.stderr)

    def test_nul_bytes_behind_a_session(self):
        """What a power cut may leave. AWS tools refuse the file, so nothing here says that all is well."""
        self.assertEqual(self.aws_mfa("--token", self.user.code()).returncode, 0)
        self.credentials.write_bytes(self.credentials.read_bytes() + bytes(20))
        for args, status in [((), 13), (("status",), 13), (("list",), 13), (("export",), 13),
                             (("export", "--no-store"), 13), (("exec", "--", "true"), 125), (("clear",), 13)]:
            with self.subTest(args):
                profile = None if args[:1] == ("list",) else "work"
                self.one_line(self.aws_mfa(*args, profile=profile), status, str(self.credentials), "NUL bytes")
        with self.assertRaises(botocore.exceptions.ConfigParseError):
            botocore.configloader.raw_config_parse(str(self.credentials))

    def test_a_path_in_a_folder_that_is_gone(self):
        """Not read as a path from the root folder."""
        path = str(self.credentials)[1:]
        run = self.aws_mfa("list", profile=None, env={"AWS_SHARED_CREDENTIALS_FILE": path}, cwd=self.home,
                           prefix=("sh", "-c", 'mkdir gone; cd gone; rmdir ../gone; exec "$@"', "sh"))
        self.refused(run, 4, path, "No such file or directory")

    def test_a_flood_of_faults(self):
        """The keys of this file can still be read."""
        self.write_credentials(self.credentials.read_text() + "no key\n" * 500)
        run = self.aws_mfa()
        self.refused(run, 2, ":5: no '='", ": 496 more faults")
        self.assertEqual(run.stderr.count("warning:"), 5)
        self.write_credentials(long_term(self.user) + "no key\n" * 5)
        self.assertIn(": 1 more fault;", self.aws_mfa().stderr)
        self.assertIn("1 more fault in its lines", self.aws_mfa("doctor", "--offline").stdout)

    def test_setup_writes_into_no_such_file(self):
        """Half of it in UTF-16, the other in ASCII: nothing could read it any more."""
        text = self.credentials.read_text()
        for before, part in [(text.encode("utf-16"), "is in UTF-16"), (bytes(100), "has NUL bytes")]:
            self.credentials.write_bytes(before)
            term = self.terminal("--setup")
            status, _, err = term.wait()
            self.assertEqual((status, term.screen), (13, ""), err)
            self.assertIn(part, err)
            self.assertEqual(self.credentials.read_bytes(), before)


if __name__ == "__main__":
    unittest.main()
