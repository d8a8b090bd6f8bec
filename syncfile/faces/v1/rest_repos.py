"""Libraries: listing, making, changing, giving away and deleting them."""

from typing import Annotated, Literal, TypedDict

from syncfile.core import access, encrypted, ownership
from syncfile.core.access import RepoInfo
from syncfile.core.encrypted import DEFAULT_VERSION
from syncfile.faces.http import Between, Call
from syncfile.faces.v1.asked import given
from syncfile.faces.v1.face import face

_Password = Annotated[str, "Encrypts the library; it is not kept"]
_Version = Annotated[int, "Of the encryption: 2 or 4"]


class Repo(TypedDict):
    """A library as the caller sees it."""

    id: str
    name: str
    desc: str
    permission: Annotated[Literal["r", "rw"], "What the caller may do in it"]
    encrypted: bool
    unlocked: Annotated[bool, "The caller may read its files now, without a password"]
    mtime: Annotated[int, "Of the last change, seconds"]
    owner: Annotated[str, "User name"]
    size: Annotated[int, "Bytes of all files"]
    file_count: int
    is_virtual: Annotated[bool, "A shared folder of another library"]
    public: Annotated[Literal["", "r", "rw"], "What every account may do in it"]
    history_days: Annotated[int, "How long history is kept: -1 for ever, 0 not at all"]


def repo_answer(call: Call, repo: RepoInfo) -> Repo:
    """Return a library as it is shown to the caller."""
    size, file_count = ownership.totals_of(call.core, repo)
    return {
        "id": repo.id,
        "name": repo.name,
        "desc": repo.desc,
        "permission": "rw" if repo.permission == access.WRITE else "r",
        "encrypted": repo.is_encrypted,
        "unlocked": call.core.keys.has(repo, call.actor),
        "mtime": repo.mtime,
        "owner": repo.owner,
        "size": size,
        "file_count": file_count,
        "is_virtual": repo.is_virtual,
        "public": _PUBLIC[repo.public],
        "history_days": repo.history_days,
    }


_PUBLIC: dict[str, Literal["", "r", "rw"]] = {"": "", access.READ: "r", access.WRITE: "rw"}


@face.route("GET", "/v1/repos/")
def list_repos(call: Call) -> list[Repo]:
    """List every library that the caller may read, last changed first."""
    return [repo_answer(call, repo) for repo in access.readable_repos(call.core.db, call.actor)]


@face.route("POST", "/v1/repos/")
def create_repo(
    call: Call, name: str, desc: str = "", password: _Password = "", enc_version: _Version = DEFAULT_VERSION
) -> Repo:
    """Make a library; the caller owns it."""
    return repo_answer(call, _add(call, name, desc, password, enc_version, ""))


@face.route("GET", "/v1/repos/public/")
def list_public_repos(call: Call) -> list[Repo]:
    """List the libraries that every account may read."""
    return [repo_answer(call, repo) for repo in access.readable_repos(call.core.db, call.actor) if repo.public]


@face.route("POST", "/v1/repos/public/")
def create_public_repo(
    call: Call,
    name: str,
    permission: Annotated[Literal["r", "rw"], "What every account may do in it"] = "r",
    desc: str = "",
    password: _Password = "",
    enc_version: _Version = DEFAULT_VERSION,
) -> Repo:
    """Make a library that every account may read, or write to; the caller owns it."""
    return repo_answer(call, _add(call, name, desc, password, enc_version, permission))


def _add(call: Call, name: str, desc: str, password: str, version: int, public: str) -> RepoInfo:
    if password:
        return encrypted.create_encrypted(call.core, call.actor, name, desc, password, version, public=public)
    return ownership.add_repo(call.core, call.actor, name, desc, public=public)


@face.route("GET", "/v1/repos/<repo_id>/")
def get_repo(call: Call, repo_id: str) -> Repo:
    """Return one library."""
    return repo_answer(call, access.require(call.core.db, call.actor, repo_id, access.READ))


@face.route("PUT", "/v1/repos/<repo_id>/")
def update_repo(
    call: Call,
    repo_id: str,
    name: str | None = None,
    desc: str | None = None,
    history_days: Annotated[
        int | None,
        "How long history is kept: -1 for ever, 0 not at all",
        Between(ownership.KEEP_ALL, ownership.MAX_HISTORY_DAYS),
    ] = None,
) -> Repo:
    """Change a library's name, description or the time that its history is kept; for its owner."""
    repo = ownership.update_repo(call.core, call.actor, repo_id, name=name, desc=desc, history_days=history_days)
    return repo_answer(call, repo)


@face.route("DELETE", "/v1/repos/<repo_id>/", status=204)
def delete_repo(call: Call, repo_id: str) -> None:
    """Delete a library; for its owner."""
    ownership.delete_repo(call.core, call.actor, repo_id)


@face.route("POST", "/v1/repos/<repo_id>/action")
def change_repo(
    call: Call,
    repo_id: str,
    action: Literal["transfer", "setpassword", "changepassword"],
    owner: Annotated[str | None, "For transfer: user name of the new owner"] = None,
    password: Annotated[str | None, "For setpassword: of the encrypted library"] = None,
    old_password: Annotated[str | None, "For changepassword"] = None,
    new_password: Annotated[str | None, "For changepassword"] = None,
) -> None:
    """Unlock an encrypted library for an hour of use; or, as its owner, change its password or give it away."""
    core, actor = call.core, call.actor
    match action:
        case "transfer":
            ownership.transfer_repo(core, actor, repo_id, given(owner, "owner"))
        case "setpassword":
            encrypted.unlock(core, actor, repo_id, given(password, "password"))
        case "changepassword":
            old, new = given(old_password, "old_password"), given(new_password, "new_password")
            encrypted.change_password(core, actor, repo_id, old, new)
