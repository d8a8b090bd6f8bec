"""Files in the legacy API: ``/v1/file`` takes uploads and hands out short links, ``/v1/f`` sends the bytes."""

from collections.abc import Iterable, Iterator

from syncfile.core import entries, files, transfer_tokens
from syncfile.core.paths import split
from syncfile.core.repos import default_repo, open_repo
from syncfile.errors import AlreadyExists, BadRequest, BytesMissing, NotFound, ParentMissing, SyncFileError
from syncfile.faces.http import Call, Face, Reply
from syncfile.faces.multipart import Field, FilePart, iter_form
from syncfile.faces.stored import stored_reply
from syncfile.faces.v1.legacy_answers import answer, coded, local_path, owner, show

_CHUNK_BYTES = 256 << 10
#: What a form may have around its file; the announced length less this is surely the file's.
_FORM_BYTES = 64 << 10

face = Face(authenticate=lambda call: call.actor, show=show)


@face.route("POST", "/v1/file", auth="none", stream=True)
def upload(call: Call, op: str = "", authid: str = "", filepath: str = "") -> Reply:
    """Store the body, or the file of a form, as a new file.

    A form may hold the parameters too, if they come before its file.
    """
    given = {"op": op, "authid": authid, "filepath": filepath}
    if call.content_type == "multipart/form-data":
        return coded(call, "file", lambda: _upload_form(call, given))
    return coded(call, "file", lambda: _upload_raw(call, given))


def _upload_raw(call: Call, given: dict[str, str]) -> Reply:
    if given["op"] != "upload":
        return answer(1201)
    call.actor = owner(call, given["authid"])

    def run() -> Reply:
        chunks = iter(lambda: call.stream.read(_CHUNK_BYTES), b"")
        target = _Target(call, given["filepath"])
        target.add(chunks, call.content_length)
        return answer(1210)

    return coded(call, "file.upload.raw", run, _upload_code)


def _upload_form(call: Call, given: dict[str, str]) -> Reply:
    parts = iter_form(call.stream, call.headers.get("Content-Type"))
    part = None if all(given.values()) else _read_fields(parts, given)
    if given["op"] != "upload":
        return answer(1201)
    call.actor = owner(call, given["authid"])

    def run() -> Reply:
        target = _Target(call, given["filepath"])
        length = max(0, (call.content_length or 0) - _FORM_BYTES)
        target.admit(length)  # before the body is read on
        found = part or _read_fields(parts, given)
        if found is None:
            raise BadRequest("the form has no file")
        target.add(_last_file(found, parts), length)
        return answer(1200)

    return coded(call, "file.upload.form", run, _upload_code)


def _read_fields(parts: Iterator[Field | FilePart], given: dict[str, str]) -> FilePart | None:
    """Read up to the form's file and return it, filling what the query string left out."""
    for part in parts:
        if isinstance(part, FilePart):
            return part
        if not given.get(part.name, "x"):
            given[part.name] = part.value
    return None


def _last_file(part: FilePart, parts: Iterator[Field | FilePart]) -> Iterator[bytes]:
    """Yield the file's bytes, and make sure that the form ends well and has no other file, which would be lost."""
    yield from part.chunks
    if any(isinstance(other, FilePart) for other in parts):
        raise BadRequest("the form has more than one file")


def _upload_code(error: SyncFileError) -> int | None:
    return 1205 if isinstance(error, BytesMissing) else None


class _Target:
    """Where an upload goes; it has been found free before any byte is read.

    Raises:
        BadRequest: The path cannot be a file's.
        AlreadyExists: Something is there.
        BytesMissing: A file is there whose bytes are not in the store.
        ParentMissing: The folder to hold it is not there.
    """

    def __init__(self, call: Call, filepath: str) -> None:
        self._call = call
        self._path = local_path(filepath)
        if self._path == "/":
            raise BadRequest("the path of the file is missing", parameter="filepath")
        self._repo_id = default_repo(call.core, call.actor).id
        self._require_free()

    def admit(self, length: int | None) -> None:
        """Ask whether ``length`` bytes would be taken. Raises as ``files.admit``."""
        files.admit(self._call.core, self._call.actor, self._repo_id, length)

    def add(self, chunks: Iterable[bytes], length: int | None) -> None:
        """Store the file. Raises as ``files.ingest`` and ``entries.add_file``."""
        core, actor = self._call.core, self._call.actor
        new_file = files.ingest(core, actor, self._repo_id, chunks, length)
        entries.add_file(core, actor, self._repo_id, self._path, new_file)

    def _require_free(self) -> None:
        core, actor = self._call.core, self._call.actor
        library = open_repo(core, actor, self._repo_id)
        entry = library.find(self._path)
        if entry is None:
            parent = library.find(split(self._path)[0])
            if parent is None or not parent.is_dir:
                raise ParentMissing("the parent folder does not exist")
            return
        if not entry.is_dir and not files.has_bytes(files.open_file(core, actor, self._repo_id, self._path)):
            raise BytesMissing("the bytes of the file are missing from the store")
        raise AlreadyExists("the name is taken")


@face.route("GET", "/v1/file", auth="none")
def download(call: Call, op: str = "", authid: str = "", filepath: str = "") -> Reply:
    """Return a short link to a file; it lives as long as the authid."""

    def run() -> Reply:
        call.actor = owner(call, authid)
        if op != "download":
            raise BadRequest("there is no such operation", parameter="op")
        return coded(call, "file.download", link)

    def link() -> Reply:
        repo_id = default_repo(call.core, call.actor).id
        path = local_path(filepath)
        open_repo(call.core, call.actor, repo_id).file(path)
        link_id = transfer_tokens.short_link(call.core, authid, repo_id, path)
        return answer(1220, f"{call.host}/v1/f?id={link_id}")

    return coded(call, "file", run)


@face.route("GET", "/v1/f", auth="none")
def send(call: Call, id: str = "") -> Reply:
    """Send the bytes behind a short link."""
    link = transfer_tokens.find_transfer(call.core, id)
    if link is None or link.operation != "download" or link.repo_id is None or link.path is None:
        raise NotFound("there is no such link")
    return stored_reply(call, files.open_file(call.core, link.actor(call.address), link.repo_id, link.path))
