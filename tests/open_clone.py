"""Shows the clone to the users that tests become. These users must be able to start the built
programs. They cannot if the clone is below a folder that only its owner may enter, such as /root.
So root runs the tests in a mount namespace. There, a folder that holds only the clone hides the
closed folder."""

import contextlib
import functools
import os
import stat

from live import mounts
from paths import BUILD, REPO, STAGE


def _closed(folders):
    return [p for p in folders if p.exists() and not p.stat().st_mode & stat.S_IXOTH]


@functools.cache
def closed_to_others():
    """-> why a test that becomes another user is skipped, or "" """
    closed = _closed([*reversed(STAGE.parents), STAGE, STAGE / "bin", STAGE / "libexec"])
    return f"{closed[0]} is closed to other users" if closed else ""


def enter():
    """Call it before threads start. If the kernel does not allow it, those tests are skipped."""
    closed = _closed(reversed(REPO.parents))
    if os.geteuid() != 0 or not closed:
        return
    with contextlib.suppress(PermissionError):
        mounts.leave_the_host()
        folders = {place: os.open(place, os.O_PATH) for place in (REPO, BUILD)}
        mounts.memory(closed[0], "755")
        for place, fd in folders.items():
            if not place.exists():
                place.mkdir(parents=True)
                mounts.mount(f"/proc/self/fd/{fd}", place, flags=mounts.BIND | mounts.REC)
            os.close(fd)
        os.chdir(REPO)
