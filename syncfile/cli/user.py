"""Add, list and delete accounts, turn two-step sign-in off, set passwords (asked for, or read from standard input).

Exit codes: 0 done, 1 refused (no such account, name taken, unusable password), 2 the data folder cannot be used.
"""

import argparse
import os
import sys
from collections.abc import Callable

from syncfile import config
from syncfile.cli.opening import OPERATOR, with_core
from syncfile.core import two_step, users
from syncfile.core.core import Core
from syncfile.errors import BadRequest, NotFound


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add one sub-command for each operation."""
    config.add_arguments(parser, ["data"])
    operations = parser.add_subparsers(required=True, metavar="OPERATION")

    def add_operation(name: str, run: Callable[[Core, argparse.Namespace], None], help: str) -> argparse.ArgumentParser:
        # Settings may stand before or after the operation; what is not there must not hide what was before.
        added = operations.add_parser(name, help=help, argument_default=argparse.SUPPRESS)
        config.add_arguments(added, ["data"])
        added.set_defaults(operation=run)
        return added

    add = add_operation("add", _add, "make an account; the password is asked for, or read from a pipe")
    add.add_argument("name")
    add.add_argument("email")
    add.add_argument("--admin", action="store_true", default=False, help="make it an administrator")
    passwd = add_operation("passwd", _passwd, "set a password, and sign the account out everywhere")
    passwd.add_argument("name")
    two_step_off = add_operation("two-step-off", _two_step_off, "let an account sign in with its password alone again")
    two_step_off.add_argument("name")
    add_operation("list", _list, "print all accounts, fields separated by tabs")
    delete = add_operation("delete", _delete, "delete an account with its libraries")
    delete.add_argument("name")


def run(arguments: argparse.Namespace) -> int:
    """Do one operation."""

    def work(core: Core) -> int:
        arguments.operation(core, arguments)
        return 0

    return with_core(arguments, work)


def _add(core: Core, arguments: argparse.Namespace) -> None:
    account = users.register(core, OPERATOR, arguments.name, arguments.email, _read_password())
    if arguments.admin:
        users.update_account(core, OPERATOR, account.id, is_staff=True)


def _passwd(core: Core, arguments: argparse.Namespace) -> None:
    users.update_account(core, OPERATOR, _find(core, arguments.name).id, password=_read_password())


def _two_step_off(core: Core, arguments: argparse.Namespace) -> None:
    two_step.turn_off_for(core, OPERATOR, _find(core, arguments.name).id)


def _list(core: Core, _arguments: argparse.Namespace) -> None:
    print("id", "name", "email", "role", "state", "used", "quota", sep="\t")
    start = 0
    while accounts := users.list_accounts(core, OPERATOR, start):
        for account in accounts:
            role = "admin" if account.is_staff else "user"
            state = "active" if account.is_active else "inactive"
            print(account.id, account.username, account.email, role, state, account.usage, account.total, sep="\t")
        start += len(accounts)


def _delete(core: Core, arguments: argparse.Namespace) -> None:
    users.delete_account(core, OPERATOR, _find(core, arguments.name).id)


def _find(core: Core, name: str) -> users.Account:
    account = users.find_account_by_name(core, name)
    if account is None:
        raise NotFound(f"there is no account {name}")
    return account


def _read_password() -> str:
    """Ask for a password, or take the environment's or the first line of what is piped in."""
    if given := os.environ.get("SYNCFILE_PASSWORD"):
        return given
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    from getpass import getpass

    password = getpass("Password: ")
    if getpass("Again: ") != password:
        raise BadRequest("the two passwords differ")
    return password
