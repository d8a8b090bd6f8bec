"""The data disk, which may be unplugged."""

from typing import TypedDict

from syncfile.faces.http import Call
from syncfile.faces.v1.face import face


class Done(TypedDict):
    """It was done."""

    success: bool


@face.route("POST", "/v1/disk/eject/", long=True)
def eject_disk(call: Call) -> Done:
    """Let go of the data disk, for administrators. After the answer it can be unplugged; requests get 503 by then."""
    from syncfile.core import eject  # rare

    eject.allow(call.core, call.actor)
    call.eject()
    return {"success": True}
