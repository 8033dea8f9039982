"""A home with credentials in it, and the texts of its two files."""

import configparser
import datetime
import os
import shutil
import tempfile
from pathlib import Path

from paths import BUILD


def folder():
    """-> a folder for homes. If root runs the tests, only root may write to it and to its parents:
    the programs take a symlink of root's in a user's folder for the user's."""
    inside = BUILD / "tests/tmp"
    inside.mkdir(parents=True, exist_ok=True)
    if os.geteuid() != 0 or all(p.stat().st_uid == 0 and not p.stat().st_mode & 0o022
                                for p in [inside, *inside.parents]):
        return inside
    return Path("/tmp")


def long_term(user, profile="work"):
    """-> the section of a user of the sandbox"""
    return (f"[{profile}-long-term]\naws_access_key_id = {user.access_key_id}\n"
            f"aws_secret_access_key = {user.secret_access_key}\naws_mfa_device = {user.serial}\n")


def config(url, ca):
    return f"[profile work]\nendpoint_url = {url}\nca_bundle = {ca}\n"


def write(file, text, mode=0o600):
    """text: or bytes"""
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    file.chmod(mode)


def section(file, name="work"):
    """-> a section, read by Python's own reader, as a dict; {} if there is no such section"""
    parser = configparser.RawConfigParser(default_section="=none=")
    parser.read(file)
    return dict(parser.items(name)) if parser.has_section(name) else {}


PYTHON_TOOL_TIME = "%Y-%m-%d %H:%M:%S"      # UTC


def python_tool_takes(found, role=None):
    """Whether Python aws-mfa 0.0.12 would take this section for a valid session: these settings, this
    time, and the same role."""
    return ({"assumed_role", "aws_access_key_id", "aws_secret_access_key", "aws_session_token",
             "aws_security_token", "expiration"} <= set(found)
            and found.get("assumed_role_arn") == role
            and datetime.datetime.strptime(found["expiration"], PYTHON_TOOL_TIME)
            > datetime.datetime.utcnow())


class Home:
    """Makes a home with an empty ~/.aws. cleanup, such as a test's addCleanup, removes the home
    later."""

    def __init__(self, cleanup=None, path=None):
        self.path = path or Path(tempfile.mkdtemp(dir=folder()))
        if cleanup:
            cleanup(shutil.rmtree, self.path, ignore_errors=True)
        self.folder = self.path / ".aws"
        self.folder.mkdir(mode=0o700, parents=True)
        self.credentials, self.config = self.folder / "credentials", self.folder / "config"
        self.env = {"HOME": str(self.path), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
