"""Groups of people who share libraries among each other. Only its members know of a group."""

from dataclasses import dataclass

from syncfile.core import audit, removal, users
from syncfile.core.access import (
    Actor,
    require_account,
    require_group_admin,
    require_group_owner,
    require_member,
)
from syncfile.core.core import Core
from syncfile.core.notifications import notify
from syncfile.core.texts import clean_label
from syncfile.errors import AlreadyExists, BadRequest, NotFound, PermissionDenied, SyncFileError

MAX_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Group:
    """A group as its members see it.

    Attributes:
        owner: Name of the account.
        created_at: Seconds.
        admins: Names of the accounts that may add and remove members, the owner among them.
    """

    id: int
    name: str
    owner: str
    created_at: int
    admins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Membership:
    """An account in a group; ``is_admin`` is true of the owner as well."""

    group_id: int
    account_id: int
    username: str
    email: str
    is_admin: bool


_GROUPS = (
    "SELECT groups.id, groups.name, owner.username, groups.created_at FROM groups"
    " JOIN account owner ON owner.id = groups.owner_id"
    " JOIN member ON member.group_id = groups.id AND member.account_id = ?"
)
_MEMBERS = (
    "SELECT member.group_id, member.account_id, account.username, account.email, member.is_admin FROM member"
    " JOIN account ON account.id = member.account_id WHERE member.group_id = ?"
)


def create_group(core: Core, actor: Actor, name: str) -> Group:
    """Make a group that the actor owns and is the only member of. Raises ``BadRequest`` for a bad name."""
    account_id, name = require_account(actor), clean_label(name, "group_name")
    with core.db.transaction():
        (group_id,) = core.db.row(
            "INSERT INTO groups (name, owner_id, created_at) VALUES (?, ?, ?) RETURNING id",
            name,
            account_id,
            core.now(),
        )
        _put_member(core, group_id, account_id, is_admin=True)
        audit.record(core, actor, "group_create", name, group_id=group_id)
    return get_group(core, actor, group_id)


def list_groups(core: Core, actor: Actor) -> list[Group]:
    """Return the groups that the actor is in, oldest first."""
    return [_group(core, row) for row in core.db.rows(_GROUPS + " ORDER BY groups.id", require_account(actor))]


def get_group(core: Core, actor: Actor, group_id: int) -> Group:
    """Return a group. Raises ``NotFound`` unless the actor is in it."""
    require_member(core.db, actor, group_id)
    return _group(core, core.db.row(_GROUPS + " WHERE groups.id = ?", actor.account_id, group_id))


def rename_group(core: Core, actor: Actor, group_id: int, name: str) -> Group:
    """Give the actor's group another name. Raises ``NotFound``, ``PermissionDenied``, ``BadRequest``."""
    name = clean_label(name, "new_name")
    with core.db.transaction():
        require_group_owner(core.db, actor, group_id)
        audit.record(core, actor, "group_rename", name, group_id=group_id)
        core.db.rows("UPDATE groups SET name = ? WHERE id = ?", name, group_id)
    return get_group(core, actor, group_id)


def transfer_group(core: Core, actor: Actor, group_id: int, username: str) -> Group:
    """Make another account the owner of the actor's group, and a member first where need be.

    The former owner stays as an administrator of the group.

    Raises:
        NotFound: There is no such group for the actor, or no account of that name.
        PermissionDenied: The actor is not the owner.
    """
    with core.db.transaction():
        require_group_owner(core.db, actor, group_id)
        account = _account(core, username)
        _put_member(core, group_id, account.id, is_admin=True)
        core.db.rows("UPDATE groups SET owner_id = ? WHERE id = ?", account.id, group_id)
        group = get_group(core, actor, group_id)
        content = f'{actor.username} made you the owner of the group "{group.name}".'
        notify(core, [account.id], "group_transfer", actor, content, group_id=group_id, name=group.name)
        audit.record(core, actor, "group_transfer", group.name, group_id=group_id, to=account.username)
    return group


def delete_group(core: Core, actor: Actor, group_id: int) -> None:
    """Delete the actor's group and take from it what was shared with it. Raises ``NotFound``, ``PermissionDenied``."""
    with core.db.transaction():
        require_group_owner(core.db, actor, group_id)
        audit.record(core, actor, "group_delete", get_group(core, actor, group_id).name, group_id=group_id)
        removal.drop_group(core.db, group_id, core.now())


def list_members(core: Core, actor: Actor, group_id: int) -> list[Membership]:
    """Return who is in a group, by age of the account. Raises ``NotFound`` unless the actor is."""
    require_member(core.db, actor, group_id)
    return [_membership(row) for row in core.db.rows(_MEMBERS + " ORDER BY account.id", group_id)]


def get_member(core: Core, actor: Actor, group_id: int, account_id: int) -> Membership:
    """Return one member. Raises ``NotFound`` if that account is not in the group, or the actor is not."""
    require_member(core.db, actor, group_id)
    return _member(core, group_id, account_id)


