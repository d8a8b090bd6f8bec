"""A release of waitress that does not fit is noticed at start-up."""

import pytest
from waitress.channel import HTTPChannel

from syncfile.transfer.options import Options
from syncfile.transfer.server import StreamServer, check_waitress
from tests.transfer.app import App


def test_this_release_of_waitress_fits() -> None:
    check_waitress()


def test_a_missing_name_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(HTTPChannel, "_flush_some")
    with pytest.raises(RuntimeError, match=r"lacks HTTPChannel\._flush_some"):
        StreamServer(App(), Options())
