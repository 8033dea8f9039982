"""The answers of STS and IAM: an Answer, and the writing of its XML."""

import uuid
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
IAM_NAMESPACE = "https://iam.amazonaws.com/doc/2010-05-08/"


class Refusal(Exception):
    """An AWS error: code, message, HTTP status."""

    def __init__(self, code, message, status=403):
        super().__init__(code, message, status)
        self.code, self.message, self.status = code, message, status


@dataclass
class Answer:
    status: int
    body: bytes = b""
    content_type: str = "text/xml"
    headers: list = field(default_factory=list)
    error: str = None           # AWS's error code, if this is one
    tree: tuple = None          # the source of body, so that faults can render it anew
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))

    def head(self, date, length=None):
        """Status line and headers. length None: the length of the body."""
        lines = [f"HTTP/1.1 {self.status} {REASONS.get(self.status, 'Unknown')}",
                 f"x-amzn-RequestId: {self.request_id}"]
        if self.content_type:
            lines.append(f"Content-Type: {self.content_type}")
        lines += [f"{name}: {value}" for name, value in self.headers]
        if not any(name.lower() == "transfer-encoding" for name, _ in self.headers):
            lines.append(f"Content-Length: {len(self.body) if length is None else length}")
        lines.append(f"Date: {date}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


REASONS = {200: "OK", 301: "Moved Permanently", 302: "Found", 307: "Temporary Redirect",
           308: "Permanent Redirect", 400: "Bad Request", 403: "Forbidden", 404: "Not Found",
           405: "Method Not Allowed", 409: "Conflict", 500: "Internal Server Error", 502: "Bad Gateway",
           503: "Service Unavailable", 504: "Gateway Timeout"}


def render(tree, namespace="default", uri=NAMESPACE):
    """XML of a (name, text or list of trees); namespace is "default", "prefix" or "none"."""
    prefix = "s:" if namespace == "prefix" else ""
    declare = {"default": f' xmlns="{uri}"', "prefix": f' xmlns:s="{uri}"', "none": ""}

    def write(node, depth, attributes=""):
        name, content = node
        indent = "  " * depth
        if isinstance(content, str):
            return f"{indent}<{prefix}{name}{attributes}>{escape(content)}</{prefix}{name}>\n"
        inside = "".join(write(child, depth + 1) for child in content)
        return f"{indent}<{prefix}{name}{attributes}>\n{inside}{indent}</{prefix}{name}>\n"

    return write(tree, 0, declare[namespace]).encode()


def success(action, result, uri=NAMESPACE):
    """result: a list of trees. None: the action has no result."""
    answer = Answer(200)
    answer.tree = (f"{action}Response", [
        *([(f"{action}Result", result)] if result is not None else []),
        ("ResponseMetadata", [("RequestId", answer.request_id)])])
    answer.body = render(answer.tree, uri=uri)
    return answer


def failure(code, message, status=403, shape="ErrorResponse", namespace="default", uri=NAMESPACE):
    """An AWS error in one of the shapes that servers use.

    shape: "ErrorResponse" (<ErrorResponse><Error>, STS's own), "Error" (bare), or "Errors"
    (<ErrorResponse><Errors><Error>).
    """
    answer = Answer(status, error=code)
    kind = ("Type", "Receiver" if status >= 500 else "Sender")
    error = ("Error", [kind, ("Code", code), ("Message", message)])
    request_id = ("RequestId", answer.request_id)
    answer.tree = {
        "ErrorResponse": ("ErrorResponse", [error, request_id]),
        "Error": ("Error", error[1] + [request_id]),
        "Errors": ("ErrorResponse", [("Errors", [error]), request_id]),
    }[shape]
    answer.body = render(answer.tree, namespace, uri)
    return answer


def welcome():
    """AWS's answer to a request without an action, such as a browser's GET /."""
    return Answer(302, content_type=None, headers=[("Location", "https://aws.amazon.com/iam")])
