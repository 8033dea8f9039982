"""The accounts: users with their keys, MFA devices and policies, roles, issued sessions."""

import base64
import fnmatch
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
    """An MFA device with six-digit codes: a virtual one, or a hardware token."""

    def __init__(self, serial):
        self.serial = serial
        self.enabled = time.time()
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


class Passkey:
    """A device without codes. IAM lists it; STS takes no code for it."""

    def __init__(self, serial):
        self.serial, self.enabled = serial, time.time()


class Key:
    """A long-term key. AWS does not know it before known_from."""

    session_token = expiration = None       # a Session has these

    def __init__(self, owner, known_from=0.0):
        self.owner, self.known_from = owner, known_from
        self.access_key_id = _identifier("AKIA")
        self.secret_access_key = _base64(30, "/+")
        self.status = "Active"
        self.created = time.time()


class User:
    """An IAM user. It starts with one long-term key and one device. code() is the code of this
    device."""

    session_token = expiration = None       # a Session has these, a user does not

    def __init__(self, name, account=ACCOUNT, partition="aws"):
        self.name, self.account, self.partition = name, account, partition
        self.arn = f"arn:{partition}:iam::{account}:user/{name}"
        self.user_id = _identifier("AIDA", 17)
        self.keys = [Key(self)]
        self.former_keys = []               # the deleted ones
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

    @property
    def access_key_id(self):
        """Of the oldest key."""
        return self.keys[0].access_key_id

    @property
    def secret_access_key(self):
        return self.keys[0].secret_access_key

    @secret_access_key.setter
    def secret_access_key(self, secret):
        self.keys[0].secret_access_key = secret

    def add_key(self, known_from=0.0):
        self.keys.append(Key(self, known_from))
        return self.keys[-1]

    def delete_key(self, key):
        self.keys.remove(key)
        self.former_keys.append(key)

    def add_device(self, name):
        return self._add(Device(f"arn:{self.partition}:iam::{self.account}:mfa/{name}"))

    def add_hardware(self, serial):
        """A token that has a number instead of an ARN, such as GAHT12345678."""
        return self._add(Device(serial))

    def add_passkey(self, name):
        return self._add(Passkey(f"arn:{self.partition}:iam::{self.account}:u2f/user/{self.name}/"
                                 f"{name}-{_identifier('')}"))

    def _add(self, device):
        self.devices.append(device)
        return device

    def device_with(self, serial):
        return next((d for d in self.devices if d.serial == serial and isinstance(d, Device)), None)


@dataclass
class Role:
    arn: str
    max_session: int = 3600
    requires_mfa: bool = True
    attached: set = field(default_factory=set)      # ARNs of policies
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

    @property
    def owner(self):
        """Who signs with these credentials."""
        return self


class Accounts:
    def __init__(self):
        self.users = {}         # by name
        self.roles = {}         # by ARN
        self.groups = {}        # by name
        self.policies = {}      # documents, by ARN
        self.admins = set()     # names of users that may change all of these
        self.sessions = {}      # by access key id
        self.denied = set()     # (name of a user, "sts:GetSessionToken" or "iam:*")
        self.need_mfa = set()   # users that may call IAM only with the session of a code
        self.may_simulate = set()   # names of users
        self.sessions_may = set()   # (ARN of a user or role, action): allowed with a code
        self.new_keys_take = 0.0    # seconds until AWS knows a new key
        self.page_size = 100    # of IAM's lists

    def add_user(self, name, account=ACCOUNT, partition="aws"):
        if not re.fullmatch(r"[\w+=,.@-]{1,64}", name) or name in self.users:
            raise ValueError(f"no user name, or one that is taken: {name!r}")
        user = self.users[name] = User(name, account, partition)
        return user

    def add_role(self, arn, max_session=3600, requires_mfa=True):
        role = self.roles[arn] = Role(arn, max_session, requires_mfa)
        return role

    def credentials(self, access_key_id, now):
        """Returns the Key or Session with this id, or None: unknown, inactive, or too new."""
        for user in list(self.users.values()):
            for key in user.keys:
                if key.access_key_id == access_key_id:
                    return key if key.status == "Active" and now >= key.known_from else None
        return self.sessions.get(access_key_id)

    def denies(self, user, action):
        """Whether a policy denies the user an action such as iam:ListAccessKeys."""
        return any(name == user.name and fnmatch.fnmatchcase(action, pattern)
                   for name, pattern in list(self.denied))

    def issue(self, session):
        self.sessions[session.access_key_id] = session
        return session
