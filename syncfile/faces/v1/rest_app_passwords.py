"""App passwords: for programs that cannot ask for a code, one for each."""

from typing import Annotated, TypedDict

from syncfile.core import app_passwords
from syncfile.faces.http import Call
from syncfile.faces.v1.face import face


class AppPassword(TypedDict):
    """One of the caller's, as it is shown later on."""

    id: str
    name: Annotated[str, "Of the program that has it"]
    created_at: Annotated[int, "Seconds"]
    last_seen_at: Annotated[int, "Seconds; of whatever signed in with it"]
    address: Annotated[str, "From where it was last seen"]


class NewAppPassword(TypedDict):
    """A new one, shown this once."""

    id: str
    name: str
    password: Annotated[str, "To be typed into the program, with or without its hyphens"]


@face.route("GET", "/v1/account/app-passwords/")
def list_app_passwords(call: Call) -> list[AppPassword]:
    """List the caller's app passwords, newest first."""
    return [
        {
            "id": item.id,
            "name": item.name,
            "created_at": item.created_at,
            "last_seen_at": item.last_seen_at,
            "address": item.address,
        }
        for item in app_passwords.list_app_passwords(call.core, call.actor)
    ]


@face.route("POST", "/v1/account/app-passwords/", status=201)
def create_app_password(call: Call, name: Annotated[str, "Of the program"]) -> NewAppPassword:
    """Make one for a program."""
    made, password = app_passwords.create(call.core, call.actor, name)
    return {"id": made.id, "name": made.name, "password": password}


@face.route("DELETE", "/v1/account/app-passwords/<id>/", status=204)
def revoke_app_password(call: Call, id: str) -> None:
    """Make one void, and sign out what signed in with it."""
    app_passwords.revoke(call.core, call.actor, id)
