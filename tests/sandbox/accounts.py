"""The accounts: users with their keys and MFA devices, roles, issued sessions."""

import base64
import hmac
import random
import re
import secrets
import threading
import time
from dataclasses import dataclass, field

from sandbox import totp

ACCOUNT = "123456789012"
HANDED_OUT_FOR = 60     # seconds that a code from code() stays good, see Device.accept()


def _identifier(prefix, length=16):
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    return prefix + "".join(secrets.choice(letters) for _ in range(length))


def _base64(count, must_hold):
    """Random base64 with the characters that break careless quoting."""
    while True:
        text = base64.b64encode(secrets.token_bytes(count)).decode()
        if all(character in text for character in must_hold):
            return text


class Device:
    """A virtual MFA device."""

    def __init__(self, serial):
        self.serial = serial
        self.totp_secret = secrets.token_bytes(20)
        self.totp_base32 = base64.b32encode(self.totp_secret).decode()
        self._spent = set()
        self._handed_out = {}       # step -> time of use
        self._lock = threading.Lock()

    def code_at(self, offset):
        """The code of another step. STS may take it or not."""
        return totp.code(self.totp_secret, totp.step_at(time.time()) + offset)

    def code(self):
        """A code that STS takes and that code() has not returned before. Never waits."""
        with self._lock:
            now = time.time()
            current = totp.step_at(now)
            for step in (current - 1, current, current + 1):
                if step not in self._spent and step not in self._handed_out:
                    self._handed_out[step] = now
                    return totp.code(self.totp_secret, step)
        raise LookupError(f"{self.serial}: its three codes are used up for now; take another "
                          "user or add_device()")

    def wrong_code(self):
        current = totp.step_at(time.time())
        right = {totp.code(self.totp_secret, current + offset) for offset in range(-20, 21)}
        while True:
            wrong = f"{random.randrange(10**6):06}"
            if wrong not in right:
                return wrong

    def accept(self, code):
        """Spends code and returns True, or returns False: wrong, or used before.

        STS takes the steps -1, 0 and 1. A code from code() is also taken if its time ran out on the
        way. Otherwise a test would fail when a step ends in the middle of it.
        """
        with self._lock:
            now = time.time()
            current = totp.step_at(now)
            steps = {current - 1, current, current + 1}
            steps |= {s for s, when in self._handed_out.items() if now - when < HANDED_OUT_FOR}
            for step in sorted(steps - self._spent):
                if hmac.compare_digest(totp.code(self.totp_secret, step).encode(), code.encode()):
                    self._spent.add(step)
                    return True
            return False


class User:
    """An IAM user. It starts with long-term keys and one device. code() is the code of this
    device."""

    session_token = expiration = None       # a Session has these, long-term keys do not

    def __init__(self, name, account=ACCOUNT, partition="aws"):
        self.name, self.account, self.partition = name, account, partition
        self.arn = f"arn:{partition}:iam::{account}:user/{name}"
        self.user_id = _identifier("AIDA", 17)
        self.access_key_id = _identifier("AKIA")
        self.secret_access_key = _base64(30, "/+")
        self.devices = []
        self.device = self.add_device(name)
        self.serial = self.device.serial
        self.totp_secret = self.device.totp_secret
        self.totp_base32 = self.device.totp_base32
        self.code = self.device.code
        self.code_at = self.device.code_at
        self.wrong_code = self.device.wrong_code

    @property
    def user(self):
        return self

    def add_device(self, name):
        device = Device(f"arn:{self.partition}:iam::{self.account}:mfa/{name}")
        self.devices.append(device)
        return device

    def device_with(self, serial):
        return next((d for d in self.devices if d.serial == serial), None)


@dataclass
class Role:
    arn: str
    max_session: int = 3600
    requires_mfa: bool = True
    role_id: str = field(default_factory=lambda: _identifier("AROA", 17))

    @property
    def account(self):
        return self.arn.split(":")[4]

    @property
    def name(self):
        return self.arn.rsplit("/", 1)[1]


@dataclass
class Session:
    """Temporary credentials. role is None for credentials of GetSessionToken."""
    user: User
    arn: str
    user_id: str
    account: str
    expiration: float
    mfa: bool
    role: Role = None
    access_key_id: str = field(default_factory=lambda: _identifier("ASIA"))
    secret_access_key: str = field(default_factory=lambda: _base64(30, "/+"))
    session_token: str = field(default_factory=lambda: _base64(331, "/+="))


class Accounts:
    def __init__(self):
        self.users = {}         # by name
        self.roles = {}         # by ARN
        self.sessions = {}      # by access key id
        self.denied = set()     # users with a policy that denies every STS call it can deny

    def add_user(self, name, account=ACCOUNT, partition="aws"):
        if not re.fullmatch(r"[\w+=,.@-]{1,64}", name) or name in self.users:
            raise ValueError(f"no user name, or one that is taken: {name!r}")
        user = self.users[name] = User(name, account, partition)
        return user

    def add_role(self, arn, max_session=3600, requires_mfa=True):
        role = self.roles[arn] = Role(arn, max_session, requires_mfa)
        return role

    def principal(self, access_key_id):
        """Returns the User or Session that owns a key, or None."""
        for user in list(self.users.values()):
            if user.access_key_id == access_key_id:
                return user
        return self.sessions.get(access_key_id)

    def issue(self, session):
        self.sessions[session.access_key_id] = session
        return session
