"""What the rows of the matrix are about: a library and a group, the people around them, and things to use up."""

from contextlib import suppress
from functools import cached_property
from itertools import count
from urllib.parse import quote

from syncfile.core import (
    app_passwords,
    encrypted,
    entries,
    groups,
    links,
    locking,
    ownership,
    shares,
    tokens,
    totp,
    users,
)
from syncfile.core.access import READ, require
from syncfile.core.core import Core
from syncfile.errors import AlreadyExists
from tests.conftest import Answer, Client
from tests.rest.forms import path_of
from tests.rest.people import PASSWORD, ROOT, join

#: What stands for no thing at all, in the place of every thing that strangers must not learn of.
ABSENT: dict[str, str] = {
    **dict.fromkeys(("repo", "own_repo", "secret", "locked", "virtual"), "00000000-0000-4000-8000-000000000000"),
    **dict.fromkeys(("group", "own_group", "owner_id", "victim_id", "member_id", "manager_id"), "999999"),
    **dict.fromkeys(("owners_device", "owners_app", "own_link", "dead_link", "folder_link"), "0" * 16),
    **dict.fromkeys(("dead_download", "download", "upload"), "00000000-0000-4000-8000-000000000000"),
    **dict.fromkeys(("commit", "removal"), "0" * 40),
    **dict.fromkeys(("file", "own_file", "owners_file", "writers_file", "folder", "own_folder"), "/absent"),
}
#: After the name of an account: a program of it, with an app password.
PROGRAM = "'s program"


