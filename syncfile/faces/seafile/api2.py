"""Seafile's web API, ``/api2`` and ``/api/v2.1``, as its desktop and mobile clients and rclone speak it."""

from syncfile.faces.seafile import api2_auth, api2_repos
from syncfile.faces.seafile.api2_face import face

__all__ = ["api2_auth", "api2_repos", "face"]
