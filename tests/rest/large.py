"""Libraries with a lot in them, made without sending it all."""

from dataclasses import replace

from syncfile.core import files
from syncfile.core.access import find_repo
from syncfile.core.repos import edit_repo
from syncfile.store.objects import EMPTY_ID
from tests.rest.people import Person


def fill(person: Person, folder: str, count: int, content: bytes = b"") -> None:
    """Make a folder with files in it that all hold the same, in one commit."""
    core, actor, repo_id = person.core, person.actor, person.repo_id
    new = files.ingest(core, actor, repo_id, [content] if content else [], len(content))
    with edit_repo(core, actor, repo_id, f"Added {folder}") as edit:
        edit.make_dir(folder)
        entry = edit.put_file(f"{folder}/IMG_00000.jpg", new)
        for number in range(1, count):
            edit.put_entry(f"{folder}/IMG_{number:05}.jpg", replace(entry, mtime=number))


def add_noise(person: Person, count: int) -> None:
    """Put commits that change other files on top of the head, without making what they hold."""
    core, repo_id = person.core, person.repo_id
    repo = find_repo(core.db, repo_id)
    assert repo is not None
    commit = core.objects.get_commit(repo_id, repo.head_id)
    with core.db.transaction():
        for number in range(count):
            commit = replace(commit, parent_id=commit.id, description=f"Modified {number}", id="")
            core.objects.save_commit(repo_id, commit)
            core.db.rows(
                "INSERT INTO change (repo_id, commit_id, path, kind, is_dir, object_id, size, ctime, account)"
                " VALUES (?, ?, ?, 'modify', ?, ?, 0, ?, 'busy')",
                *(repo_id, commit.id, f"/noise/{number}", False, EMPTY_ID, commit.ctime),
            )
        core.db.rows("UPDATE repo SET head_id = ? WHERE id = ?", commit.id, repo_id)
