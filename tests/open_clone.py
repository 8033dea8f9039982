"""Makes a clone work wherever it is, for the tests that root runs. Folders of memory cover the
folders above it that would be in the way, in a mount namespace of the tests:

- The users that tests become must be able to start the built programs. They cannot if only its
  owner may enter a folder, such as /root.
- The programs refuse a key store that others than root can change, such as one below /tmp.
"""

import contextlib
import functools
import os
import stat
import unittest

from live import mounts
from paths import BUILD, REPO, STAGE, TEMPORARY


def _closed(folders):
    return [p for p in folders if p.exists() and not p.stat().st_mode & stat.S_IXOTH]


@functools.cache
def closed_to_others():
    """-> why a test that becomes another user is skipped, or "" """
    closed = _closed([*reversed(STAGE.parents), STAGE, STAGE / "bin", STAGE / "libexec"])
    return f"{closed[0]} is closed to other users" if closed else ""


def _shown(folder):
    """-> the names of a folder that tests need: in the clone all, above it those that lead there"""
    clones = (REPO, BUILD)
    if any(folder.is_relative_to(clone) for clone in clones):
        return os.listdir(folder)
    return {clone.relative_to(folder).parts[0] for clone in clones if clone.is_relative_to(folder)}


def _cover(folder):
    """Hides a folder with one that is root's and open to all. It shows the same files."""
    held = {}
    for name in _shown(folder):
        with contextlib.suppress(FileNotFoundError):    # another test has removed it
            held[folder / name] = os.open(folder / name, os.O_PATH | os.O_NOFOLLOW)
    mounts.memory(folder, "755")
    for path, fd in held.items():
        kind = os.fstat(fd).st_mode
        if stat.S_ISLNK(kind):
            path.symlink_to(os.readlink("", dir_fd=fd))
        else:
            path.mkdir() if stat.S_ISDIR(kind) else path.touch()
            mounts.mount(f"/proc/self/fd/{fd}", path, flags=mounts.BIND | mounts.REC)
        os.close(fd)


def enter():
    """Call it before threads start. If the kernel does not allow it, those tests are skipped."""
    if os.geteuid() != 0 or not _closed(reversed(REPO.parents)):
        return
    with contextlib.suppress(PermissionError):
        mounts.leave_the_host()
        for folder in reversed(REPO.parents):
            if _closed([folder]):
                _cover(folder)
        os.chdir(REPO)


def trust(*paths):
    """Makes these folders, and enters a mount namespace where only root can change them, those of
    temporary(), and the folders above. Raises SkipTest if the kernel does not allow it."""
    try:
        mounts.leave_the_host()
    except OSError as error:
        raise unittest.SkipTest(f"no mount namespace of our own here: {error}") from None
    for path in (*paths, TEMPORARY):
        path.mkdir(parents=True, exist_ok=True)
        for folder in (*reversed(path.parents), path):
            st = folder.stat()
            if st.st_uid or st.st_mode & 0o022:
                _cover(folder)
    os.chdir(REPO)
