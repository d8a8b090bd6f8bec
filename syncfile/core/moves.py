"""Copies and moves of files and folders, within a library and between two."""

from collections.abc import Mapping
from dataclasses import replace

from syncfile.core import content, derived, messages, quota
from syncfile.core.access import READ, WRITE, Actor, require
from syncfile.core.core import Core
from syncfile.core.entries import require_batch, require_kind
from syncfile.core.paths import clean_path, split
from syncfile.core.repos import edit_repo, open_repo
from syncfile.core.tree import Edit, Snapshot
from syncfile.errors import AlreadyExists, BadPath, BadRequest, ParentMissing
from syncfile.store.objects import Dirent


def copy(
    core: Core,
    actor: Actor,
    repo_id: str,
    targets: Mapping[str, str],
    target_repo_id: str,
    *,
    is_dir: bool | None = None,
    free_names: bool = False,
) -> list[str]:
    """Copy files and folders in one commit, or none of them.

    Args:
        targets: The path that each source path is to have in ``target_repo_id``.
        is_dir: What the sources have to be, where that matters.
        free_names: Add a number to a name that is taken, as in ``a (1).txt``.

    Returns:
        The paths that the copies have, in the order of ``targets``.

    Raises:
        NotFound: A library or source is not there for this actor.
        PermissionDenied: The actor may not write to the target.
        AlreadyExists: A name is taken.
        ParentMissing: The folder for a copy is not there.
        BadRequest: The libraries differ, and one of them is encrypted.
        QuotaFull, DiskFull: There is no room.
    """
    plan = _plan(targets)
    if repo_id != target_repo_id:
        return _Between(core, actor, repo_id, target_repo_id, plan, is_dir, free_names).copy()
    with edit_repo(core, actor, repo_id) as edit:
        sources = {path: _get(edit, path, is_dir) for path in plan}
        return _put_all(edit, plan, sources, free_names)


def move(
    core: Core,
    actor: Actor,
    repo_id: str,
    targets: Mapping[str, str],
    target_repo_id: str,
    *,
    is_dir: bool | None = None,
    free_names: bool = False,
) -> list[str]:
    """Move files and folders in one commit of each library, or none of them. Arguments and errors are as of ``copy``.

    Raises:
        PermissionDenied: The actor may not write to one of the libraries.
        Locked: Somebody else has locked one of the files.
        BadPath: A folder would move into itself, or it is the root.
    """
    plan = _plan(targets)
    if repo_id != target_repo_id:
        return _Between(core, actor, repo_id, target_repo_id, plan, is_dir, free_names).move()
    with edit_repo(core, actor, repo_id) as edit:
        moved, done = [], []
        for source, target in plan.items():
            require_kind(edit, source, is_dir)
            if free_names and target != source:
                target = edit.free_name(target)
            moved.append(edit.move(source, target))
            done.append(target)
        edit.message = messages.moved(moved)
        return done


def _plan(targets: Mapping[str, str]) -> dict[str, str]:
    require_batch(list(targets))
    return {clean_path(source): clean_path(target) for source, target in targets.items()}


def _get(tree: Snapshot, path: str, is_dir: bool | None) -> Dirent:
    require_kind(tree, path, is_dir)
    return tree.get(path)


def _put_all(edit: Edit, plan: Mapping[str, str], sources: Mapping[str, Dirent], free_names: bool) -> list[str]:
    put, done = [], []
    for source, target in plan.items():
        path = edit.free_name(target) if free_names else target
        entry = sources[source]
        put.append(edit.put_entry(path, replace(entry, mtime=edit.now) if entry.is_dir else entry))
        done.append(path)
    edit.message = messages.added(put)
    return done


class _Between:
    """A copy or move from one library to another: what the entries name goes ahead, then come the commits."""

    def __init__(
        self,
        core: Core,
        actor: Actor,
        source_id: str,
        target_id: str,
        plan: Mapping[str, str],
        is_dir: bool | None,
        free_names: bool,
    ) -> None:
        self.core = core
        self.actor = actor
        self.source = require(core.db, actor, source_id, READ)
        self.target = require(core.db, actor, target_id, WRITE)
        self.plan = plan
        self.is_dir = is_dir
        self.free_names = free_names
        if self.source.store_id != self.target.store_id and (self.source.is_encrypted or self.target.is_encrypted):
            raise BadRequest("nothing can be copied into or out of an encrypted library")
        self._check_targets()

    def copy(self) -> list[str]:
        entries = self._entries()
        quota.require_room(self.core, self.target.owner_id, self._size(entries))
        self._bring(entries)
        return self._add(entries)

    def move(self) -> list[str]:
        """Both commits are one transaction, so that a crash neither loses nor doubles anything."""
        core = self.core
        require(core.db, self.actor, self.source.id, WRITE)
        if "/" in self.plan:
            raise BadPath("the library itself is no folder to move")
        entries = self._entries()
        if self.source.owner_id != self.target.owner_id:
            quota.require_room(core, self.target.owner_id, self._size(entries))
        self._bring(entries)
        with core.locks.hold(self.source.store_id, self.target.store_id):
            now = self._entries()
            if now != entries:
                self._bring(now)  # what changed meanwhile
            with core.db.transaction():
                self._remove(now)
                return self._add(now)

    def _check_targets(self) -> None:
        """Refuse before anything is copied what would be refused at the end."""
        tree = open_repo(self.core, self.actor, self.target.id)
        for target in self.plan.values():
            parent = tree.find(split(target)[0])
            if parent is None or not parent.is_dir:
                raise ParentMissing("the parent folder does not exist", path=target)
            if not self.free_names and tree.find(target) is not None:
                raise AlreadyExists("the name is taken", path=target)

    def _entries(self) -> dict[str, Dirent]:
        tree = open_repo(self.core, self.actor, self.source.id)
        return {path: _get(tree, path, self.is_dir) for path in self.plan}

    def _size(self, entries: Mapping[str, Dirent]) -> int:
        size = 0
        tree = open_repo(self.core, self.actor, self.source.id)
        for path, entry in entries.items():
            stored = self.source.prefix + tree.resolve(path)
            size += derived.totals_below(self.core.db, self.source.store_id, stored)[0] if entry.is_dir else entry.size
        return size

    def _bring(self, entries: Mapping[str, Dirent]) -> None:
        if self.source.store_id != self.target.store_id:
            content.bring(self.core, self.source.store_id, self.target.store_id, entries.values())

    def _remove(self, entries: Mapping[str, Dirent]) -> None:
        with edit_repo(self.core, self.actor, self.source.id, messages.deleted(list(entries.values()))) as edit:
            for path in entries:
                edit.remove(path)

    def _add(self, entries: Mapping[str, Dirent]) -> list[str]:
        with edit_repo(self.core, self.actor, self.target.id) as edit:
            return _put_all(edit, self.plan, entries, self.free_names)
