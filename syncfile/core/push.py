"""A pushed commit becomes the head of its library, as it is or merged with what happened meanwhile.

The head moves by the same last step as for every other edit (``heads.advance``). A commit's ``creator_name`` is what
its client says; the per-path changes name the account whose token it was.
"""

from dataclasses import replace
from itertools import islice

from syncfile.core import heads, messages
from syncfile.core.access import WRITE, Actor, RepoInfo, find_repo
from syncfile.core.core import Core
from syncfile.core.differences import differences
from syncfile.core.merge import merge_trees
from syncfile.core.merge_messages import describe
from syncfile.core.paths import clean_name, components
from syncfile.core.push_check import check_new
from syncfile.core.sync import require_synced
from syncfile.core.tree import Trees
from syncfile.core.virtual_heads import current_head_id, move_virtual
from syncfile.errors import BadRequest, BytesMissing, HeadMoved, Locked, NotFound, PermissionDenied
from syncfile.store.object_store import ObjectMissing
from syncfile.store.objects import Commit

_MAX_DESCRIBED = 1000
#: Whether a commit is between a head and the pushed commit's base, or was merged there.
_LANDED = (
    "WITH RECURSIVE chain(id, parent_id, second_parent_id) AS ("
    "SELECT id, parent_id, second_parent_id FROM commits WHERE repo_id = ? AND id = ?"
    " UNION ALL SELECT commits.id, commits.parent_id, commits.second_parent_id FROM chain JOIN commits"
    " ON commits.repo_id = ? AND commits.id = chain.parent_id WHERE chain.id <> ?"
    ") SELECT 1 FROM chain WHERE id = ? OR second_parent_id = ? LIMIT 1"
)


def push(core: Core, actor: Actor, repo_id: str, commit_id: str) -> None:
    """Make a commit that was saved before the head of its library, or merge it into the head.

    Pushing what is part of the head already changes nothing, so that a client may repeat it.

    Raises:
        BytesMissing: The commit was not saved.
        BadRequest: Its parent was not saved, or what it brings is malformed (``push_check.check_new``).
        BlocksMissing: Blocks have to be sent again.
        PermissionDenied: The actor may not write, or the commit changes what only the library's owner may.
        Locked: Somebody else has locked what would change.
        QuotaFull, TooLarge, Busy, HeadMoved, DiskFull, StoreUnavailable: Nothing was changed.
        RepoGone, NotFound: As ``require_synced``.
    """
    store_id = require_synced(core, actor, repo_id, WRITE).store_id
    core.folder.check()
    with core.locks.hold(store_id):
        for _ in range(heads.ATTEMPTS):
            repo = require_synced(core, actor, repo_id, WRITE)
            repo = replace(repo, head_id=current_head_id(core, repo))
            commit = core.objects.find_commit(repo.id, commit_id)
            if commit is None:
                raise BytesMissing("the commit was not sent")
            if _has_landed(core, repo, commit):
                return
            try:
                return _Push(core, actor, repo, commit).run()
            except HeadMoved:  # by another process: the lock keeps out only the threads of this one
                continue
    raise HeadMoved("the library is being changed by others")


def _has_landed(core: Core, repo: RepoInfo, commit: Commit) -> bool:
    if commit.parent_id == repo.head_id:
        return False
    wanted = (repo.id, repo.head_id, repo.id, commit.parent_id or "", commit.id, commit.id)
    return core.db.row(_LANDED, *wanted) is not None


