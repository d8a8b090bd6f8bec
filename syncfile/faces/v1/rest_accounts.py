"""Accounts: making, listing, changing and deleting them."""

from typing import Annotated, TypedDict

from syncfile.core import users
from syncfile.core.access import require_account
from syncfile.faces.http import Call
from syncfile.faces.v1.asked import Limit, Start
from syncfile.faces.v1.face import caller, face


class Account(TypedDict):
    """An account as its owner and administrators see it."""

    id: int
    username: str
    email: str
    is_active: bool
    is_staff: Annotated[bool, "An administrator of the server"]
    two_step: Annotated[bool, "Signing in takes a code after the password"]
    usage: Annotated[int, "Bytes in its libraries"]
    total: Annotated[int, "Quota, bytes; 0 is no limit"]
    ctime: Annotated[int, "When it was made, microseconds"]


def account_answer(account: users.Account) -> Account:
    """Return an account as it is shown."""
    return {
        "id": account.id,
        "username": account.username,
        "email": account.email,
        "is_active": account.is_active,
        "is_staff": account.is_staff,
        "two_step": account.has_two_step,
        "usage": account.usage,
        "total": account.total,
        "ctime": account.ctime_us,
    }


@face.route("POST", "/v1/accounts/", status=201, auth="none")
def create_account(call: Call, username: str, password: str, email: str) -> Account:
    """Make an account; who may is set by ``registration``, administrators always may."""
    return account_answer(users.register(call.core, caller(call), username, email, password))


@face.route("GET", "/v1/accounts/")
def list_accounts(
    call: Call,
    start: Start = 0,
    limit: Limit = 100,
) -> list[Account]:
    """List all accounts by age; for administrators."""
    return [account_answer(account) for account in users.list_accounts(call.core, call.actor, start, limit)]


@face.route("GET", "/v1/account/")
def get_own_account(call: Call) -> Account:
    """Return the caller's own account."""
    return account_answer(users.get_account(call.core, call.actor, require_account(call.actor)))


@face.route("GET", "/v1/accounts/<id>/")
def get_account(call: Call, id: int) -> Account:
    """Return one account."""
    return account_answer(users.get_account(call.core, call.actor, id))


@face.route("PUT", "/v1/accounts/<id>/")
def update_account(
    call: Call,
    id: int,
    password: Annotated[str | None, "A new one signs out everything else"] = None,
    old_password: Annotated[str | None, "For a new password or e-mail address of one's own"] = None,
    email: str | None = None,
    total: Annotated[int | None, "Quota, bytes, 0 for no limit; for administrators"] = None,
    is_active: Annotated[bool | None, "Whether it may sign in; for administrators"] = None,
    is_staff: Annotated[bool | None, "Whether it is an administrator; for administrators"] = None,
) -> Account:
    """Change what is given, all of it or nothing."""
    changed = users.update_account(
        call.core,
        call.actor,
        id,
        email=email,
        password=password,
        old_password=old_password,
        total=total,
        is_active=is_active,
        is_staff=is_staff,
    )
    return account_answer(changed)


@face.route("DELETE", "/v1/accounts/<id>/", status=204)
def delete_account(call: Call, id: int) -> None:
    """Delete an account with its libraries, groups, shares and links; for administrators."""
    users.delete_account(call.core, call.actor, id)
