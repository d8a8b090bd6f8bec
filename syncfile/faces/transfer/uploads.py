"""``/upload-api/<link>``: takes files from whoever has the link, without any other credentials."""

from syncfile.core import transfers
from syncfile.errors import SyncFileError, WrongOffset
from syncfile.faces.http import Call, Face, Reply, show_json
from syncfile.faces.upload_form import UploadForm, receive


def _show(call: Call, error: SyncFileError) -> Reply:
    if isinstance(error, WrongOffset):
        received = error.facts["received"]
        return Reply({"error_msg": error.message, "error": "wrong_offset", "uploadedBytes": received}, 416)
    return show_json(call, error)


face = Face(authenticate=lambda call: call.actor, show=_show)


@face.route("POST", "/upload-api/<link>", auth="none", stream=True)
def upload(call: Call, link: str) -> Reply:
    """Store the files of a form, or one piece of a large file."""
    transfer = transfers.find_transfer(call.core, link, call.address, "upload")
    form = UploadForm(call.query, transfer.path)
    added = receive(call, transfer.actor, transfer.repo_id, form)
    if added is None:
        return Reply({"success": True})
    if form.flag("ret-json"):
        return Reply([{"name": item.name, "id": item.id, "size": item.size} for item in added])
    return Reply("\t".join(item.id for item in added))
