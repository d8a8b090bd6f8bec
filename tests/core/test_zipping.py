"""Folders of libraries as archives."""

import io
import zipfile
from collections.abc import Sequence

import pytest

from syncfile.core import encrypted
from syncfile.core.access import Actor, RepoInfo, find_repo
from syncfile.core.core import Core
from syncfile.core.zipping import iter_zip
from syncfile.errors import LibraryLocked, NotFound
from tests.core.content import put

CONTENT = {
    "/photos": None,
    "/photos/a.jpg": b"jpg",
    "/photos/empty": None,
    "/photos/in": None,
    "/photos/in/b": b"b" * 99,
}


def zipped(core: Core, repo: RepoInfo, path: str, names: Sequence[str] = ()) -> dict[str, bytes]:
    now = find_repo(core.db, repo.id)
    assert now is not None
    owner = Actor(now.owner_id, now.owner)
    packed = b"".join(iter_zip(core, now, path, names, core.keys.require(now, owner)))
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_folder_is_archived_under_its_own_name(core: Core, ann: Actor, library: RepoInfo) -> None:
    put(core, ann, library.id, CONTENT)
    assert zipped(core, library, "/photos") == {
        "photos/": b"",
        "photos/a.jpg": b"jpg",
        "photos/empty/": b"",
        "photos/in/": b"",
        "photos/in/b": b"b" * 99,
    }


def test_library_is_archived_under_its_name(core: Core, ann: Actor, library: RepoInfo) -> None:
    put(core, ann, library.id, {"/a": b"x"})
    assert zipped(core, library, "/") == {"Photos/": b"", "Photos/a": b"x"}


def test_selection_lies_at_the_top(core: Core, ann: Actor, library: RepoInfo) -> None:
    put(core, ann, library.id, CONTENT)
    assert zipped(core, library, "/photos", ["in", "a.jpg"]) == {"in/": b"", "in/b": b"b" * 99, "a.jpg": b"jpg"}


def test_archive_is_of_the_moment_it_was_asked_for(core: Core, ann: Actor, library: RepoInfo) -> None:
    put(core, ann, library.id, {"/a": b"old"})
    now = find_repo(core.db, library.id)
    assert now is not None
    parts = iter_zip(core, now, "/")
    put(core, ann, library.id, {"/a": b"new", "/b": b"more"})
    with zipfile.ZipFile(io.BytesIO(b"".join(parts))) as archive:
        assert archive.namelist() == ["Photos/", "Photos/a"]
        assert archive.read("Photos/a") == b"old"


@pytest.mark.parametrize(("path", "names"), [("/nothing", ()), ("/photos/a.jpg", ()), ("/photos", ["nothing"])])
def test_what_is_no_folder_is_not_archived(
    core: Core, ann: Actor, library: RepoInfo, path: str, names: Sequence[str]
) -> None:
    put(core, ann, library.id, CONTENT)
    with pytest.raises(NotFound):
        zipped(core, library, path, names)


def test_backslash_in_a_name_leads_nowhere(core: Core, ann: Actor, library: RepoInfo) -> None:
    put(core, ann, library.id, {"/..\\..\\autostart.bat": b"x"})
    assert list(zipped(core, library, "/")) == ["Photos/", "Photos/.._.._autostart.bat"]


def test_encrypted_library_is_archived_in_plaintext(core: Core, ann: Actor) -> None:
    secrets = encrypted.create_encrypted(core, ann, "Secrets", "", "libpass")
    put(core, ann, secrets.id, {"/a": b"x" * 100_000})
    assert zipped(core, secrets, "/") == {"Secrets/": b"", "Secrets/a": b"x" * 100_000}


def test_locked_library_is_not_archived(core: Core, ann: Actor) -> None:
    secrets = encrypted.create_encrypted(core, ann, "Secrets", "", "libpass")
    with pytest.raises(LibraryLocked):
        iter_zip(core, secrets, "/")
