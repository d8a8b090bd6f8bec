"""The REST API: JSON in, JSON out, errors as HTTP status. Importing this registers the routes of every noun."""

from syncfile.faces.v1 import rest_openapi, rest_ping
from syncfile.faces.v1.face import face

__all__ = ["face", "rest_openapi", "rest_ping"]
