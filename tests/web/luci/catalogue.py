"""Reading catalogues of translated texts."""

import json
import re
from pathlib import Path

_ENTRY = re.compile(r'^msgid ("(?:[^"\\]|\\.)+")\nmsgstr ("(?:[^"\\]|\\.)*")$', re.MULTILINE)


def read_catalogue(file: Path) -> dict[str, str]:
    """Return the translations by their texts, in order."""
    return {json.loads(text): json.loads(translated) for text, translated in _ENTRY.findall(file.read_text("utf-8"))}