class World:
    """Has the things that stand in braces in the matrix, each under its name.

    What is ``new`` or begins with ``own_`` is made whenever it is asked for; so is all that a request uses up.
    """

    def __init__(self, core: Core, client: Client) -> None:
        self.core = core
        self._client = client
        self._numbers = count(1)
        names = ("stranger", "reader", "member", "writer", "manager", "owner", "revoked", "inactive")
        self._people = {name: join(core, client, name) for name in names}
        self._app_passwords: dict[str, str] = {}
        self._people["admin"] = join(core, client, "admin", is_staff=True)
        self._owner = self._people["owner"]
        self.password = quote(PASSWORD)
        self.group = self.own_group
        self.repo = self._shared(self._owner.repo_id)
        self.totp_secret = totp.new_secret()
        self.file, self.folder = "/a.txt", "/folder"
        self._owner.put(self.file, b"a")
        self._owner.put("/folder/a.txt", b"a")
        self.commit = require(core.db, self._owner.actor, self.repo, READ).head_id
        self._revoked_token = self._token("revoked")
        tokens.revoke_all(core, self._people["revoked"].id)
        users.update_account(core, ROOT, self._people["inactive"].id, is_active=False)

    def thing(self, name: str, caller: str) -> str:
        """Return what a name in braces stands for in a request of a caller."""
        if name.startswith("my_"):
            person = self._people.get(caller.removesuffix(PROGRAM))
            return {
                "my_id": str(person.id if person else self._owner.id),
                "my_name": person.account.username if person else "nobody",
            }[name]
        return str(getattr(self, name))

    def client(self, caller: str) -> Client:
        """Return a client with the caller's credentials, new ones where it could sign out with them."""
        match caller:
            case "nobody":
                return self._client
            case "holder":
                return Client(self._client.port, {"Authorization": f"Token {self.download}", "Cookie": self._proof})
            case "revoked":
                return self._client.with_token(self._revoked_token)
            case _ if caller.endswith(PROGRAM):
                return self._client.with_token(self._program_token(caller.removesuffix(PROGRAM)))
            case _:
                return self._client.with_token(self._token(caller))

    # --- accounts and groups

    @cached_property
    def owner_id(self) -> int:
        return self._owner.id

    @cached_property
    def member_id(self) -> int:
        return self._people["member"].id

    @cached_property
    def manager_id(self) -> int:
        return self._people["manager"].id

    @property
    def victim_id(self) -> int:
        """Return an account that nobody misses."""
        with suppress(AlreadyExists):
            join(self.core, self._client, "victim")
        victim = users.find_account_by_name(self.core, "victim")
        assert victim is not None
        return victim.id

    @property
    def owners_device(self) -> str:
        token_id = self._token("owner")
        info = tokens.find(self.core, "login", token_id)
        assert info is not None
        return info.token_hash[: tokens.ID_CHARS]

    @property
    def owners_app(self) -> str:
        return app_passwords.create(self.core, self._owner.actor, self.new)[0].id

    @property
    def totp_code(self) -> str:
        return totp.code_at(self.totp_secret, totp.step_at(self.core.clock()))

    @property
    def own_group(self) -> int:
        group = groups.create_group(self.core, self._owner.actor, self.new)
        for name in ("member", "manager"):
            groups.add_member(self.core, self._owner.actor, group.id, name)
        groups.appoint(self.core, self._owner.actor, group.id, self.manager_id, is_admin=True)
        return group.id

    # --- libraries

    @property
    def own_repo(self) -> str:
        """Return a library that is shared as ``repo`` is; ``/gone.txt`` was removed from it."""
        repo_id = ownership.add_repo(self.core, self._owner.actor, self.new).id
        entries.add_empty_file(self.core, self._owner.actor, repo_id, "/gone.txt")
        entries.remove(self.core, self._owner.actor, repo_id, "/gone.txt", is_dir=False)
        self.removal = require(self.core.db, self._owner.actor, repo_id, READ).head_id
        return self._shared(repo_id)

    @cached_property
    def secret(self) -> str:
        return self._shared(self._encrypted())

    @cached_property
    def locked(self) -> str:
        """Return an encrypted library that nobody has unlocked."""
        repo_id = self._shared(self._encrypted())
        self.core.keys.forget(require(self.core.db, self._owner.actor, repo_id, READ))
        return repo_id

    @cached_property
    def public(self) -> str:
        return self._public("r")

    @cached_property
    def public_rw(self) -> str:
        return self._public("rw")

    @cached_property
    def virtual(self) -> str:
        """Return the library by which reader and writer have a folder."""
        for name, permission in (("reader", "r"), ("writer", "rw")):
            wanted: shares.Permission = "rw" if permission == "rw" else "r"
            share = shares.share_dir(self.core, self._owner.actor, self.repo, self.folder, self._to(name), wanted)
        return share.repo.id

    # --- files and folders of ``repo``

    @property
    def new(self) -> str:
        return f"new-{next(self._numbers)}"

    @property
    def new_path(self) -> str:
        return f"/{self.new}"

    @property
    def own_folder(self) -> str:
        path = self.new_path
        entries.make_dir(self.core, self._owner.actor, self.repo, path)
        return path

    @property
    def own_file(self) -> str:
        path = self.new_path
        entries.add_empty_file(self.core, self._owner.actor, self.repo, path)
        return path

    @property
    def owners_file(self) -> str:
        return self._locked_by("owner")

    @property
    def writers_file(self) -> str:
        return self._locked_by("writer")

    # --- links

    @property
    def download(self) -> str:
        return self._transfer(self._client.with_token(self._token("owner")), "files/download", self.file)

    @property
    def archive(self) -> str:
        return self._transfer(self._client.with_token(self._token("owner")), "dirs/download", self.folder)

    @property
    def upload(self) -> str:
        return self._transfer(self._client.with_token(self._token("owner")), "files/upload", self.folder)

    @cached_property
    def dead_download(self) -> str:
        """Return a link that was asked for with a token which was revoked since."""
        client = self._client.with_token(self._token("owner"))
        link = self._transfer(client, "files/download", self.file)
        assert client.delete("/v1/auth/").status == 204
        return link

    @property
    def own_link(self) -> str:
        return self._link("d", self.folder)

    @cached_property
    def file_link(self) -> str:
        return self._link("f", self.file)

    @cached_property
    def folder_link(self) -> str:
        return self._link("d", self.folder)

    @cached_property
    def upload_link(self) -> str:
        return self._link("u", self.folder)

    @cached_property
    def locked_link(self) -> str:
        return self._link("d", self.folder, PASSWORD)

    @cached_property
    def dead_link(self) -> str:
        """Return a link to a file that is gone."""
        path = self.own_file
        link = self._link("f", path)
        entries.remove(self.core, self._owner.actor, self.repo, path, is_dir=False)
        return link

    @cached_property
    def _proof(self) -> str:
        answer = self._client.post(f"/d/{self.locked_link}/", form={"password": PASSWORD})
        return answer.headers["set-cookie"].partition(";")[0]

    # --- how they are made

    def _token(self, name: str) -> str:
        return tokens.issue(self.core, "login", self._people[name].id, lifetime=None)

    def _program_token(self, name: str) -> str:
        """Return the token of a program that signed in with an app password."""
        person = self._people[name]
        signed = app_passwords.sign_in(self.core, person.id, self._app_passwords.get(name, ""), "")
        if signed is None:  # none yet, or a request has signed everything out
            self._app_passwords[name] = app_passwords.create(self.core, person.actor, "program")[1]
            signed = app_passwords.sign_in(self.core, person.id, self._app_passwords[name], "")
        assert signed is not None
        return tokens.issue(self.core, "login", person.id, lifetime=None, parent_hash=signed.app_hash)

    def _to(self, name: str) -> shares.Receiver:
        return shares.account_receiver(self.core, name)

    def _shared(self, repo_id: str) -> str:
        """Share a library as the columns of the matrix want it; the last two could write, had they credentials."""
        group = shares.group_receiver(self.core, self._owner.actor, self.group)
        shares.share_repo(self.core, self._owner.actor, repo_id, group, "r")
        shares.share_repo(self.core, self._owner.actor, repo_id, self._to("reader"), "r")
        for name in ("writer", "revoked", "inactive"):
            shares.share_repo(self.core, self._owner.actor, repo_id, self._to(name), "rw")
        return repo_id

    def _encrypted(self) -> str:
        return encrypted.create_encrypted(self.core, self._owner.actor, self.new, "", PASSWORD, 2).id

    def _public(self, permission: str) -> str:
        repo = ownership.add_repo(self.core, self._owner.actor, self.new, public=permission)
        entries.add_empty_file(self.core, self._owner.actor, repo.id, "/a.txt")
        return repo.id

    def _locked_by(self, name: str) -> str:
        path = self.own_file
        locking.lock_file(self.core, self._people[name].actor, self.repo, path)
        return path

    def _transfer(self, client: Client, noun: str, path: str) -> str:
        answer: Answer = client.get(f"/v1/repos/{self.repo}/{noun}/", query={"p": path})
        return path_of(answer.json).split("/")[2]

    def _link(self, kind: links.Kind, path: str, password: str | None = None) -> str:
        return links.create_link(self.core, self._owner.actor, self.repo, path, kind, password=password).token
