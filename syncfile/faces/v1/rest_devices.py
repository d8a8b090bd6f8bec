"""What is signed in with the caller's account, and for administrators with any."""

from typing import Annotated, TypedDict

from syncfile.core import devices
from syncfile.faces.http import Call
from syncfile.faces.v1.face import face


class Device(TypedDict):
    """One token: a program, a browser or a sync client."""

    id: str
    kind: Annotated[str, "login, session, legacy, sync, or app for an app password"]
    device_id: str
    device_name: str
    platform: str
    client_version: str
    address: Annotated[str, "From where it was last seen"]
    repo_id: Annotated[str | None, "The only library that it is good for"]
    issued_at: Annotated[int, "Seconds"]
    expires_at: Annotated[int | None, "Seconds; null for never"]
    last_seen_at: Annotated[int, "Seconds"]
    is_current: Annotated[bool, "It made this very request"]


@face.route("GET", "/v1/devices/")
def list_devices(call: Call) -> list[Device]:
    """List what is signed in with the caller's account, last seen first."""
    return [_device_answer(item) for item in devices.list_devices(call.core, call.actor)]


@face.route("GET", "/v1/accounts/<id>/devices/")
def list_devices_of_account(call: Call, id: int) -> list[Device]:
    """List what is signed in with an account, last seen first; for its owner and administrators."""
    return [_device_answer(item) for item in devices.list_devices(call.core, call.actor, id)]


@face.route("DELETE", "/v1/accounts/<id>/devices/", status=204)
def sign_out_account(call: Call, id: int) -> None:
    """Sign an account out everywhere, of the caller's own all but itself; for administrators."""
    devices.sign_out_account(call.core, call.actor, id)


@face.route("DELETE", "/v1/devices/", status=204)
def sign_out_others(call: Call) -> None:
    """Sign out everything but the caller, app passwords among it."""
    devices.sign_out_others(call.core, call.actor)


@face.route("DELETE", "/v1/devices/<id>/", status=204)
def revoke_device(call: Call, id: str) -> None:
    """Sign out one of them, and what it signed in itself."""
    devices.revoke_device(call.core, call.actor, id)


def _device_answer(item: devices.TokenDevice) -> Device:
    return {
        "id": item.id,
        "kind": item.kind,
        "device_id": item.device.id,
        "device_name": item.device.name,
        "platform": item.device.platform,
        "client_version": item.device.client_version,
        "address": item.address,
        "repo_id": item.repo_id,
        "issued_at": item.issued_at,
        "expires_at": item.expires_at,
        "last_seen_at": item.last_seen_at,
        "is_current": item.is_current,
    }
