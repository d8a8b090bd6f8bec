"""What of a request may stand in the log."""

import pytest

from syncfile.log import printable_path


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/files/5a3f3a63-b13d/foo.c", "/files/***/foo.c"),
        ("/f/939ac61687/", "/f/***/"),
        ("/d/939ac61687", "/d/***"),
        ("/upload-api/90e6db94", "/upload-api/***"),
        ("/seafhttp/upload-api/90e6db94", "/seafhttp/upload-api/***"),
        ("/u/d/939ac61687/", "/u/d/***/"),
        ("/v1/repos/x/files/action", "/v1/repos/x/files/action"),
        ("/v1/a b\n\x1b[31m\xe4", "/v1/a%20b%0A%1B[31m%E4"),
    ],
)
def test_tokens_are_masked_and_control_characters_escaped(path: str, logged: str) -> None:
    assert printable_path(path) == logged
