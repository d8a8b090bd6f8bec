"""Answers given before, or instead of, the application: ``{"error_msg": "<sentence>", "error": "<stable slug>"}``.

It is the shape of the application's own errors, so that a client has one to read.
"""

import json

_SLUGS = {
    "400": "bad_request",
    "408": "body_stopped",
    "413": "too_large",
    "431": "head_too_large",
    "500": "internal",
    "501": "not_implemented",
    "503": "busy",
}


class Refusal:
    """An error answer; what waitress' tasks call an error.

    Args:
        status: Code and reason phrase.
        sentence: For people.
        headers: Beside those of every refusal.
    """

    def __init__(self, status: str, sentence: str, headers: tuple[tuple[str, str], ...] = ()) -> None:
        self.status = status
        self.sentence = sentence
        self.headers = headers

    def to_response(self, ident: str | None = None) -> tuple[str, list[tuple[str, str]], bytes]:
        """Return status, headers and body."""
        body = {"error_msg": self.sentence, "error": _SLUGS[self.status[:3]]}
        headers = [
            ("Content-Type", "application/json"),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
            *self.headers,
        ]
        return self.status, headers, json.dumps(body, separators=(",", ":")).encode("ascii")

    def to_bytes(self) -> bytes:
        """Return the whole answer, for a connection that nobody serves."""
        status, headers, body = self.to_response()
        lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers)]
        lines += [f"Content-Length: {len(body)}", "Connection: close", "", ""]
        return "\r\n".join(lines).encode("latin-1") + body
