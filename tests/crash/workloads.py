"""What is recorded: short, and each with something that the others have not."""

import errno
import os
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from hashlib import sha1
from http.client import HTTPException
from pathlib import Path
from random import Random

from syncfile.core.access import Actor
from syncfile.core.backup import back_up
from tests.core.content import apply, put
from tests.crash.household import Known, Refused, Somebody, Tree
from tests.crash.runner import CHUNK_BYTES
from tests.crash.scene import BACKUP, DAMAGED, PASSWORD, REPAIRED, RESTORED, Recording, Scene
from tests.crash.spy import Faults

ROW, BLOCK = 3_000, 40_000  # bytes of a file that is a row, and of one that is a block

_SCHEMA_1 = Path(__file__).parents[1] / "store" / "data" / "schema-1.sql"


def _bytes(random: Random, size: int) -> bytes:
    return random.randbytes(size)


def first_start(scene: Scene) -> None:
    """A server starts where nothing is, is worked with, and starts again."""
    admin = scene.newcomer("admin")
    scene.begin()
    scene.start()
    admin.sign_in(PASSWORD)
    library = admin.make_library("First")
    admin.upload(library, "/row", _bytes(scene.random, ROW))
    scene.daemon.stop()
    scene.start()
    admin.upload(library, "/block", _bytes(scene.random, BLOCK))
    scene.daemon.stop()


def uploads(scene: Scene) -> None:
    """Files and folders come, change, move, are copied and go."""
    random = scene.random
    old: Tree = {"/old": _bytes(random, BLOCK), "/d": None, "/d/row": _bytes(random, ROW)}
    ann, (one, two) = scene.prepare("ann", {"One": old, "Two": {}})
    scene.begin()
    scene.start()
    content = _bytes(random, BLOCK)
    ann.upload(one, "/row", _bytes(random, ROW))
    ann.upload(one, "/block", content)
    ann.upload(one, "/blocks", _bytes(random, 2 * CHUNK_BYTES + 5_000))
    ann.upload(one, "/same", content)
    ann.upload(one, "/old", _bytes(random, BLOCK))
    ann.make_dir(one, "/new")
    ann.copy_over(one, "/block", two)
    ann.move_over(one, "/blocks", two)
    ann.move(one, "/same", "/new/same")
    ann.rename(one, "/new", "newer")
    ann.remove(one, "/block")
    ann.upload(two, "/row", content)
    ann.remove(one, "/newer")
    ann.upload(one, "/block", content)
    ann.upload(one, "/d/row", b"")
    scene.daemon.stop()


def pieces(scene: Scene) -> None:
    """Files arrive in pieces, also in an encrypted library, over a restart, and one of them begins anew."""
    random = scene.random
    ann, (plain,) = scene.prepare("ann", {"Plain": {}})
    scene.begin()
    scene.start()
    film, song = _bytes(random, 2 * CHUNK_BYTES + 20_001), _bytes(random, CHUNK_BYTES + 30_011)
    secret = ann.make_library("Secret", PASSWORD)
    ann.unlock(secret, PASSWORD)
    ann.send_piece(plain, "/film", film, 0, 30_003)
    ann.send_piece(secret, "/song", song, 0, 20_003)
    ann.send_piece(plain, "/film", film, 30_003, 50_000)
    ann.send_piece(secret, "/song", song, 20_003, 40_009)
    ann.send_piece(plain, "/film", film, 50_000, CHUNK_BYTES + 10_000)
    scene.daemon.stop()
    scene.start()
    ann.unlock(secret, PASSWORD)
    ann.send_piece(secret, "/song", song, 40_009, CHUNK_BYTES + 9)
    ann.send_piece(plain, "/film", film, CHUNK_BYTES + 10_000, 2 * CHUNK_BYTES)
    ann.send_piece(plain, "/film", film, 2 * CHUNK_BYTES, len(film))
    ann.send_piece(secret, "/song", song, CHUNK_BYTES + 9, len(song))
    other = _bytes(random, 70_000)
    ann.send_piece(plain, "/film", film, 0, 60_000)
    ann.send_piece(plain, "/film", other, 0, 20_000)
    ann.send_piece(plain, "/film", other, 20_000, 70_000)
    scene.daemon.stop()


def push(scene: Scene) -> None:
    """A sync client pushes."""
    random = scene.random
    ann, (library,) = scene.prepare("ann", {"Synced": {"/a": b"a"}})
    scene.begin()
    scene.start()
    token = scene.tokens[library]
    large, row = _bytes(random, BLOCK), _bytes(random, ROW)
    ann.push(library, token, {"a": row, "b": large, "d": {"c": large}}, 1)
    ann.push(library, token, {"a": large, "d": {"c": row, "e": _bytes(random, BLOCK)}}, 2)
    many = {f"{number:03}": row[:number] for number in range(60)}
    ann.push(library, token, {"a": large, "many": many}, 3)
    ann.push(library, token, {"a": large, "many": many | {"007": _bytes(random, BLOCK)}}, 4)
    scene.daemon.stop()


