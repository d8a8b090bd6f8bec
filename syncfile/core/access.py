"""Who asks, and what they may do: the one module that answers questions of permission."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever a call is made for.

    Attributes:
        account_id: The account's id; None for nobody in particular (``ANYONE``).
        username: The account's name, as commits and locks are signed with.
        is_staff: An administrator.
        address: The client's IP address as text, after trusted proxies; "" for the command line.
        token_hash: Of the token that authenticated this call, "" if none did.
    """

    account_id: int | None
    username: str
    is_staff: bool = False
    address: str = ""
    token_hash: str = ""


def anyone(address: str) -> Actor:
    """Return the actor of a call without credentials."""
    return Actor(None, "", address=address)
