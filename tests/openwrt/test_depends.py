"""What the package depends on: found from the imports, named in the Makefile, and nothing more."""

import ast
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.openwrt.packages import Feed
from tools.ipk import depends, recipe
from tools.ipk.build import PROGRAM, ROOT, WrongDepends, check_depends, needs
from tools.ipk.depends import Needs
from tools.ipk.recipe import FEED, Staged
from tools.ipk.splits import LIGHT


@pytest.fixture(scope="module")
def staged(feed: Feed) -> Iterator[Staged]:
    """The server's package with its sources."""
    with tempfile.TemporaryDirectory() as work:
        (found,) = recipe.run(FEED / "syncfile", Path(work), ROOT / "build" / "downloads", feed.target)
        yield found


@pytest.fixture(scope="module")
def computed(staged: Staged, feed: Feed) -> Needs:
    """What the server needs."""
    return needs(staged, feed.target)


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A folder for a small program, and one for a library that it stands on."""
    (tmp_path / "library").mkdir()
    (tmp_path / "program").mkdir()
    return tmp_path / "program"


def found(program: Path, **sources: str) -> set[str]:
    """Return what a program of one module needs, beside the language itself; other sources are the library's."""
    own = program / "own.py"
    own.write_text(sources.pop("own"))
    for name, source in sources.items():
        (program.parent / "library" / f"{name}.py").write_text(source)
    return set(depends.find(program, [own], program.parent / "library").reasons) - {LIGHT}


def test_makefile_names_just_the_parts_of_python_that_are_needed(staged: Staged, computed: Needs) -> None:
    needed = set(computed.reasons)
    named = {word.removeprefix("+") for word in staged.fields["DEPENDS"].split()}
    assert needed == {name for name in named if name.startswith("python3")}
    assert {"python3-light", "python3-openssl", "python3-sqlite3", "python3-cryptography"} <= needed


def test_package_names_what_the_makefile_names(staged: Staged, feed: Feed) -> None:
    of_package = [bound.split()[0] for bound in feed.ipk("syncfile").fields["Depends"].split(", ")]
    assert set(of_package) == {word.removeprefix("+") for word in staged.fields["DEPENDS"].split()}


def test_every_module_that_is_brought_along_is_used(staged: Staged, computed: Needs) -> None:
    modules = set((staged.files / PROGRAM).rglob("*.py"))
    assert modules - computed.reached == set()


def test_every_module_of_ours_is_brought_along(staged: Staged) -> None:
    for package in ("syncfile", "storage"):
        sources = {file.relative_to(ROOT) for file in (ROOT / package).rglob("*.py")}
        assert sources == {
            file.relative_to(staged.files / PROGRAM) for file in (staged.files / PROGRAM / package).rglob("*.py")
        }


@pytest.mark.parametrize("dropped", ["python3-sqlite3", "python3-uuid"])
def test_build_is_refused_when_the_makefile_lacks_something(computed: Needs, dropped: str) -> None:
    named = " ".join(f"+{name}" for name in computed.reasons if name != dropped)
    with pytest.raises(WrongDepends, match=dropped):
        check_depends(named, computed)


def test_build_is_refused_when_the_makefile_names_too_much(computed: Needs) -> None:
    named = " ".join(f"+{name}" for name in [*computed.reasons, "python3-xml"])
    with pytest.raises(WrongDepends, match="python3-xml"):
        check_depends(named, computed)


def test_late_imports_of_our_own_count(program: Path) -> None:
    assert found(program, own="def main():\n    import sqlite3\n") == {"python3-sqlite3"}


def test_late_imports_of_others_do_not_count(program: Path) -> None:
    assert found(program, own="import other", other="def unused():\n    import sqlite3\n") == set()


def test_what_others_import_is_needed_too(program: Path) -> None:
    assert found(program, own="import other", other="from third import x", third="import uuid") == {"python3-uuid"}


@pytest.mark.parametrize(
    "source",
    [
        "try:\n    import ctypes\nexcept ImportError:\n    ctypes = None\n",
        "from contextlib import suppress\nwith suppress(ImportError, OSError):\n    import ctypes\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import ctypes\n",
        "if __name__ == '__main__':\n    import ctypes\n",
    ],
)
def test_what_may_be_missing_is_not_needed(program: Path, source: str) -> None:
    assert found(program, own=source, ctypes="", contextlib="", typing="") == set()


@pytest.mark.parametrize(
    ("source", "package"),
    [
        ("from hashlib import scrypt", "python3-openssl"),
        ("import hashlib\nhashlib.pbkdf2_hmac", "python3-openssl"),
        ("from urllib import parse", "python3-urllib"),
        ("from cryptography.hazmat.primitives.ciphers import Cipher", "python3-cryptography"),
    ],
)
def test_what_a_call_or_a_submodule_needs_is_found(program: Path, source: str, package: str) -> None:
    assert package in found(program, own=source, hashlib="", urllib="")


def test_address_look_ups_need_the_codec_of_host_names(program: Path) -> None:
    (program.parent / "library" / "encodings").mkdir()
    (program.parent / "library" / "encodings" / "__init__.py").write_text("")
    (program.parent / "library" / "encodings" / "idna.py").write_text("import unicodedata")
    assert found(program, own="import socket\nsocket.getaddrinfo('a', 1)", socket="") == {"python3-codecs"}


def test_our_own_import_of_what_is_nowhere_is_an_error(program: Path) -> None:
    with pytest.raises(depends.UnknownModule, match="bottle"):
        found(program, own="import bottle")


def test_relative_imports_are_followed() -> None:
    tree = ast.parse("from . import near\nfrom .close import x\nfrom ..far import y")
    assert set(depends.iter_imports(tree, "a.b", late=False)) == {
        "a",
        "a.b",
        "a.b.near",
        "a.b.close",
        "a.b.close.x",
        "a.far",
        "a.far.y",
    }


def test_reasons_are_told_by_the_python_of_the_router(staged: Staged, feed: Feed) -> None:
    command = [feed.target.path, "-m", "tools.ipk.depends", str(staged.files / PROGRAM)]
    ran = subprocess.run([*command, str(staged.files / PROGRAM / "storage")], cwd=ROOT, capture_output=True, check=True)
    assert ran.stdout.startswith(b'[{"python3-')
