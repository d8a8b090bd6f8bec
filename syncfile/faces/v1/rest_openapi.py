"""The description of this API for programs, written by ``make openapi``."""

import os

from syncfile.faces.http import Call, Reply
from syncfile.faces.v1.face import face
from syncfile.transfer.segments import FileRange, FileSegments

_PATH = os.path.join(os.path.dirname(__file__), "openapi.json")


@face.route("GET", "/v1/openapi.json", auth="none")
def openapi(call: Call) -> Reply:
    """Return the OpenAPI 3.1 description of this API."""
    whole = FileRange(_PATH, 0, os.path.getsize(_PATH))
    headers = {"Content-Type": "application/json", "Cache-Control": "public, max-age=3600"}
    return Reply(FileSegments([whole]), headers=headers)