class _Push:
    """One commit on its way to the head of ``repo``, which was read under the library's lock."""

    def __init__(self, core: Core, actor: Actor, repo: RepoInfo, commit: Commit) -> None:
        self.core = core
        self.actor = actor
        self.repo = repo
        self.commit = commit
        self.trees = Trees(core.objects, repo.store_id)

    def run(self) -> None:
        base = self.core.objects.find_commit(self.repo.id, self.commit.parent_id or "")
        if base is None:
            raise BadRequest("the parent of the commit is not there")
        is_next = self.commit.parent_id == self.repo.head_id
        check_new(self.core, self.repo, self.trees, base.root_id, self.commit.root_id, trusted=is_next)
        if not is_next:
            self._land(self._merged(base))
        elif _facts(self.commit) == _facts(base):
            self._land(self.commit)
        else:
            self._land_with_facts(base)

    def _merged(self, base: Commit) -> Commit:
        """Return the commit that joins the head and the pushed one."""
        head_root_id = heads.root_of(self.core, self.repo)
        try:
            merged = merge_trees(self.trees, base.root_id, head_root_id, self.commit.root_id, self.actor.username)
        except ObjectMissing:
            raise BadRequest("the parent of the commit has objects that are not there") from None
        message = messages.MERGED
        if merged.has_conflict:
            items = differences(self.trees, head_root_id, merged.root_id)()
            message = describe(islice(items, _MAX_DESCRIBED))
        commit = heads.new_commit(self.core, self.repo, merged.root_id, self.actor.username, message)
        return replace(commit, second_parent_id=self.commit.id, new_merge=1, conflict=int(merged.has_conflict))

    def _land(self, commit: Commit) -> None:
        if self.repo.is_virtual:
            self._land_virtual(commit)
        else:
            # A client's own commit is stored already, to the byte: here its author is the one who is known.
            signed = replace(commit, creator_name=self.actor.username)
            heads.advance(self.core, self.repo, self.trees, signed, self.actor)

    def _land_with_facts(self, base: Commit) -> None:
        """Take over what the commit says of the library as a whole, if its owner says it."""
        commit, repo = self.commit, self.repo
        if self.actor.account_id != repo.owner_id or repo.is_virtual:
            raise PermissionDenied("only the owner of the library may change its name, description or password")
        if (commit.encrypted, commit.enc_version) != (base.encrypted, base.enc_version):
            raise BadRequest("a library cannot be encrypted or decrypted as a whole")
        clean_name(commit.repo_name)
        with self.core.db.transaction():
            self._land(commit)
            self.core.db.rows(
                'UPDATE repo SET name = ?, "desc" = ?, magic = ?, random_key = ?, salt = ? WHERE id = ?',
                *(commit.repo_name, commit.repo_desc, commit.magic, commit.key, commit.salt, repo.id),
            )
        if commit.magic != base.magic:
            self.core.keys.forget(repo)

    def _land_virtual(self, commit: Commit) -> None:
        """Put the new state in the place of the origin's directory, and the commit at the virtual library's head."""
        core, repo = self.core, self.repo
        with core.db.transaction():
            origin = find_repo(core.db, repo.store_id)
            if origin is None or current_head_id(core, repo) != repo.head_id:
                raise HeadMoved("the library changed meanwhile")
            root_id = heads.root_of(core, origin)
            new_root_id = _graft(self.trees, root_id, repo.prefix, commit.root_id)
            if new_root_id != root_id:
                landing = heads.new_commit(core, origin, new_root_id, self.actor.username, commit.description)
                try:
                    heads.advance(core, origin, self.trees, landing, self.actor)
                except Locked as error:
                    raise Locked(error.message, path=str(error.facts["path"]).removeprefix(repo.prefix)) from None
            move_virtual(core, repo, commit)


def _facts(commit: Commit) -> tuple[object, ...]:
    """Return what a commit says of its library as a whole."""
    encryption = (commit.encrypted, commit.enc_version, commit.magic, commit.key, commit.salt)
    return commit.repo_name, commit.repo_desc, *encryption


def _graft(trees: Trees, root_id: str, path: str, dir_id: str) -> str:
    """Return the id of the root after the directory at ``path``, "" for the root itself, became another one."""
    names = components(path)
    parents = []
    parent_id = root_id
    for name in names:
        parents.append(trees.open(parent_id))
        entry = parents[-1].get(name)
        if entry is None:
            raise NotFound("the shared folder is not there")
        parent_id = entry.id
    for parent, name in zip(reversed(parents), reversed(names), strict=True):
        entry = parent.get(name)
        assert entry is not None
        dir_id = trees.keep(parent.with_(replace(entry, id=dir_id)))
    return dir_id
