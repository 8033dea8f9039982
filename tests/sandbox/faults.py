"""Faults of a server, one function each; Sandbox.fault() puts one in force.

A fault replaces the service, unless its text says otherwise: the request is recorded but not
carried out, and its code is not spent. processed(fault) carries the request out first.
"""

import gzip
import re
from dataclasses import dataclass
from typing import Callable

from sandbox.answers import NAMESPACE, Answer, failure, render

# code: (HTTP status, message), as AWS has them
ERRORS = {
    "AccessDenied": (403, "Access denied"),
    "ExpiredToken": (403, "The security token included in the request is expired"),
    "InternalFailure": (500, "The request processing has failed because of an unknown error, "
                             "exception or failure."),
    "InvalidClientTokenId": (403, "The security token included in the request is invalid."),
    "RegionDisabledException": (403, "STS is not activated in this region for account:123456789012."
                                     " Your account administrator can activate STS in this region "
                                     "using the IAM Console."),
    "RequestExpired": (400, "Request has expired."),
    "ServiceUnavailable": (503, "The service is currently unavailable."),
    "SignatureDoesNotMatch": (403, "The request signature we calculated does not match the "
                                   "signature you provided."),
    "Throttling": (400, "Rate exceeded"),
}


@dataclass(frozen=True)
class Fault:
    name: str
    act: Callable       # takes an Exchange


def processed(fault):
    """Carries the request out, so that its code is spent, and then applies fault."""
    def act(exchange):
        exchange.answer()
        fault.act(exchange)
    return Fault(f"processed {fault.name}", act)


def without_code(fault):
    """Applies fault only to requests without a code; the others are carried out as usual."""
    def act(exchange):
        if "TokenCode" in exchange.request.params:
            exchange.send(exchange.answer())
        else:
            fault.act(exchange)
    return Fault(f"without a code {fault.name}", act)


# --- answers in place of the service's ---

def error(code, message=None, status=None, shape="ErrorResponse", namespace="default"):
    """An AWS error; message and status default to AWS's. shape and namespace: see answers.py."""
    default_status, default_message = ERRORS.get(code, (400, code))
    status = status or default_status
    message = default_message if message is None else message
    return Fault(f"error {code}",
                 lambda exchange: exchange.send(failure(code, message, status, shape, namespace)))


def reply(status=200, body=b"", content_type="text/xml", headers=()):
    """Any HTTP answer."""
    return Fault(f"reply {status}", lambda exchange: exchange.send(
        Answer(status, body, content_type, list(headers))))


def html(status=200):
    """The log-in page of a captive portal."""
    page = b"<!DOCTYPE html>\n<html><head><title>Welcome</title></head><body><p>Please log in to " \
           b"use this network.<br></body></html>\n"
    return reply(status, page, "text/html; charset=utf-8")


def empty():
    """200 and no body."""
    return reply()


def redirect(location, status=302):
    return reply(status, headers=[("Location", location)])


def raw(data):
    """These bytes in place of an HTTP answer, then the end of the connection."""
    def act(exchange):
        exchange.write(data)
        exchange.close()
    return Fault("raw", act)


def big(size=100 << 20):
    """A body of that many bytes, which begins like an answer."""
    def act(exchange):
        start = f'<GetSessionTokenResponse xmlns="{NAMESPACE}">'.encode()
        exchange.write(exchange.head(Answer(200), size) + start)
        left = size - len(start)
        while left > 0:
            exchange.write(b" " * min(left, 1 << 16))
            left -= 1 << 16
    return Fault("big", act)


def endless():
    """A chunked body that never ends."""
    def act(exchange):
        exchange.write(exchange.head(Answer(200, headers=[("Transfer-Encoding", "chunked")])))
        while True:
            exchange.write(b"10000\r\n" + b" " * (1 << 16) + b"\r\n")
    return Fault("endless", act)


def gzip_bomb(size=100 << 20):
    """A compressed body that grows to size."""
    body = gzip.compress(bytes(size), 9)
    return reply(body=body, headers=[("Content-Encoding", "gzip")])


def entities():
    """XML with entities that grow tenfold nine times ("billion laughs")."""
    lines = ['<!ENTITY e0 "ha">'] + [f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10)]
    return reply(body=_document("\n".join(lines), "&e9;"))


def external_entity(uri="file:///etc/passwd"):
    """XML with a DTD that asks to read a file."""
    return reply(body=_document(f'<!ENTITY x SYSTEM "{uri}">', "&x;"))


def _document(declarations, text):
    return (f"<!DOCTYPE r [\n{declarations}\n]>\n<ErrorResponse><Error><Code>AccessDenied</Code>"
            f"<Message>{text}</Message></Error></ErrorResponse>").encode()


def doctype():
    """The right answer with an empty DTD."""
    def act(exchange):
        answer = exchange.answer()
        answer.body = b"<!DOCTYPE r>\n" + answer.body
        exchange.send(answer)
    return Fault("doctype", act)


def deep(levels=10000):
    """XML nested that deep."""
    return reply(body=b"<a>" * levels + b"</a>" * levels)


def wrong_encoding(claimed="UTF-8"):
    """XML that claims an encoding, but is in an encoding that STS does not use."""
    return reply(403, f'<?xml version="1.0" encoding="{claimed}"?><ErrorResponse><Error><Code>'
                      "AccessDenied</Code><Message>".encode() +
                      b"\xff\xfe\xe4</Message></Error></ErrorResponse>")


