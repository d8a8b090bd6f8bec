"""Many files and folders at once, as one commit."""

from typing import Annotated, Literal, TypedDict

from syncfile.core import entries, moves, trash
from syncfile.core.paths import clean_path, join, split
from syncfile.faces.http import Call
from syncfile.faces.v1.face import face


class Batch(TypedDict):
    """What became of the paths that were named."""

    paths: Annotated[list[str], "Where they are now, or were, in the order in which they were named"]


@face.route("POST", "/v1/repos/<repo_id>/batch", long=True)
def change_many(
    call: Call,
    repo_id: str,
    action: Literal["copy", "move", "delete", "restore"],
    paths: Annotated[list[str], "Files and folders"],
    dst_repo_id: Annotated[str | None, "For copy and move: another library"] = None,
    dst_dir: Annotated[str, "For copy and move: the folder that they go to"] = "/",
    autorename: Annotated[bool, "Add a number to a name that is taken, instead of refusing all"] = False,
) -> Batch:
    """Copy, move or delete files and folders, or take back that they were deleted: all of them or none."""
    core, actor = call.core, call.actor
    sources = [clean_path(path) for path in paths]
    if action == "delete":
        entries.remove_all(core, actor, repo_id, sources)
        return {"paths": sources}
    if action == "restore":
        return {"paths": trash.restore(core, actor, repo_id, [(path, None) for path in sources])}
    change = moves.copy if action == "copy" else moves.move
    targets = {path: join(dst_dir, split(path)[1]) for path in sources}
    return {"paths": change(core, actor, repo_id, targets, dst_repo_id or repo_id, free_names=autorename)}
