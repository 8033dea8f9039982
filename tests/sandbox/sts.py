"""A double of AWS STS and IAM on the loopback interface: real TLS, real signatures, real codes.

In a test:      with Sandbox(directory) as box: user = box.add_user("alice") ...
As a program:   sts.py --directory DIR --user NAME [--role ARN] [--port N]
                writes DIR/ca.pem, DIR/url and DIR/users.json, prints "ready", and serves until its
                standard input ends.
"""

import argparse
import email.utils
import json
import os
import signal
import socket
import ssl
import sys
import threading
import time
import warnings
from pathlib import Path

if not __package__:     # run as a program
    sys.dont_write_bytecode = True
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from sandbox import certificates
from sandbox.accounts import Accounts
from sandbox.connection import Connection
from sandbox.service import Service

TLS_VERSIONS = {"1.0": ssl.TLSVersion.TLSv1, "1.1": ssl.TLSVersion.TLSv1_1,
                "1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


class Sandbox:
    """certificate: a kind of certificates.KINDS. tls: None (1.2 and newer), the one version to
    speak ("1.0" .. "1.3"), or "off" (plain http). mute: True accepts connections and never speaks,
    "half" and "drip" send half of the TLS handshake or one byte of it a second.
    host: 127.0.0.1 or ::1."""

    def __init__(self, directory, *, host="127.0.0.1", port=0, certificate="good", tls=None,
                 mute=False):
        self._directory = directory
        self.host, self.port = host, port
        self.become(certificate=certificate, tls=tls, mute=mute)
        self.accounts = Accounts()
        self.service = Service(self.accounts, self.now, self._hosts, lambda: self.region)
        self.region = None              # the region that signatures must name; None: any region
        self.date_skew = 0              # seconds this server's clock is ahead
        self.patience = None            # seconds a TLS handshake may take
        self.idle_timeout = None        # seconds after which an idle connection is closed
        self.requests = []
        self.connections = 0
        self.stopping = threading.Event()
        self._faults = []
        self._lock = threading.Condition()
        self._open = {}                 # Connection -> Thread
        self._listener = self._acceptor = None
        self._kept = None               # a socket that keeps the port while it is closed
        self._fillers = None            # sockets that fill the queue, see fill()

    def become(self, *, certificate="good", tls=None, mute=False):
        """Sets how new connections are met. Open connections stay as they are."""
        self.ca_path, *pair = certificates.make(self._directory, certificate)
        self.tls_context = None if tls == "off" else _context(pair, tls)
        self.mute = mute

    def start(self):
        self._listener = self._bound()
        self._listener.listen(256)
        self.port = self._listener.getsockname()[1]
        if self._kept:
            self._kept.close()
            self._kept = None
        self.stopping.clear()
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()
        return self

    def _bound(self):
        """-> a socket of our port. A new port is none that another server keeps."""
        bound = socket.socket(socket.AF_INET6 if ":" in self.host else socket.AF_INET)
        if not self.port:
            bound.bind((self.host, 0))
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if self.port:
            bound.bind((self.host, self.port))
        return bound

    def stop(self):
        """Closes the port and every connection. start() opens the same port again."""
        self.stopping.set()
        self.refuse()
        for thread in self.cut_connections():
            thread.join(5)

    def refuse(self):
        """Closes the port. Open connections stay, and no other server gets the port."""
        if self._listener is None:
            return
        try:
            self._listener.shutdown(socket.SHUT_RDWR)   # wakes accept()
        except OSError:
            pass
        self._acceptor.join()
        self._kept = self._bound()
        self._listener.close()
        self._listener = None
        for filler in self._fillers or []:
            filler.close()
        self._fillers = None

    def fill(self):
        """Stops accepting. The queue of the port is full, so even the kernel does not answer."""
        address = self._listener.getsockname()[:2]
        self._fillers = []
        self._fillers.append(socket.create_connection(address))     # wakes accept()
        self._acceptor.join()
        self._listener.listen(0)
        try:
            while True:
                self._fillers.append(socket.create_connection(address, timeout=0.3))
        except socket.timeout:
            pass

    def cut_connections(self):
        """Ends every open connection, idle or not. Returns the threads that served them."""
        with self._lock:
            serving = list(self._open.items())
        for connection, _ in serving:
            connection.abort()
        return [thread for _, thread in serving]

    __enter__ = start

    def __exit__(self, *_):
        self.stop()
        if self._kept:
            self._kept.close()
            self._kept = None

    @property
    def url(self):
        scheme = "https" if self.tls_context else "http"
        # Not "localhost": a bare chroot has no /etc/hosts with this name.
        return f"{scheme}://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

    def add_user(self, name, **options):
        return self.accounts.add_user(name, **options)

    def add_role(self, arn, max_session=3600, requires_mfa=True):
        return self.accounts.add_role(arn, max_session, requires_mfa)

    def policy_denies(self, user, action="*"):
        """action: such as iam:ListMFADevices, or with *. GetCallerIdentity cannot be denied."""
        self.accounts.denied.add((user.name, action))

    def policy_needs_mfa(self, user):
        """The user may call IAM only with a session that a code was spent for."""
        self.accounts.need_mfa.add(user.name)

    def policy_allows(self, user):
        """Ends both."""
        self.accounts.denied = {entry for entry in self.accounts.denied if entry[0] != user.name}
        self.accounts.need_mfa.discard(user.name)

    def new_keys_take(self, seconds):
        """A key that CreateAccessKey makes is unknown for so long: InvalidClientTokenId."""
        self.accounts.new_keys_take = seconds

    @property
    def sessions(self):
        """The sessions issued, oldest first."""
        return list(self.accounts.sessions.values())

    def codes_seen(self, user):
        """The codes that reached this server with the user's key or for the user's device."""
        serials = {device.serial for device in user.devices}
        keys = {key.access_key_id for key in user.keys + user.former_keys}
        return [r.params["TokenCode"] for r in list(self.requests) if "TokenCode" in r.params and
                (r.access_key_id in keys or r.params.get("SerialNumber") in serials)]

    def fault(self, action, fault, times=None):
        """Puts a Fault (see faults.py) in force for an action, "GET" or None (any request), for a
        number of times (None: until clear_faults()). If several fit, the oldest acts."""
        with self._lock:
            self._faults.append([action, fault, times])

    def clear_faults(self):
        with self._lock:
            self._faults.clear()

    def receive(self, request):
        """Notes a request. Returns the Fault that must answer it, or None."""
        with self._lock:
            self.requests.append(request)
            self._lock.notify_all()
            for entry in self._faults:
                action, fault, times = entry
                if action in (None, request.action) and times != 0:
                    if times is not None:
                        entry[2] -= 1
                    return fault
        return None

    def wait_for(self, action, count=1, timeout=10):
        """Returns after that many requests of an action (None: of any action) have come in."""
        def come():
            return sum(action in (None, r.action) for r in self.requests) >= count
        with self._lock:
            if not self._lock.wait_for(come, timeout):
                raise TimeoutError(f"no {count} requests {action or ''} within {timeout} s")

    def now(self):
        return time.time() + self.date_skew

    def http_date(self):
        return email.utils.formatdate(self.now(), usegmt=True)

    def _hosts(self):
        return [f"{name}:{self.port}" for name in
                ("localhost", "sts.test", "127.0.0.1", "[::1]")]

    def _accept(self):
        while not self.stopping.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            if self._fillers is not None:
                self._fillers.append(sock)
                return
            with self._lock:
                self.connections += 1
                connection = Connection(self, sock, self.connections)
                thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
                self._open[connection] = thread
            thread.start()

    def _serve(self, connection):
        connection.run()
        with self._lock:
            del self._open[connection]


def _context(pair, tls):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*pair)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if tls in ("1.0", "1.1"):
        context.set_ciphers("ALL:@SECLEVEL=0")      # otherwise OpenSSL itself refuses them
    if tls:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)     # that is the point of them
            context.minimum_version = context.maximum_version = TLS_VERSIONS[tls]
    return context


def _write(path, text):
    """Written whole or not at all, and only the owner may read it."""
    new = path.with_name(path.name + ".new")
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    os.replace(new, path)


def main():
    parser = argparse.ArgumentParser(description="a double of AWS STS and IAM, on loopback only")
    parser.add_argument("--directory", type=Path, required=True)
    parser.add_argument("--user", action="append", required=True, metavar="NAME")
    parser.add_argument("--role", action="append", default=[], metavar="ARN")
    parser.add_argument("--port", type=int, default=0)
    args = parser.parse_args()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    with Sandbox(args.directory, port=args.port) as box:
        users = [box.add_user(name) for name in args.user]
        for arn in args.role:
            box.add_role(arn)
        fields = ("name", "account", "arn", "access_key_id", "secret_access_key", "serial",
                  "totp_base32")
        described = [{name: getattr(user, name) for name in fields} for user in users]
        _write(args.directory / "users.json", json.dumps(described, indent=2) + "\n")
        _write(args.directory / "url", box.url + "\n")
        print("ready", flush=True)
        while os.read(0, 4096):     # ends with the process that holds the other end
            pass


if __name__ == "__main__":
    main()
