"""Links to the bytes of files, which are at ``/seafhttp``: see ``transfer``."""

from typing import Annotated, Literal
from urllib.parse import quote

from syncfile.core import transfers, uploads
from syncfile.core.listing import describe_entry
from syncfile.core.paths import clean_name, clean_path, join, split
from syncfile.faces.http import Call, Reply
from syncfile.faces.seafile.api2_face import face


@face.route("GET", "/api2/repos/<repo_id>/file/")
def link_to_file(
    call: Call, repo_id: str, p: Annotated[str, "The file"], op: Literal["download"] = "download"
) -> Reply:
    """Return a link to a file's bytes; its id is in the header ``oid``."""
    listed = describe_entry(call.core, call.actor, repo_id, p, is_dir=False)
    link = transfers.download_link(call.core, call.actor, repo_id, p)
    return Reply(_download_url(call, link, p), headers={"oid": listed.entry.id})


@face.route("GET", "/api2/repos/<repo_id>/file/revision/")
def link_to_revision(call: Call, repo_id: str, p: str, commit_id: str) -> str:
    """Return a link to what a file was in a commit."""
    return _download_url(call, transfers.revision_link(call.core, call.actor, repo_id, p, commit_id), p)


@face.route("GET", "/api2/repos/<repo_id>/upload-link/")
def link_for_uploads(call: Call, repo_id: str, p: Annotated[str, "The folder that receives the files"] = "/") -> str:
    """Return a link for uploads into a folder and those below it."""
    return f"{call.base_url}/seafhttp/upload-api/{transfers.upload_link(call.core, call.actor, repo_id, p)}"


@face.route("GET", "/api2/repos/<repo_id>/update-link/")
def link_for_updates(call: Call, repo_id: str, p: Annotated[str, "The folder that the files are in"] = "/") -> str:
    """Return a link for new versions of files in a folder and those below it."""
    return f"{call.base_url}/seafhttp/update-api/{transfers.upload_link(call.core, call.actor, repo_id, p)}"


@face.route("GET", "/api/v2.1/repos/<repo_id>/file-uploaded-bytes/")
def show_uploaded_bytes(call: Call, repo_id: str, parent_dir: str, file_name: str) -> Reply:
    """Return how much has come of a file that is sent in pieces."""
    path = join(clean_path(parent_dir), clean_name(file_name))
    count = uploads.received_bytes(call.core, call.actor, repo_id, path)
    return Reply({"uploadedBytes": count}, headers={"Accept-Ranges": "bytes"})


def _download_url(call: Call, link: str, path: str) -> str:
    return f"{call.base_url}/seafhttp/files/{link}/{quote(split(clean_path(path))[1], safe='')}"
