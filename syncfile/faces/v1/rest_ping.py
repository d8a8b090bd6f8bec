"""Is anybody there?"""

from syncfile.faces.http import Call
from syncfile.faces.v1.face import face


@face.route("GET", "/v1/ping/", auth="none")
def ping(call: Call) -> str:
    """Tell that the server answers."""
    return "pong"
