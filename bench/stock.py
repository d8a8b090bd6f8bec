"""What a WSGI application does on waitress as it comes: ``python -m bench.stock PORT FILES FOLDER``.

``GET /name`` sends a file of FILES by ``wsgi.file_wrapper``; ``POST`` stores the body, or the file of a form, as
``FOLDER/stored`` and answers with its size. ``POST /sha1`` hashes the body besides.
"""

import shutil
import sys
from collections.abc import Callable, Iterable
from hashlib import sha1
from pathlib import Path
from typing import Any

from multipart import is_form_request, parse_form_data
from waitress import serve

WRAPPER_BYTES = 32 * 1024
COPY_BYTES = 64 * 1024  # as shutil.copyfileobj

StartResponse = Callable[[str, list[tuple[str, str]]], object]


class Stock:
    """The application.

    Args:
        files: What is sent.
        folder: Where bodies are stored.
    """

    def __init__(self, files: Path, folder: Path) -> None:
        self._files = files
        self._stored = folder / "stored"

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "POST":
            return self._store(environ, start_response)
        path = self._files / Path(environ["PATH_INFO"]).name
        start_response("200 OK", [("Content-Length", str(path.stat().st_size))])
        body: Iterable[bytes] = environ["wsgi.file_wrapper"](path.open("rb"), WRAPPER_BYTES)
        return body

    def _store(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if is_form_request(environ):
            _, files = parse_form_data(environ, strict=True)
            files["file"].save_as(str(self._stored))
            files["file"].close()
        elif environ["PATH_INFO"] == "/sha1":
            digest = sha1()
            with self._stored.open("wb") as file:
                while piece := environ["wsgi.input"].read(COPY_BYTES):
                    digest.update(piece)
                    file.write(piece)
        else:
            with self._stored.open("wb") as file:
                shutil.copyfileobj(environ["wsgi.input"], file)
        answer = str(self._stored.stat().st_size).encode()
        start_response("200 OK", [("Content-Length", str(len(answer)))])
        return [answer]


def main() -> None:
    """Serve until killed. The limits raised here would refuse the load; all else is as it comes."""
    port, files, folder = sys.argv[1:]
    app = Stock(Path(files), Path(folder))
    serve(app, host="127.0.0.1", port=int(port), max_request_body_size=1 << 40, connection_limit=1000)


if __name__ == "__main__":
    main()
