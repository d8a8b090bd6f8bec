"""The audit log, for administrators; and when somebody signed in with the caller's own account."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, TypedDict

from syncfile.core import audit, sign_ins
from syncfile.faces.http import Call, Reply
from syncfile.faces.v1.asked import Limit, Start
from syncfile.faces.v1.face import face


class AuditEvent(TypedDict):
    """Something that was done."""

    id: int
    time: Annotated[int, "Seconds"]
    account: Annotated[str, "Name of who did it, as it was then; empty for nobody known, and for the command line"]
    address: Annotated[str, "Empty for the command line"]
    action: str
    target: Annotated[str, "What it was done to, for people"]
    facts: Annotated[dict[str, Any], "For programs"]


class SignIn(TypedDict):
    """A try to sign in with the caller's account."""

    time: Annotated[int, "Seconds"]
    address: str
    client: Annotated[str, "What it says of itself"]
    success: bool


@face.route("GET", "/v1/audit/")
def list_audit(
    call: Call,
    start: Start = 0,
    limit: Limit = 100,
    action: Annotated[str, "Only these"] = "",
    account: Annotated[str, "Only what this one did, by name"] = "",
    format: Annotated[Literal["json", "csv"], "csv: a file with the whole log, whatever start and limit"] = "json",
) -> list[AuditEvent] | Reply:
    """List what was done to accounts, shares, links, libraries and the server, newest first; for administrators."""
    if format == "csv":
        events = audit.iter_events(call.core, call.actor, action=action, account=account)
        headers = {"Content-Type": "text/csv; charset=utf-8", "Content-Disposition": 'attachment; filename="audit.csv"'}
        return Reply(_csv(events), headers=headers | {"Cache-Control": "no-store"})
    return [
        {
            "id": item.id,
            "time": item.time,
            "account": item.account,
            "address": item.address,
            "action": item.action,
            "target": item.target,
            "facts": item.facts,
        }
        for item in audit.list_events(call.core, call.actor, action=action, account=account, start=start, limit=limit)
    ]


@face.route("GET", "/v1/account/sign-ins/")
def list_sign_ins(call: Call, start: Start = 0, limit: Limit = 100) -> list[SignIn]:
    """List who signed in with the caller's account or could not, newest first."""
    return [
        {"time": item.time, "address": item.address, "client": item.client, "success": item.success}
        for item in sign_ins.list_sign_ins(call.core, call.actor, start, limit)
    ]


def _csv(events: Iterator[audit.Event]) -> Iterator[bytes]:
    from syncfile.core.audit_csv import lines  # with the module csv, which few ever need

    return (line.encode("utf-8", "replace") for line in lines(events))
