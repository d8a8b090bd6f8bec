"""The REST API: JSON in, JSON out, errors as HTTP status. Importing this registers the routes of every noun."""

from syncfile.faces.v1 import (
    rest_accounts,
    rest_auth,
    rest_devices,
    rest_groups,
    rest_links,
    rest_members,
    rest_notifications,
    rest_openapi,
    rest_ping,
    rest_session,
    rest_shared_dirs,
    rest_shares,
    rest_status,
)
from syncfile.faces.v1.face import face

__all__ = [
    "face",
    "rest_accounts",
    "rest_auth",
    "rest_devices",
    "rest_groups",
    "rest_links",
    "rest_members",
    "rest_notifications",
    "rest_openapi",
    "rest_ping",
    "rest_session",
    "rest_shared_dirs",
    "rest_shares",
    "rest_status",
]
