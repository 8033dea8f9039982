"""HTTP/1.1 over one accepted connection: reads requests, lets a fault or the service answer."""

import http.client
import socket
import ssl
import struct
import time
import urllib.parse
from dataclasses import dataclass, field

BODY_LIMIT = 1 << 20


@dataclass
class Request:
    """A request and, as soon as it is sent, the answer."""
    method: str
    target: str
    headers: http.client.HTTPMessage
    body: bytes
    connection: int
    time: float
    params: dict = field(default_factory=dict)
    malformed: str = None       # the reason why params could not be read
    status: int = None          # HTTP status of the answer; None: no answer was sent
    error: str = None           # AWS error code of the answer

    @property
    def action(self):
        return self.params.get("Action") or self.method

    @property
    def access_key_id(self):
        credential = self.headers.get("Authorization", "").partition("Credential=")[2]
        return credential.partition("/")[0] or None

    def read_params(self):
        if self.method == "GET":
            text = urllib.parse.urlsplit(self.target).query
        elif self.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
            text = self.body.decode("latin-1")
        else:
            return
        try:
            pairs = urllib.parse.parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text),
                                           errors="strict")
        except ValueError as error:
            self.malformed = str(error)
            return
        self.params = dict(pairs)
        if len(self.params) < len(pairs):
            self.malformed = "a parameter occurs twice"


class Exchange:
    """One request and its answer, as a fault sees it."""

    def __init__(self, connection, request):
        self.connection, self.request = connection, request
        self._answer = None

    def answer(self):
        """The service's answer. The first call carries the request out (and spends its code)."""
        if self._answer is None:
            self._answer = self.connection.box.service.answer(self.request)
        return self._answer

    def head(self, answer, length=None):
        """Notes the answer as given and returns its head."""
        self.request.status, self.request.error = answer.status, answer.error
        return answer.head(self.connection.box.http_date(), length)

    def send(self, answer=None):
        answer = answer or self.answer()
        if not self.connection.keep:
            answer.headers.append(("Connection", "close"))
        body = b"" if self.request.method == "HEAD" else answer.body
        self.write(self.head(answer) + body)

    def write(self, data):
        self.connection.sock.sendall(data)

    def wait(self, seconds=None):
        """Sleeps, but only until the sandbox stops. None: until then."""
        if self.connection.box.stopping.wait(seconds):
            raise ConnectionAbortedError("the sandbox stops")

    def close(self):
        """Ends the connection after this exchange."""
        self.connection.keep = False

    def reset(self):
        """Ends the connection with a TCP RST."""
        self.connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                        struct.pack("ii", 1, 0))
        self.connection.polite = False
        self.close()


class Connection:
    def __init__(self, box, sock, number):
        self.box, self.sock, self.number = box, sock, number
        self.keep = True
        self.polite = True              # end with close_notify and FIN, not with RST
        self.idle = box.idle_timeout    # seconds without a request until we close

    def run(self):
        try:
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.box.mute:
                self._hang()
                return
            if self.box.tls_context:
                # self.sock must be the socket in use before the handshake blocks: see abort().
                self.sock = self.box.tls_context.wrap_socket(self.sock, server_side=True,
                                                             do_handshake_on_connect=False)
                self.sock.settimeout(self.box.patience)
                self.sock.do_handshake()
            self._serve()
        except (OSError, ValueError, http.client.HTTPException):
            pass        # the client went away, sent nonsense, or the sandbox stops
        finally:
            self._close()

    def _hang(self):
        """Sends nothing, or only a part of a TLS server's first message."""
        if self.box.mute in ("half", "drip"):
            come, go = ssl.MemoryBIO(), ssl.MemoryBIO()
            come.write(self.sock.recv(65536))
            try:
                self.box.tls_context.wrap_bio(come, go, server_side=True).do_handshake()
            except ssl.SSLWantReadError:
                pass
            first = go.read()
            if self.box.mute == "half":
                self.sock.sendall(first[:len(first) // 2])
            else:
                for byte in first:
                    self.sock.sendall(bytes([byte]))
                    if self.box.stopping.wait(1):
                        return
        self.box.stopping.wait()

    def _serve(self):
        stream = self.sock.makefile("rb")
        while self.keep:
            self.sock.settimeout(self.idle)
            request = self._read(stream)
            if request is None:
                return
            self.sock.settimeout(None)
            fault = self.box.receive(request)
            exchange = Exchange(self, request)
            if fault:
                fault.act(exchange)
            else:
                exchange.send()

    def _read(self, stream):
        line = stream.readline(65537)
        if not line:
            return None
        method, target, version = line.decode("latin-1").split()
        headers = http.client.parse_headers(stream)
        if headers.get("Expect", "").lower() == "100-continue":
            self.sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        length = int(headers.get("Content-Length", "0"))
        if not 0 <= length <= BODY_LIMIT or "Transfer-Encoding" in headers:
            raise ValueError("no body of a known and sane length")
        body = stream.read(length)
        if len(body) < length:
            raise ValueError("the body ends early")
        if version == "HTTP/1.0" or headers.get("Connection", "").lower() == "close":
            self.keep = False
        request = Request(method, target, headers, body, self.number, time.time())
        request.read_params()
        return request

    def _close(self):
        if self.polite:
            try:
                if isinstance(self.sock, ssl.SSLSocket):
                    self.sock.settimeout(0)     # send our close_notify, wait for no answer
                    self.sock.unwrap()
            except (OSError, ValueError):
                pass
            self.abort()
        self.sock.close()

    def abort(self):
        """Wakes the thread that is blocked on the socket."""
        try:
            # SSLSocket.shutdown would take the TLS state away from a reading thread.
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)
        except OSError:
            pass
