"""Who may do what, where no other test asks in passing."""

import pytest

from syncfile.core import removal
from syncfile.core.access import Actor, RepoInfo, anyone, refresh, require_account
from syncfile.core.core import Core
from syncfile.errors import NotAuthenticated, NotFound
from tests.core.accounts import HERE


def test_nobody_has_to_sign_in(ann: Actor) -> None:
    assert require_account(ann) == ann.account_id
    with pytest.raises(NotAuthenticated):
        require_account(anyone(HERE))


def test_library_that_was_deleted_meanwhile_is_not_there(core: Core, library: RepoInfo) -> None:
    assert refresh(core.db, library) == library
    with core.db.transaction():
        removal.drop_repo(core.db, library.id, core.now())
    with pytest.raises(NotFound):
        refresh(core.db, library)
