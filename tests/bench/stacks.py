"""PAM stacks and users of our own, for the real libpam and an unchanged pamtester: a private
mount namespace in which /etc/pam.d and /etc/passwd are ours. (libpam-wrapper would be measured.)
"""

import os
import resource
import time
from pathlib import Path

from bench import namespaces
from bench.measure import run
from bench.namespaces import NEWNS, Child, Skipped
from bench.scene import FLOOR, PAMTESTER
from paths import MODULE
from sandbox import totp

PERMIT = "auth required pam_permit.so\n"
STACKS = {"permit": PERMIT,
          "ours": f"auth required {MODULE} profile=work\n" + PERMIT,
          "keystore": f"auth required {MODULE} keystore profile=work\n" + PERMIT,
          "google": "auth required pam_google_authenticator.so\n" + PERMIT,
          "floor": f"auth required {FLOOR}\n" + PERMIT,
          "exec": "auth required pam_exec.so quiet /usr/bin/true\n" + PERMIT}
GOOGLE_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEH"


def has(module):
    return any(path.exists() for folder in ("/lib", "/usr/lib", "/lib64", "/usr/lib64")
               for path in [Path(folder) / f"security/{module}.so",
                            *Path(folder).glob(f"*/security/{module}.so")])


class Logins:
    """homes: those of the users user0, user1, ... All have the uid of the user who runs this."""

    def __init__(self, scene, homes):
        if not os.access(PAMTESTER, os.X_OK):
            raise Skipped("pamtester is not installed")
        self.homes = homes
        scene.logins = getattr(scene, "logins", 0) + 1
        self.folder = scene.directory / f"etc{scene.logins}"
        (self.folder / "pam.d").mkdir(parents=True)
        for name, text in STACKS.items():
            (self.folder / "pam.d" / name).write_text(text)
        (self.folder / "pam.d/other").write_text("auth required pam_deny.so\n")
        users = "".join(f"user{n}:x:{os.getuid()}:{os.getgid()}::{home.path}:/bin/sh\n"
                        for n, home in enumerate(homes))
        (self.folder / "passwd").write_text(Path("/etc/passwd").read_text() + users)

    def prepare(self):
        # pam_exec closes one by one what descriptors there might be: with 20,000, ours would shine
        resource.setrlimit(resource.RLIMIT_NOFILE, (1024, 1024))
        namespaces.unshare(NEWNS)
        namespaces.private_mounts()
        namespaces.bind(self.folder / "pam.d", "/etc/pam.d")
        namespaces.bind(self.folder / "passwd", "/etc/passwd")

    def inside(self, function):
        return Child(self.prepare, function).result()


ENV = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/"}


def pamtester(stack, user="user0"):
    return [PAMTESTER, stack, user, "authenticate"]


def login(stack, code=""):
    return run(pamtester(stack), ENV, code)


RECOMMENDED = '" RATE_LIMIT 3 30\n" WINDOW_SIZE 17\n" DISALLOW_REUSE\n'


def google_login(home, options):
    """options: RECOMMENDED, what its setup proposes: no code twice, three in 30 s. It then writes
    its file at each login, as it must to keep that."""
    secret = home.path / ".google_authenticator"
    secret.unlink(missing_ok=True)
    secret.write_text(f'{GOOGLE_SECRET}\n{options}" TOTP_AUTH\n')
    secret.chmod(0o600)
    key = totp.secret_from_base32(GOOGLE_SECRET)
    return login("google", totp.code(key, totp.step_at(time.time())) + "\n")
