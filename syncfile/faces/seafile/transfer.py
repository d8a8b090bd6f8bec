"""The bytes behind the links of Seafile's web API: ``/seafhttp/files``, ``upload-api``, ``update-api``, and ``-aj``.

Whoever has a link needs nothing else. ``-aj`` is what browsers use: the same, but always answered as JSON.
"""

from typing import Annotated

from syncfile import errors
from syncfile.core import entries, files, transfer_tokens, transfers
from syncfile.core.arrivals import Added
from syncfile.core.paths import clean_path, is_within, nfc
from syncfile.core.repos import open_repo
from syncfile.core.transfers import Transfer
from syncfile.errors import BadRequest, NotFound, PermissionDenied, SyncFileError
from syncfile.faces.http import Call, Face, Reply, error_headers, nearest
from syncfile.faces.linked_bytes import linked_reply
from syncfile.faces.multipart import Field, iter_form
from syncfile.faces.replies import STATUS
from syncfile.faces.upload_form import UploadForm, receive


class _FileMissing(NotFound):
    """There is no file to be updated."""


#: What clients take these errors for, where it is not what HTTP says.
_STATUS: dict[type[SyncFileError], int] = {errors.BadPath: 440, _FileMissing: 441, errors.TooLarge: 442}
_TEXT = {"Content-Type": "text/plain"}


def _show(_call: Call, error: SyncFileError) -> Reply:
    status, _ = nearest(STATUS, error, (500, ""))
    return Reply({"error": error.message}, nearest(_STATUS, error, status), error_headers(error))


class _Face(Face):
    """Decides by the link whether sending a file keeps a thread; other routes take their bodies in such threads."""

    def is_long(self, method: str, path: str) -> bool:
        return any(map(transfer_tokens.is_long_link, path.split("/")[3:4]))


face = _Face(authenticate=lambda call: call.actor, show=_show)


@face.route("GET", "/seafhttp/files/<link>/<name:path>", auth="none")
def send(call: Call, link: str, name: Annotated[str, "What a browser calls it; not looked at"]) -> Reply:
    """Send the bytes behind a link."""
    return linked_reply(call, _transfer(call, link, "download", "zip"))


@face.route("POST", "/seafhttp/upload-api/<link>", auth="none", stream=True)
def upload(call: Call, link: str) -> Reply:
    """Store the files of a form, or one piece of a large file."""
    return _upload(call, link, as_json=False)


@face.route("POST", "/seafhttp/upload-aj/<link>", auth="none", stream=True)
def upload_from_browser(call: Call, link: str) -> Reply:
    """Store the files of a form, or one piece of a large file."""
    return _upload(call, link, as_json=True)


@face.route("POST", "/seafhttp/update-api/<link>", auth="none", stream=True)
def update(call: Call, link: str) -> Reply:
    """Store a new version of a file that is there."""
    return Reply(_update(call, link).id.encode(), headers=_TEXT)


@face.route("POST", "/seafhttp/update-aj/<link>", auth="none", stream=True)
def update_from_browser(call: Call, link: str) -> Reply:
    """Store a new version of a file that is there."""
    return Reply([_answer(_update(call, link))])


def _transfer(call: Call, link: str, *operations: str) -> Transfer:
    try:
        return transfers.find_transfer(call.core, link, call.address, *operations)
    except NotFound as error:
        raise PermissionDenied(error.message) from error


def _upload(call: Call, link: str, *, as_json: bool) -> Reply:
    transfer = _transfer(call, link, "upload")
    form = UploadForm(call.query, transfer.path)
    added = receive(call, transfer.actor, transfer.repo_id, form)
    if added is None:
        return Reply({"success": True})
    if as_json or form.flag("ret-json"):
        return Reply([_answer(item) for item in added])
    return Reply("\t".join(item.id for item in added).encode(), headers=_TEXT)


def _answer(added: Added) -> dict[str, object]:
    return {"name": added.name, "id": added.id, "size": added.size}


def _update(call: Call, link: str) -> Added:
    transfer = _transfer(call, link, "upload")
    if call.content_type != "multipart/form-data":
        raise BadRequest("the body must be a form with a file")
    files.admit(call.core, transfer.actor, transfer.repo_id, None)
    path, new_file = "", None
    for part in iter_form(call.stream, call.headers.get("Content-Type")):
        if isinstance(part, Field):
            path = part.value if part.name == "target_file" else path
        elif new_file is None:
            if path:  # better to hear of a wrong one now than after the last byte
                _require_file(call, transfer, path)
            new_file = files.ingest(call.core, transfer.actor, transfer.repo_id, part.chunks)
        else:
            raise BadRequest("the form must have one file", parameter="file")
    if new_file is None or not path:
        raise BadRequest("the form must have a file and its target_file", parameter="target_file")
    _require_file(call, transfer, path)
    entry = entries.update_file(call.core, transfer.actor, transfer.repo_id, path, new_file)
    return Added(entry.name, entry.id, entry.size)


def _require_file(call: Call, transfer: Transfer, path: str) -> None:
    if not is_within(nfc(clean_path(path)), nfc(transfer.path)):
        raise PermissionDenied("the link is for another folder", parameter="target_file")
    try:
        open_repo(call.core, transfer.actor, transfer.repo_id).file(clean_path(path))
    except NotFound as error:
        raise _FileMissing("there is no such file") from error