def utf16():
    """The right answer in UTF-16."""
    def act(exchange):
        answer = exchange.answer()
        answer.body = answer.body.decode().encode("utf-16")
        exchange.send(answer)
    return Fault("UTF-16", act)


def endless_headers(line=b"X-More: and more\r\n", start=b"HTTP/1.1 200 OK\r\n"):
    """A head that never ends."""
    def act(exchange):
        exchange.write(start)
        while True:
            exchange.write(line * 1000)
    return Fault("endless headers", act)


# --- no answer, or one that does not arrive whole ---

def close():
    """Ends the connection without an answer."""
    return Fault("close", lambda exchange: exchange.close())


def reset():
    """Like close(), with a TCP RST."""
    return Fault("reset", lambda exchange: exchange.reset())


def hang():
    """Never answers."""
    return Fault("hang", lambda exchange: exchange.wait())


def hang_after_headers():
    """Carries the request out and sends the headers, but nothing of the body that they promise."""
    def act(exchange):
        answer = exchange.answer()
        exchange.write(exchange.head(answer, max(1, len(answer.body))))
        exchange.wait()
    return Fault("hang after headers", act)


def delay(seconds, then=None):
    """Answers (or applies the fault then) that much later. Carries the request out after the
    delay."""
    def act(exchange):
        exchange.wait(seconds)
        then.act(exchange) if then else exchange.send()
    return Fault(f"delay {seconds}", act)


def drip(interval=1.0):
    """Carries the request out and sends the answer byte by byte."""
    def act(exchange):
        answer = exchange.answer()
        for byte in exchange.head(answer) + answer.body:
            exchange.write(bytes([byte]))
            exchange.wait(interval)
    return Fault("drip", act)


def short_body(fraction=0.5):
    """Carries the request out, sends part of the body that Content-Length promises, closes."""
    def act(exchange):
        answer = exchange.answer()
        length = len(answer.body)
        exchange.write(exchange.head(answer, max(1, length)) + answer.body[:int(length * fraction)])
        exchange.close()
    return Fault("short body", act)


def cut_xml(fraction=0.5):
    """Carries the request out; the XML breaks off, with a Content-Length that agrees."""
    def act(exchange):
        answer = exchange.answer()
        answer.body = answer.body[:int(len(answer.body) * fraction)]
        exchange.send(answer)
    return Fault("cut XML", act)


# --- a right answer, and then the connection ends ---

def close_after(announced=True):
    """Answers and closes at once; announced: with "Connection: close"."""
    def act(exchange):
        answer = exchange.answer()
        if announced:
            answer.headers.append(("Connection", "close"))
        exchange.send(answer)
        exchange.close()
    return Fault("close after", act)


def turning(change):
    """Answers and closes; change(sandbox) is done before, so new connections meet another server.
    """
    def act(exchange):
        change(exchange.connection.box)
        close_after().act(exchange)
    return Fault("turning", act)


def clock_jumps(seconds):
    """Carries the request out; from the answer's Date on the clock is that much ahead."""
    def act(exchange):
        answer = exchange.answer()
        exchange.connection.box.date_skew = seconds
        exchange.send(answer)
    return Fault(f"clock jumps {seconds}", act)


def without_date():
    """The usual answer with another Date."""
    def act(exchange):
        answer = exchange.answer()
        head = exchange.head(answer).decode()
        exchange.write(re.sub(r"Date: [^\r]*\r\n", "", head).encode() + answer.body)
    return Fault("without date", act)


def close_idle(seconds):
    """Answers, and closes if no further request comes for that long."""
    def act(exchange):
        exchange.connection.idle = seconds
        exchange.send()
    return Fault(f"close idle {seconds}", act)


# --- a right answer in other words ---

def written(namespace="default", backwards=False):
    """namespace: "none" or "prefix" (<s:...>). backwards: each element's children in reverse
    order."""
    def turn(node):
        name, content = node
        return node if isinstance(content, str) else (name, [turn(n) for n in reversed(content)])

    def act(exchange):
        answer = exchange.answer()
        if answer.tree:
            answer.body = render(turn(answer.tree) if backwards else answer.tree, namespace)
        exchange.send(answer)
    return Fault(f"written {namespace}", act)


def credentials(**changes):
    """Other texts in the answer, by element: AccessKeyId, SecretAccessKey, SessionToken,
    Expiration, Arn, Account ... A function gets AWS's text. None leaves the element out."""
    def change(node):
        name, content = node
        if not isinstance(content, str):
            return name, [change(n) for n in content if changes.get(n[0], True) is not None]
        new = changes.get(name, content)
        return name, new(content) if callable(new) else new

    def act(exchange):
        answer = exchange.answer()
        if answer.tree:
            answer.body = render(change(answer.tree))
        exchange.send(answer)
    return Fault(f"credentials {', '.join(changes)}", act)


def rewritten(old, new):
    """Replaces bytes anywhere in the answer's body."""
    def act(exchange):
        answer = exchange.answer()
        answer.body = answer.body.replace(old, new)
        exchange.send(answer)
    return Fault(f"rewritten {old!r}", act)


def fraction_in_expiration():
    return credentials(Expiration=lambda text: text.replace("Z", ".123Z"))


def offset_in_expiration():
    return credentials(Expiration=lambda text: text.replace("Z", "+00:00"))


def long_session_token(length=40000):
    """Changes only the answer: the sandbox knows the session by its old token."""
    return credentials(SessionToken=lambda text: (text.rstrip("=") * (length // 400 + 1))[:length])
