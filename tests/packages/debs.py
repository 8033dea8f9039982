"""The Debian packages of this tree, built once for all tests that install them."""

import fcntl
import os
import re
import shutil
import subprocess
import unittest

from paths import BUILD, REPO

PACKAGES = ("aws-mfa", "libpam-aws-mfa")
NEW_TEXT = "# A word of the next version.\n"
SHARED = BUILD / "tests/packages"


def version():
    return re.search(r'AWS_MFA_VERSION "(.*)"', (REPO / "include/version.h").read_text())[1]


def architecture():
    return subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True,
                          check=True).stdout.strip()


def build(into):
    run = subprocess.run(["make", "-s", "deb", f"BUILD={into.relative_to(REPO)}"], cwd=REPO, text=True,
                         capture_output=True, env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"})
    if run.returncode != 0:
        raise AssertionError(run.stdout + run.stderr)
    return debs_in(into)


def build_again(into):
    """A second time, in another folder. Each tenth object is compiled anew, the others are those of
    the first time. (test_build compares what all of them become in another folder.)"""
    source, folder = into / "deb/source", into.relative_to(REPO)
    source.mkdir(parents=True)
    names = subprocess.run(["git", "ls-files", "-z"], cwd=REPO, capture_output=True, check=True).stdout
    subprocess.run(["rsync", "-0", "--files-from=-", ".", source], cwd=REPO, input=names, check=True)
    made = SHARED / "deb/source" / SHARED.relative_to(REPO)
    objects = sorted(made.rglob("*.o"))
    for n, file in enumerate(objects):
        copy = source / folder / file.relative_to(made)
        copy.parent.mkdir(parents=True, exist_ok=True)
        if n % 10:
            shutil.copyfile(file, copy)     # newer than its source, so make keeps it
    run = subprocess.run(["dpkg-buildpackage", "--no-sign", "--build=binary", "--no-pre-clean"],
                         cwd=source, text=True, capture_output=True,
                         env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "BUILD": str(folder)})
    anew = run.stdout.count(" -c -o ")
    if run.returncode != 0 or not len(objects) / 10 <= anew < len(objects) / 2:
        raise AssertionError(f"{anew} compiled\n{run.stdout}{run.stderr}")
    return debs_in(into)


def debs_in(folder):
    return [folder / "deb" / f"{name}_{version()}_{architecture()}.deb" for name in PACKAGES]


def _newest():
    """-> when a file of the tree was last written"""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=REPO, capture_output=True).stdout.split(b"\0")
    paths = [os.path.join(os.fsencode(REPO), name) for name in names if name]
    return max((os.lstat(p).st_mtime for p in paths if os.path.lexists(p)), default=None)


def built():
    """-> the packages; the first call builds them."""
    if not shutil.which("dh"):
        raise unittest.SkipTest("no debhelper here; `make deps` installs it")
    newest = _newest()
    if newest is None:
        raise unittest.SkipTest("not a git clone, from which packages are built")
    SHARED.mkdir(parents=True, exist_ok=True)
    with open(SHARED / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        debs = debs_in(SHARED)
        if not all(deb.exists() and deb.stat().st_mtime > newest for deb in debs):
            build(SHARED)
    return debs


def newer(deb, folder):
    """The version after this one of the package, in folder. Its settings end with NEW_TEXT."""
    tree = folder / "newer"
    subprocess.run(["dpkg-deb", "--raw-extract", deb, tree], check=True)
    control = (tree / "DEBIAN/control").read_text().replace(version(), version() + "+1")
    (tree / "DEBIAN/control").write_text(control)
    settings = tree / "etc/aws-mfa/aws-mfa.conf"
    if settings.exists():
        settings.write_text(settings.read_text() + NEW_TEXT)
    made = folder / deb.name
    subprocess.run(["dpkg-deb", "--build", "--root-owner-group", tree, made], check=True,
                   capture_output=True)
    shutil.rmtree(tree)
    return made
