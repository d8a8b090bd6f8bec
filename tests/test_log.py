"""What of a request may stand in the log."""

import logging
from collections.abc import Iterator

import pytest

from syncfile.log import configure, printable_path


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/files/5a3f3a63-b13d/foo.c", "/files/***/foo.c"),
        ("/f/939ac61687/", "/f/***/"),
        ("/d/939ac61687", "/d/***"),
        ("/upload-api/90e6db94", "/upload-api/***"),
        ("/seafhttp/upload-api/90e6db94", "/seafhttp/upload-api/***"),
        ("/u/939ac61687/", "/u/***/"),
        ("/u/d/939ac61687/", "/u/d/***/"),
        ("/v1/repos/x/files/action", "/v1/repos/x/files/action"),
        ("/v1/a b\n\x1b[31m\xe4", "/v1/a%20b%0A%1B[31m%E4"),
    ],
)
def test_tokens_are_masked_and_control_characters_escaped(path: str, logged: str) -> None:
    assert printable_path(path) == logged


@pytest.fixture
def restored() -> Iterator[None]:
    """Give the root logger back what pytest has there."""
    root, access = logging.getLogger(), logging.getLogger("syncfile.access")
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    access.disabled = False


def test_log_goes_to_standard_error(restored: None, capsys: pytest.CaptureFixture[str]) -> None:
    configure("info", access_log=False)
    logging.getLogger("syncfile.test").info("seen")
    logging.getLogger("syncfile.test").debug("too much")
    logging.getLogger("syncfile.access").info("not wanted")
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith(" INFO syncfile.test seen")
