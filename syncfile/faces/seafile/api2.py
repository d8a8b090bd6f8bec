"""Seafile's web API, ``/api2`` and ``/api/v2.1``, as its desktop and mobile clients and rclone speak it.

Importing this registers the routes of every noun.
"""

from syncfile.faces.seafile import (
    api2_activity,
    api2_auth,
    api2_batch,
    api2_clones,
    api2_dirs,
    api2_files,
    api2_groups,
    api2_history,
    api2_links,
    api2_repos,
    api2_search,
    api2_shares,
    api2_stars,
    api2_transfers,
)
from syncfile.faces.seafile.api2_face import face

__all__ = [
    "api2_activity",
    "api2_auth",
    "api2_batch",
    "api2_clones",
    "api2_dirs",
    "api2_files",
    "api2_groups",
    "api2_history",
    "api2_links",
    "api2_repos",
    "api2_search",
    "api2_shares",
    "api2_stars",
    "api2_transfers",
    "face",
]
