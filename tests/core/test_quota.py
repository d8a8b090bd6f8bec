"""How much an account may keep."""

import pytest

from syncfile.core import entries, files, quota, users
from syncfile.core.core import Core
from syncfile.errors import DiskFull, QuotaFull
from tests.core.accounts import ROOT, actor_of, add, open_store

core = pytest.fixture(open_store)


def put(core: Core, account: users.Account, name: str, size: int) -> None:
    actor = actor_of(account)
    new = files.ingest(core, actor, account.default_repo_id, iter([b"x" * size]), size)
    entries.add_file(core, actor, account.default_repo_id, name, new)


def test_room_is_what_the_quota_has_left(core: Core) -> None:
    ann = add(core, "ann")
    users.update_account(core, ROOT, ann.id, total=1000)
    put(core, ann, "/a", 400)
    assert (quota.usage(core, ann.id), quota.room(core, ann.id)) == (400, 600)
    quota.require_room(core, ann.id, 600)
    with pytest.raises(QuotaFull):
        quota.require_room(core, ann.id, 601)


def test_a_quota_below_what_is_there_leaves_no_room_and_nothing_is_lost(core: Core) -> None:
    ann = add(core, "ann")
    put(core, ann, "/a", 400)
    users.update_account(core, ROOT, ann.id, total=100)
    assert quota.room(core, ann.id) == -300
    with pytest.raises(QuotaFull):
        put(core, ann, "/b", 1)
    assert quota.usage(core, ann.id) == 400


def test_a_quota_of_0_is_no_limit_but_the_disk(core: Core) -> None:
    ann = add(core, "ann")
    users.update_account(core, ROOT, ann.id, total=0)
    put(core, ann, "/a", 400)
    _, free = core.folder.disk_usage()
    assert quota.room(core, ann.id) > free
    with pytest.raises(DiskFull):
        quota.require_room(core, ann.id, free + (1 << 30))


def test_an_account_that_is_gone_has_no_room(core: Core) -> None:
    assert quota.room(core, 99) == 0
