"""Paths: the tree, the files that `make check` has built, and folders to write to."""

import os
import shutil
import tempfile
from pathlib import Path

TESTS = Path(__file__).resolve().parent
REPO = TESTS.parent
BUILD = Path(os.environ.get("BUILD", "build")).resolve()
STAGE = Path(os.environ.get("STAGE", BUILD / "tests/stage"))    # `make install` puts it there

TEMPORARY = BUILD / "tests/tmp"
AWS_MFA = STAGE / "bin/aws-mfa"
AWS_MFA_STS = STAGE / "libexec/aws-mfa-sts"
MODULE = STAGE / "lib/security/pam_aws_mfa.so"


OBJECTS = BUILD / "tests/obj"       # of the stage


def objects(*parts):
    """-> the objects of these folders of the tree. A file that has moved may have left another one."""
    files = [source.relative_to(REPO).with_suffix(".o") for part in parts
             for source in (REPO / part).rglob("*.c")]
    return [OBJECTS / file for file in files if (OBJECTS / file).exists()]


def temporary(cleanup=None, prefix="tmp"):
    """-> a new folder in BUILD, of mode 0700. cleanup, such as a test's addCleanup, removes the
    folder later. Without a cleanup, the caller removes it."""
    TEMPORARY.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=TEMPORARY))
    if cleanup:
        cleanup(shutil.rmtree, folder)
    return folder
