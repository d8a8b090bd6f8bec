"""The form of an upload link: files and fields in any order, or one piece of a large file (``Content-Range``)."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from syncfile.core import files, uploads
from syncfile.core.access import Actor
from syncfile.core.arrivals import Added, Arrival, Receiver, add_arrivals
from syncfile.core.paths import clean_name, clean_path, is_within, join, nfc
from syncfile.core.repos import open_repo
from syncfile.core.uploads import Piece
from syncfile.errors import BadRequest, PermissionDenied
from syncfile.faces.call import Call
from syncfile.faces.multipart import Field, FilePart, iter_form

#: What a form may have around its files; the announced length less this is surely theirs.
_FORM_BYTES = 64 << 10
_LAST_SECOND = 253402300799  # of the year 9999, beyond which no date can be written

_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18})")
_FLAGS = {"1": True, "true": True, "0": False, "false": False, "": False}

_Parts = Iterator[Field | FilePart]


class UploadForm:
    """The fields that say what becomes of the files; they may stand in the query string too.

    Args:
        query: Of the request.
        root: The folder that the link is for; ``parent_dir`` has to be that or one below it.
    """

    def __init__(self, query: Mapping[str, list[str]], root: str) -> None:
        self._fields = {name: list(values) for name, values in query.items()}
        self._root = root

    def add(self, field: Field) -> None:
        self._fields.setdefault(field.name, []).append(field.value)

    @property
    def folder(self) -> str:
        """The folder that receives the files. Raises ``BadRequest``, ``PermissionDenied``."""
        values = self._fields.get("parent_dir")
        if not values:
            raise BadRequest("the parameter parent_dir is missing", parameter="parent_dir")
        folder = clean_path(values[-1])
        if not is_within(nfc(folder), nfc(self._root)):
            raise PermissionDenied("the link is for another folder", parameter="parent_dir")
        return folder

    @property
    def has_folder(self) -> bool:
        return "parent_dir" in self._fields

    @property
    def relative_path(self) -> str:
        return self._fields.get("relative_path", [""])[-1]

    def flag(self, name: str) -> bool:
        """Return a field that is 1 or 0, 0 if it is missing. Raises ``BadRequest``."""
        value = _FLAGS.get(self._fields.get(name, ["0"])[-1].lower())
        if value is None:
            raise BadRequest(f"the parameter {name} must be 1 or 0", parameter=name)
        return value

    def name(self, number: int, sent: str) -> str:
        """Return the name of the file of this number: its ``filename``, else what the client sent with the bytes.

        Raises:
            BadRequest: It has none.
        """
        names = self._fields.get("filename", [])
        name = names[number] if number < len(names) else sent.replace("\\", "/").rpartition("/")[2]
        if not name:
            raise BadRequest("the parameter filename is missing", parameter="filename")
        return clean_name(name)

    def date(self, number: int) -> int | None:
        """Return the date of the file of this number, seconds; the last one given is that of all that follow.

        Raises:
            BadRequest: It is neither seconds nor ISO 8601.
        """
        dates = self._fields.get("last_modify", [])
        return _seconds(dates[min(number, len(dates) - 1)]) if dates else None


def receive(call: Call, actor: Actor, repo_id: str, form: UploadForm) -> list[Added] | None:
    """Store the files of a call's form in one commit; or a piece of one file.

    Files may come before their fields: then their bytes are stored first, and named at the end.

    Args:
        form: Gets the fields.

    Returns:
        The files; None for a piece that is not the last one.

    Raises:
        BadRequest: The form is malformed, or lacks what is needed.
        WrongOffset, Busy: The piece does not fit in.
        NotFound, PermissionDenied, LibraryLocked, Locked, AlreadyExists, QuotaFull, DiskFull: As ``files.ingest`` and
            ``arrivals.add_arrivals``.
    """
    if call.content_type != "multipart/form-data":
        raise BadRequest("the body must be a form with a file")
    repo = files.admit(call.core, actor, repo_id, max(0, (call.content_length or 0) - _FORM_BYTES))
    parts = iter_form(call.stream, call.headers.get("Content-Type"))
    if "Content-Range" in call.headers:
        return _receive_piece(call, actor, repo_id, form, parts)
    receiver = Receiver(call.core, actor, repo)
    arrived = []
    for part in _with_fields(form, parts):
        if form.has_folder:  # better to hear of a wrong one now than after the last byte
            open_repo(call.core, actor, repo_id).directory(form.folder)
        arrived.append((part.filename, receiver.ingest(part.chunks)))
    if not arrived:
        raise BadRequest("the form has no file", parameter="file")
    arrivals = [
        Arrival(form.name(number, sent), new_file, form.date(number)) for number, (sent, new_file) in enumerate(arrived)
    ]
    return _add(call, actor, repo_id, form, arrivals)


def _receive_piece(call: Call, actor: Actor, repo_id: str, form: UploadForm, parts: _Parts) -> list[Added] | None:
    match = _CONTENT_RANGE.fullmatch(call.headers.get("Content-Range"))
    if match is None:
        raise BadRequest("the Content-Range is malformed", parameter="Content-Range")
    start, last, total = map(int, match.groups())
    piece = Piece(start, last + 1 - start, total)
    part = next(_with_fields(form, parts), None)
    if part is None:
        raise BadRequest("the form has no file", parameter="file")
    open_repo(call.core, actor, repo_id).directory(form.folder)
    path = _path(form, part)

    return uploads.receive(
        call.core,
        actor,
        repo_id,
        path,
        piece,
        part.chunks,
        lambda file: _add(call, actor, repo_id, form, [Arrival(_end(form, parts, part, path), file, form.date(0))]),
    )


def _end(form: UploadForm, parts: _Parts, part: FilePart, path: str) -> str:
    """Read what follows the bytes of a last piece, and return the name of its file."""
    if next(_with_fields(form, parts), None) is not None:
        raise BadRequest("the form of a piece must have one file", parameter="file")
    if _path(form, part) != path:
        raise BadRequest("the fields of a piece must come before its bytes", parameter="parent_dir")
    return form.name(0, part.filename)


def _with_fields(form: UploadForm, parts: _Parts) -> Iterator[FilePart]:
    """Yield the files among the parts of a form, whose fields go to ``form``."""
    for part in parts:
        if isinstance(part, Field):
            form.add(part)
        else:
            yield part


def _path(form: UploadForm, part: FilePart) -> str:
    return join(clean_path(join(form.folder, form.relative_path)), form.name(0, part.filename))


def _add(call: Call, actor: Actor, repo_id: str, form: UploadForm, arrivals: list[Arrival]) -> list[Added]:
    return add_arrivals(
        call.core,
        actor,
        repo_id,
        form.folder,
        arrivals,
        relative_path=form.relative_path,
        replace=form.flag("replace"),
    )


def _seconds(text: str) -> int:
    try:
        if re.fullmatch(r"[0-9]{1,18}(\.[0-9]+)?", text):
            seconds = int(float(text))
        else:
            at = datetime.fromisoformat(text)
            seconds = int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        seconds = -1
    if not 0 <= seconds <= _LAST_SECOND:
        raise BadRequest("the parameter last_modify must be seconds or ISO 8601", parameter="last_modify")
    return seconds
