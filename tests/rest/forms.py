"""Forms as upload links get them."""

from collections.abc import Sequence

from tests.conftest import Answer, Client

BOUNDARY = "----boundary-of-a-form"
#: A field is a name and a value; a file a name of a field, a name and the bytes.
Part = tuple[str, str] | tuple[str, str, bytes]


def body_of(parts: Sequence[Part]) -> bytes:
    """Return a form in just this order."""
    body = b""
    for part in parts:
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{part[0]}"'
        if len(part) == 2:
            body += f"{head}\r\n\r\n{part[1]}\r\n".encode()
        else:
            body += f'{head}; filename="{part[1]}"\r\nContent-Type: image/jpeg\r\n\r\n'.encode() + part[2] + b"\r\n"
    return body + f"--{BOUNDARY}--\r\n".encode()


def send(client: Client, url: str, *parts: Part, content_range: str = "") -> Answer:
    """Post a form to a link, of which the host does not matter."""
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    if content_range:
        headers["Content-Range"] = content_range
    return Client(client.port).post(path_of(url), body=body_of(parts), headers=headers)


def path_of(url: str) -> str:
    """Return a link without scheme and host."""
    return "/" + url.split("/", 3)[3] if url.startswith("http") else url