def add_member(core: Core, actor: Actor, group_id: int, username: str) -> Membership:
    """Add an account to a group.

    Raises:
        NotFound: There is no such group for the actor, or no account of that name.
        PermissionDenied: The actor is no administrator of the group.
        AlreadyExists: The account is in it.
    """
    with core.db.transaction():
        require_group_admin(core.db, actor, group_id)
        account = _account(core, username)
        if core.db.row("SELECT 1 FROM member WHERE group_id = ? AND account_id = ?", group_id, account.id):
            raise AlreadyExists(f"User {account.username} is a member already.")
        _put_member(core, group_id, account.id, is_admin=False)
        name = get_group(core, actor, group_id).name
        content = f'{actor.username} added you to the group "{name}".'
        notify(core, [account.id], "group_join", actor, content, group_id=group_id, name=name)
        audit.record(core, actor, "group_member_add", name, group_id=group_id, member=account.username)
    return _member(core, group_id, account.id)


def add_members(
    core: Core, actor: Actor, group_id: int, usernames: list[str]
) -> tuple[list[Membership], list[tuple[str, str]]]:
    """Add many accounts, each for itself.

    Returns:
        Those that were added, and for each of the others its name and why not.

    Raises:
        NotFound, PermissionDenied: As ``add_member``, if they are about the group.
        BadRequest: They are more than ``MAX_BATCH``.
    """
    require_group_admin(core.db, actor, group_id)
    if len(usernames) > MAX_BATCH:
        raise BadRequest(f"the parameter targets must not name more than {MAX_BATCH}", parameter="targets")
    added, failed = [], []
    with core.db.transaction():
        for username in usernames:
            try:
                added.append(add_member(core, actor, group_id, username))
            except SyncFileError as error:
                failed.append((username, error.message))
    return added, failed


def appoint(core: Core, actor: Actor, group_id: int, account_id: int, *, is_admin: bool) -> Membership:
    """Make a member of the actor's group an administrator of it, or an administrator a plain member.

    Raises:
        NotFound: There is no such group or member.
        PermissionDenied: The actor is not the owner, or would demote the owner.
    """
    with core.db.transaction():
        role = require_group_owner(core.db, actor, group_id)
        member = _member(core, group_id, account_id).username
        if account_id == role.owner_id and not is_admin:
            raise PermissionDenied("the owner of a group is always an administrator of it")
        _put_member(core, group_id, account_id, is_admin=is_admin)
        name = get_group(core, actor, group_id).name
        audit.record(core, actor, "group_appoint", name, group_id=group_id, member=member, is_admin=is_admin)
    return _member(core, group_id, account_id)


def remove_member(core: Core, actor: Actor, group_id: int, account_id: int) -> None:
    """Take an account out of a group, and from the group what it shared there. Anybody may leave.

    Raises:
        NotFound: There is no such group or member.
        PermissionDenied: The actor is no administrator of the group, or the owner would go.
    """
    with core.db.transaction():
        role = require_member(core.db, actor, group_id)
        if account_id != actor.account_id:
            require_group_admin(core.db, actor, group_id)
        member = _member(core, group_id, account_id).username
        if account_id == role.owner_id:
            raise PermissionDenied("the owner cannot leave a group, but transfer or delete it")
        name = get_group(core, actor, group_id).name
        content = f'{actor.username} removed you from the group "{name}".'
        notify(core, [account_id], "group_remove", actor, content, group_id=group_id, name=name)
        removal.drop_member(core.db, group_id, account_id, core.now())
        audit.record(core, actor, "group_member_remove", name, group_id=group_id, member=member)


def _group(core: Core, row: tuple[int, str, str, int]) -> Group:
    admins = core.db.rows(_MEMBERS + " AND member.is_admin = ? ORDER BY account.id", row[0], True)
    return Group(*row, tuple(_membership(admin).username for admin in admins))


def _membership(row: tuple[int, int, str, str, int]) -> Membership:
    return Membership(*row[:4], is_admin=bool(row[4]))


def _member(core: Core, group_id: int, account_id: int) -> Membership:
    row = core.db.row(_MEMBERS + " AND member.account_id = ?", group_id, account_id)
    if row is None:
        raise NotFound("there is no such member")
    return _membership(row)


def _put_member(core: Core, group_id: int, account_id: int, *, is_admin: bool) -> None:
    core.db.rows(
        "INSERT INTO member (group_id, account_id, is_admin) VALUES (?, ?, ?)"
        " ON CONFLICT (group_id, account_id) DO UPDATE SET is_admin = excluded.is_admin",
        *(group_id, account_id, is_admin),
    )


def _account(core: Core, username: str) -> users.Account:
    account = users.find_account_by_name(core, username)
    if account is None:
        raise NotFound(f"User {username} is not exist.")
    return account
