"""Every fault that a store can have, each planted on its own."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from syncfile.core import shares
from syncfile.core.access import Actor
from syncfile.core.core import Core
from syncfile.core.repos import create_repo, edit_repo
from syncfile.core.virtual_heads import current_head_id
from syncfile.store.chunker import NewFile
from syncfile.store.objects import EMPTY_ID, Dirent, File
from tests.core.accounts import actor_of, add
from tests.core.content import commits_of, current, put, snapshot_of

LARGE = b"l" * 40_000  # one block, a file of its own
OTHER_LARGE = b"m" * 40_000
PATHS = {"/large": LARGE, "/other": OTHER_LARGE, "/small": b"small", "/tiny": b"tinyy"}
OLD = b"o" * 50_000


@dataclass
class World:
    """A library with something of everything, and the means to spoil it."""

    core: Core
    ann: Actor
    repo_id: str

    def sql(self, sql: str, *params: object) -> None:
        with self.core.db.transaction():
            self.core.db.rows(sql, *params)

    def id_of(self, path: str) -> str:
        return self.entry(path).id

    def entry(self, path: str) -> Dirent:
        return snapshot_of(self.core, next(commits_of(self.core, self.repo_id))).get(path)

    def block_id(self, path: str) -> str:
        return self.core.objects.get_file(self.repo_id, self.id_of(path)).block_ids[0]

    def commit_id(self, age: int) -> str:
        return list(commits_of(self.core, self.repo_id))[age].id

    def pages(self, path: str) -> list[str]:
        return self.core.objects.stored_ids(self.repo_id, self.id_of(path))[1:]

    def body(self, table: str, object_id: str, change: Callable[[bytes], bytes]) -> None:
        """Change the stored bytes of an object."""
        where = "WHERE repo_id = ? AND id = ?"
        (body,) = self.core.db.row(f"SELECT body FROM {table} {where}", self.repo_id, object_id)
        text = isinstance(body, str)
        new = change(body.encode() if text else body)
        self.sql(
            f"UPDATE {table} SET body = ? {where}",
            new.decode("utf-8", "replace") if text else new,
            self.repo_id,
            object_id,
        )

    def take_body(self, table: str, object_id: str, other_id: str) -> None:
        """Let an object have the bytes of another one."""
        where = "WHERE repo_id = ? AND id = ?"
        (body,) = self.core.db.row(f"SELECT body FROM {table} {where}", self.repo_id, other_id)
        self.sql(f"UPDATE {table} SET body = ? {where}", body, self.repo_id, object_id)

    def drop(self, table: str, object_id: str) -> None:
        self.sql(f"DELETE FROM {table} WHERE repo_id = ? AND id = ?", self.repo_id, object_id)

    def block_file(self, path: str) -> Path:
        block_id = self.block_id(path)
        return self.core.config.data / "blocks" / self.repo_id / block_id[:2] / block_id[2:]

    def set_repo(self, column: str, value: object) -> None:
        self.sql(f"UPDATE repo SET {column} = ? WHERE id = ?", value, self.repo_id)

    def set_index(self, name: str, column: str, value: object) -> None:
        self.sql(f"UPDATE entry SET {column} = ? WHERE repo_id = ? AND name = ?", value, self.repo_id, name)


def build(core: Core) -> World:
    ann = add(core, "ann")
    add(core, "bob")
    actor = actor_of(ann)
    repo_id = create_repo(core, ann.id, "Photos").id
    put(core, actor, repo_id, {"/old": OLD, **PATHS})
    put(core, actor, repo_id, {"/d": None, "/s": None, "/s/x": b"xx", "/t": None, "/t/y": b"yy"})
    put(core, actor, repo_id, {f"/d/{number:03}": b"same" for number in range(300)})
    put(core, actor, repo_id, {"/old": b"new"})
    return World(core, actor, repo_id)


def flip(body: bytes) -> bytes:
    middle = len(body) // 2
    return body[:middle] + bytes([body[middle] ^ 1]) + body[middle + 1 :]


def cut(body: bytes) -> bytes:
    return body[: len(body) // 2]


def cut_page(body: bytes) -> bytes:
    """Leave out the last page of a list: its 20 bytes of id, and what stands before them."""
    from syncfile.store import pages

    return pages.pack(list(pages.unpack(body))[:-1])


def wrong_size_entry(world: World) -> None:
    entry = replace(world.entry("/small"), size=6)
    with edit_repo(world.core, world.ann, world.repo_id) as edit:
        edit.put_entry("/wrong", entry)


def no_blocks_entry(world: World) -> None:
    file = NewFile(File(("1" * 40,), 5), None)
    with edit_repo(world.core, world.ann, world.repo_id) as edit:
        edit.put_file("/dangling", file)


def wrong_blocks_entry(world: World) -> None:
    file = NewFile(File((world.block_id("/small"), world.block_id("/tiny")), 9), None)
    with edit_repo(world.core, world.ann, world.repo_id) as edit:
        edit.put_file("/sum", file)


def loop(world: World) -> None:
    world.sql(
        "UPDATE commits SET parent_id = ? WHERE repo_id = ? AND id = ?",
        *(world.commit_id(1), world.repo_id, world.commit_id(3)),
    )


def virtual(world: World) -> str:
    shares.share_dir(world.core, world.ann, world.repo_id, "/s", shares.account_receiver(world.core, "bob"), "r")
    (found,) = world.core.db.row("SELECT id FROM repo WHERE origin_id = ?", world.repo_id)
    return str(found)


def virtual_damaged(world: World) -> None:
    head_id = current_head_id(world.core, current(world.core, virtual(world)))
    world.sql("UPDATE commits SET body = SUBSTR(body, 9) WHERE id = ?", head_id)


def upload(world: World) -> None:
    world.sql(
        "INSERT INTO upload_session (id, account_id, repo_id, path, total, received, block_ids, updated_at)"
        " VALUES ('u', 1, ?, '/up', 9, 9, ?, 1)",
        *(world.repo_id, "1" * 40),
    )


def commit_column(column: str, value: object) -> Callable[[World], None]:
    sql = f"UPDATE commits SET {column} = ? WHERE repo_id = ? AND id = ?"
    return lambda world: world.sql(sql, value, world.repo_id, world.commit_id(1))


def kind_of(path: str, kind: str) -> Callable[[World], None]:
    sql = "UPDATE fs_object SET kind = ? WHERE repo_id = ? AND id = ?"
    return lambda world: world.sql(sql, kind, world.repo_id, world.id_of(path))


def at_block(path: str, change: Callable[[bytes], bytes]) -> Callable[[World], None]:
    def plant(world: World) -> None:
        file = world.block_file(path)
        file.write_bytes(change(file.read_bytes()))

    return plant


#: Name, how it is planted, what is told, and the path that is told.
FAULTS: dict[str, tuple[Callable[[World], object], str, str]] = {
    "head commit flipped": (lambda w: w.body("commits", w.commit_id(0), flip), "commit", ""),
    "old commit flipped": (lambda w: w.body("commits", w.commit_id(2), flip), "commit", ""),
    "head commit missing": (lambda w: w.drop("commits", w.commit_id(0)), "commit", ""),
    "old commit missing": (lambda w: w.drop("commits", w.commit_id(3)), "commit", ""),
    "commit truncated": (lambda w: w.body("commits", w.commit_id(1), cut), "commit", ""),
    "commits swapped": (lambda w: w.take_body("commits", w.commit_id(1), w.commit_id(2)), "commit", ""),
    "commit column root_id": (commit_column("root_id", "1" * 40), "commit", ""),
    "commit column parent_id": (commit_column("parent_id", "1" * 40), "commit", ""),
    "commit column ctime": (commit_column("ctime", 7), "commit", ""),
    "commits in a loop": (loop, "commit", ""),
    "head is no commit": (lambda w: w.set_repo("head_id", "1" * 40), "commit", ""),
    "directory flipped": (lambda w: w.body("fs_object", w.id_of("/s"), flip), "directory", "/s"),
    "directory missing": (lambda w: w.drop("fs_object", w.id_of("/s")), "directory", "/s"),
    "directory truncated": (lambda w: w.body("fs_object", w.id_of("/s"), cut), "directory", "/s"),
    "directories swapped": (lambda w: w.take_body("fs_object", w.id_of("/s"), w.id_of("/t")), "directory", "/s"),
    "directory is a file": (kind_of("/s", "f"), "directory", "/s"),
    "directory is a list": (kind_of("/s", "l"), "directory", "/s"),
    "root missing": (lambda w: w.drop("fs_object", w.id_of("/")), "directory", "/"),
    "list flipped": (lambda w: w.body("fs_object", w.id_of("/d"), flip), "directory", "/d"),
    "list missing": (lambda w: w.drop("fs_object", w.id_of("/d")), "directory", "/d"),
    "list truncated": (lambda w: w.body("fs_object", w.id_of("/d"), cut), "directory", "/d"),
    "list lacks a page": (lambda w: w.body("fs_object", w.id_of("/d"), cut_page), "directory", "/d"),
    "page flipped": (lambda w: w.body("fs_object", w.pages("/d")[0], flip), "directory", "/d"),
    "page missing": (lambda w: w.drop("fs_object", w.pages("/d")[1]), "directory", "/d"),
    "page truncated": (lambda w: w.body("fs_object", w.pages("/d")[0], cut), "directory", "/d"),
    "pages swapped": (lambda w: w.take_body("fs_object", w.pages("/d")[0], w.pages("/d")[1]), "directory", "/d"),
    "file flipped": (lambda w: w.body("fs_object", w.id_of("/s/x"), flip), "file", "/s/x"),
    "file missing": (lambda w: w.drop("fs_object", w.id_of("/s/x")), "file", "/s/x"),
    "file truncated": (lambda w: w.body("fs_object", w.id_of("/s/x"), cut), "file", "/s/x"),
    "files swapped": (lambda w: w.take_body("fs_object", w.id_of("/s/x"), w.id_of("/t/y")), "file", "/s/x"),
    "file is a directory": (kind_of("/s/x", "d"), "file", "/s/x"),
    "entry with a wrong size": (wrong_size_entry, "file", "/wrong"),
    "file whose blocks have another size": (wrong_blocks_entry, "file", "/sum"),
    "file without its block": (no_blocks_entry, "block", "/dangling"),
    "block flipped": (at_block("/large", flip), "block", "/large"),
    "block missing": (lambda w: w.block_file("/large").unlink(), "block", "/large"),
    "block truncated": (at_block("/large", cut), "file", "/large"),
    "block longer": (at_block("/large", lambda body: body + b"x"), "file", "/large"),
    "block empty": (at_block("/large", lambda body: b""), "file", "/large"),
    "block swapped": (at_block("/large", lambda body: OTHER_LARGE), "block", "/large"),
    "small block flipped": (lambda w: w.body("small_block", w.block_id("/small"), flip), "block", "/small"),
    "small block missing": (lambda w: w.drop("small_block", w.block_id("/small")), "block", "/small"),
    "small block truncated": (lambda w: w.body("small_block", w.block_id("/small"), cut), "file", "/small"),
    "small blocks swapped": (
        lambda w: w.take_body("small_block", w.block_id("/small"), w.block_id("/tiny")),
        "block",
        "/small",
    ),
    "index row missing": (lambda w: w.sql("DELETE FROM entry WHERE name = 'x'"), "index", "/s/x"),
    "index row too many": (
        lambda w: w.sql(
            "INSERT INTO entry (repo_id, parent_id, name, name_key, is_dir, object_id, size, mtime)"
            " VALUES (?, 0, 'q', 'q', 0, ?, 0, 0)",
            *(w.repo_id, EMPTY_ID),
        ),
        "index",
        "",
    ),
    "index row in a loop": (
        lambda w: w.sql("UPDATE entry SET parent_id = id WHERE repo_id = ? AND name = 's'", w.repo_id),
        "index",
        "/s",
    ),
    "index with another object": (lambda w: w.set_index("x", "object_id", "1" * 40), "index", "/s/x"),
    "index with another size": (lambda w: w.set_index("x", "size", 7), "index", "/s/x"),
    "index with another key": (lambda w: w.set_index("x", "name_key", "y"), "index", "/s/x"),
    "wrong size of the library": (lambda w: w.set_repo("size", 7), "count", ""),
    "wrong number of files": (lambda w: w.set_repo("file_count", 7), "count", ""),
    "wrong date of the library": (lambda w: w.set_repo("mtime", 7), "count", ""),
    "change missing": (
        lambda w: w.sql("DELETE FROM change WHERE path = '/old' AND kind = 'modify'"),
        "changes",
        "/old",
    ),
    "change of another path": (
        lambda w: w.sql("UPDATE change SET path = '/q' WHERE path = '/old' AND kind = 'modify'"),
        "changes",
        "",
    ),
    "change of no commit": (
        lambda w: w.sql("UPDATE change SET commit_id = ? WHERE path = '/old' AND kind = 'modify'", "1" * 40),
        "changes",
        "",
    ),
    "virtual library without origin": (
        lambda w: w.sql("UPDATE repo SET origin_id = 'x' WHERE id = ?", virtual(w)),
        "dangling",
        "",
    ),
    "virtual library whose commit is damaged": (virtual_damaged, "commit", ""),
    "share of no library": (
        lambda w: w.sql("UPDATE share SET repo_id = 'x' WHERE repo_id = ?", virtual(w)),
        "dangling",
        "",
    ),
    "upload without its block": (upload, "block", "/up"),
}
