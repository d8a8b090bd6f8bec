"""Links to bytes: downloads, zip archives and uploads, good for an hour for whoever has them."""

from typing import Annotated, TypedDict
from urllib.parse import quote

from syncfile.core import transfers, uploads
from syncfile.core.paths import clean_name, clean_path, join, split
from syncfile.faces.http import Call
from syncfile.faces.v1.face import face


class UploadProgress(TypedDict):
    """How much of a file that is sent in pieces has come."""

    uploadedBytes: Annotated[int, "Bytes from its beginning; the next piece follows them"]


@face.route("GET", "/v1/repos/<repo_id>/files/download/")
def link_to_file(call: Call, repo_id: str, p: Annotated[str, "The file"]) -> str:
    """Return a link to a file's bytes."""
    link = transfers.download_link(call.core, call.actor, repo_id, p)
    return call.base_url + bytes_path(link, split(clean_path(p))[1])


@face.route("GET", "/v1/repos/<repo_id>/dirs/download/")
def link_to_zip(call: Call, repo_id: str, p: Annotated[str, "The folder"] = "/") -> str:
    """Return a link to a folder as a zip archive; ``names``, added to it repeatedly, chooses some of its entries."""
    link = transfers.zip_link(call.core, call.actor, repo_id, p)
    return call.base_url + bytes_path(link, split(clean_path(p))[1] or "library")


@face.route("GET", "/v1/repos/<repo_id>/files/upload/")
def link_for_uploads(call: Call, repo_id: str, p: Annotated[str, "The folder that receives the files"] = "/") -> str:
    """Return a link for uploads into a folder and those below it."""
    link = transfers.upload_link(call.core, call.actor, repo_id, p)
    return f"{call.base_url}/upload-api/{link}"


@face.route("GET", "/v1/repos/<repo_id>/files/uploaded-bytes/")
def show_progress(
    call: Call,
    repo_id: str,
    name: Annotated[str, "Of the file"],
    p: Annotated[str, "The folder that receives it"] = "/",
) -> UploadProgress:
    """Return how much has come of a file that is sent in pieces."""
    path = join(clean_path(p), clean_name(name))
    return {"uploadedBytes": uploads.received_bytes(call.core, call.actor, repo_id, path)}


def bytes_path(link: str, name: str) -> str:
    """Return the path of a link to bytes, which ends with the name that a browser shows."""
    return f"/files/{link}/{quote(name, safe='')}"
