"""Names: those that people give to accounts, groups and libraries; and any of them as a line of text may show it."""

from unicodedata import category

from syncfile.core.paths import nfc
from syncfile.errors import BadRequest

LABEL_BYTES = 255
#: Control characters, halves of surrogate pairs and the two line ends of Unicode's own: no text anybody can type.
_UNPRINTABLE = {"Cc", "Cs", "Zl", "Zp"}


def printable(text: str) -> str:
    """Return a name or path for a terminal: what would end the line or move the cursor is escaped.

    So is what is no text: Python has it as halves of surrogate pairs (``os.fsdecode``).
    """
    return "".join(char if char.isprintable() else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    byte = ord(char) - 0xDC00
    return f"\\x{byte:02x}" if 0x80 <= byte <= 0xFF else char.encode("unicode_escape").decode()


def clean_label(text: str, parameter: str) -> str:
    """Return a name as it is stored: NFC, without blanks round it.

    Raises:
        BadRequest: ``parameter`` says of what, ``reason`` why: ``blank``, ``characters`` or ``length``.
    """
    text = nfc(text.strip())
    if not text:
        raise BadRequest(f"the {parameter} is blank", parameter=parameter, reason="blank")
    require_text(text, parameter, LABEL_BYTES)
    return text


def require_text(value: str, parameter: str, most: int) -> None:
    """Refuse what cannot be typed, or takes more than ``most`` bytes. Raises ``BadRequest`` as ``clean_label``."""
    if any(category(char) in _UNPRINTABLE for char in value):
        raise BadRequest(f"the {parameter} has unprintable characters", parameter=parameter, reason="characters")
    if len(value.encode()) > most:
        raise BadRequest(f"the {parameter} is too long", parameter=parameter, reason="length")