def gc(scene: Scene) -> None:
    """Garbage is collected beside uploads of the same bytes, is stopped in between, and goes on."""
    random = scene.random
    contents = [_bytes(random, BLOCK if number % 2 else ROW) for number in range(8)]
    ann, (library,) = scene.prepare("ann", {"Library": {}}, history_days=0)
    ann.known[0] = ann.known[0].with_tree(library, _make_garbage(scene, library, contents))
    scene.begin()
    for number in (1, 0, 3):
        scene.start(gc_grace=1)  # the job makes its marks, and then waits for a second
        ann.upload(library, f"/again {number}", contents[number])
        ann.remove(library, f"/{number + 4}")
        threading.Event().wait(0.2)
        scene.daemon.stop()
    scene.run("gc", "--gc-grace", "1")
    scene.start(gc_grace=1)
    ann.upload(library, "/again 2", contents[2])
    ann.upload(library, "/again 5", contents[5])
    threading.Event().wait(1.3)
    scene.daemon.stop()


def _make_garbage(scene: Scene, repo_id: str, contents: list[bytes]) -> Tree:
    """Put files of an hour ago, and remove the first half again; return what is left."""
    tree: Tree = {f"/{number}": content for number, content in enumerate(contents)}
    some = list(tree)[: len(tree) // 2]
    old = time.time() - 3600
    with scene.open_core() as core:
        (owner_id,) = core.db.row("SELECT owner_id FROM repo WHERE id = ?", repo_id)
        put(core, Actor(owner_id, "ann"), repo_id, tree)
        apply(core, Actor(owner_id, "ann"), repo_id, *(("remove", path) for path in some))
        core.db.rows("UPDATE small_block SET touched_at = ?", int(old))
    for block in (scene.data / "blocks").rglob("*"):
        if block.is_file():
            os.utime(block, (old, old))
    return {path: content for path, content in tree.items() if path not in some}


def migration(scene: Scene) -> None:
    """A store of the first version is opened by today's server, and worked with."""
    random = scene.random
    ann, (library,) = scene.prepare("ann", {"Library": {"/a": _bytes(random, BLOCK), "/b": b"b"}})
    _make_version_1(scene.data / "syncfile.db")
    scene.begin()
    scene.start()
    ann.upload(library, "/c", _bytes(random, BLOCK))
    scene.daemon.stop()


def _make_version_1(path: Path) -> None:
    """Put a database in the place of this one that has the first schema and the same rows."""
    new = path.with_name("version-1")
    database = sqlite3.connect(new, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL").fetchall()
    database.executescript(_SCHEMA_1.read_text())
    database.execute("ATTACH ? AS today", (str(path),))
    for (table,) in database.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'").fetchall():
        columns = [f'"{row[1]}"' for row in database.execute(f'PRAGMA main.table_info("{table}")')]
        names = ", ".join(columns)
        database.execute(f'INSERT INTO main."{table}" ({names}) SELECT {names} FROM today."{table}"')
    database.execute("PRAGMA main.user_version = 1")
    database.close()
    new.rename(path)


def backup(scene: Scene) -> None:
    """Backups are made beside the server, each of what has changed since the one before."""
    random = scene.random
    tree: Tree = {"/a": _bytes(random, BLOCK), "/b": _bytes(random, ROW)}
    ann, (one, two) = scene.prepare("ann", {"One": tree, "Two": tree}, history_days=0)
    copies = scene.newcomer(BACKUP)
    scene.begin()
    scene.start()
    for number in range(3):
        ann.upload(one, f"/{number}", _bytes(random, BLOCK))
        ann.upload(two, "/a", _bytes(random, BLOCK))
        with copies.changing(Known(ann.known[-1].trees)):
            assert scene.run("backup", str(scene.disk / BACKUP)) == 0
        ann.remove(one, f"/{number}")
    scene.daemon.stop()


def restore(scene: Scene) -> None:
    """A store is made again from its backup."""
    random = scene.random
    tree: Tree = {"/a": _bytes(random, BLOCK), "/b": _bytes(random, ROW), "/d": None, "/d/c": _bytes(random, BLOCK)}
    ann, _ = scene.prepare("ann", {"One": tree, "Two": tree})
    with scene.open_core() as core:
        back_up(core, str(scene.disk / BACKUP))
    restored = scene.newcomer(RESTORED)
    scene.begin()
    with restored.changing(Known(ann.known[-1].trees)):
        assert scene.run("restore", str(scene.disk / BACKUP), data=scene.disk / RESTORED) == 0


def repair(scene: Scene) -> None:
    """A damaged store is repaired: a block that another library has, one of which only an older version is whole."""
    random = scene.random
    old, new, common = (_bytes(random, BLOCK) for _ in range(3))
    _, (one, two) = scene.prepare("ann", {"One": {"/a": old, "/b": common, "/c": b"c"}, "Two": {"/b": common}})
    with scene.open_core() as core:
        (owner_id,) = core.db.row("SELECT owner_id FROM repo WHERE id = ?", one)
        put(core, Actor(owner_id, "ann"), one, {"/a": new})
        core.db.rows("DELETE FROM entry WHERE repo_id = ? AND name = 'c'", one)
    damaged: Tree = {}
    for content in (new, common):
        block_id = sha1(content).hexdigest()
        damaged[f"/{block_id}"] = content[:-1] + bytes([content[-1] ^ 1])
        path = scene.data / "blocks" / one / block_id[:2] / block_id[2:]
        path.write_bytes(damaged[f"/{block_id}"] or b"")
    known = Known({one: {"/a": old, "/b": common, "/c": b"c"}, two: {"/b": common}, DAMAGED: damaged})
    scene.people[:] = [Somebody(REPAIRED, scene.people[0].client, scene.marker, known)]
    scene.begin()
    with scene.people[0].changing(known):
        assert scene.run("fsck", "--deep", "--repair") == 1


def failing_syncs(scene: Scene) -> None:
    """One sync after the other fails, once, and people go on: what should have been written then never will be."""
    ann, (library,) = scene.prepare("ann", {"Library": {}})
    faults = Faults(scene.folder / "faults")
    scene.faults = faults
    scene.begin()
    scene.start()
    content = _bytes(scene.random, BLOCK)
    for after in range(24):
        faults.order("sync", error=errno.EIO, after=after % 8, times=1)
        with suppress(Refused):
            if after % 3 == 0:
                _send_pieces(ann, library, f"/pieces {after}", _bytes(scene.random, 60_000))
            else:
                # Now and then the same bytes again: what was found there may be what could not be synced.
                ann.upload(library, f"/{after % 4}", content if after % 2 else _bytes(scene.random, BLOCK))
        faults.end()
        ann.look(library)
    scene.daemon.stop()
    faults.close()


def _send_pieces(somebody: Somebody, library: str, path: str, content: bytes) -> None:
    for start, end in ((0, 25_000), (25_000, len(content))):
        somebody.send_piece(library, path, content, start, end)


def killed(scene: Scene) -> None:
    """Three people work at once; the server is killed twice, and goes on from what the system still has."""
    random = scene.random
    everybody = [scene.prepare(name, {name: {}}) for name in ("ann", "bob", "eve")]
    scene.begin()
    for _ in range(3):
        scene.start()
        for somebody, (library,) in everybody:
            somebody.look(library)
        seeds = [random.random() for _ in everybody]
        with ThreadPoolExecutor(len(everybody)) as pool:
            running = [
                pool.submit(_work, somebody, library, Random(seed))
                for (somebody, (library,)), seed in zip(everybody, seeds, strict=True)
            ]
            threading.Event().wait(random.uniform(0.1, 0.3))
            scene.daemon.kill()
            for each in running:
                each.result()


def _work(somebody: Somebody, library: str, random: Random) -> None:
    """Work until the server does not answer."""
    common = [Random(number).randbytes(BLOCK) for number in range(6)]
    try:
        while True:
            names = list(somebody.tree(library))
            if names and random.random() < 0.3:
                somebody.remove(library, random.choice(names))
            else:
                content = random.choice((random.randbytes(ROW), random.randbytes(BLOCK), random.choice(common)))
                somebody.upload(library, f"/{random.randrange(20)}", content)
    except (OSError, HTTPException):
        return


Workload = Callable[[Scene], None]
WORKLOADS: dict[str, Workload] = {
    workload.__name__: workload
    for workload in (first_start, uploads, pieces, push, gc, migration, backup, restore, repair, failing_syncs, killed)
}


def record(name: str, folder: Path, mistake: str = "nothing", seed: int = 1) -> Recording:
    """Run a workload and return what was recorded.

    Args:
        folder: An empty one for all that this needs.
        mistake: Of ``runner.MISTAKES``.
    """
    scene = Scene(folder, mistake, random=Random(seed))
    try:
        WORKLOADS[name](scene)
    finally:
        scene.close()
    return scene.recording(name)
