"""The pages of public links, light enough for any browser. Importing this registers their routes."""

from syncfile.faces.pages import downloads, uploads
from syncfile.faces.pages.face import face

__all__ = ["downloads", "face", "uploads"]
