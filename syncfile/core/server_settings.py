"""Settings that an administrator may change while the server runs. They are kept in the database and win over the file.

Which they are, ``config.Config`` says: none of them can keep anybody from undoing it.
"""

import logging
from dataclasses import dataclass, replace
from typing import Any

from syncfile.config import SETTINGS, Config, text_of
from syncfile.core import audit
from syncfile.core.access import Actor, require_staff
from syncfile.core.core import Core
from syncfile.errors import BadRequest, NotFound
from syncfile.store.db import Database

log = logging.getLogger("syncfile.settings")

VALUE_CHARS = 2000


@dataclass(frozen=True, slots=True)
class ServerSetting:
    """A setting as administrators see it.

    Attributes:
        value: As it counts now, as text.
        given: As file, environment or flag have it: what comes back when it is reset.
        unit: What the text looks like.
        help: One sentence for people.
        is_changed: An administrator has changed it.
    """

    name: str
    value: str
    given: str
    unit: str
    help: str
    is_changed: bool


def with_changes(db: Database, given: Config) -> Config:
    """Return the settings with what administrators have changed. What a newer or older server knew is passed over."""
    changes: dict[str, Any] = {}
    for name, text in db.rows("SELECT name, value FROM server_setting"):
        try:
            changes[name] = _parse(name, text)
        except (NotFound, BadRequest) as error:
            log.warning("setting=%s is ignored: %s", name, error)
    return replace(given, **changes)


def list_settings(core: Core, actor: Actor) -> list[ServerSetting]:
    """Return every setting that can be changed.

    Raises:
        PermissionDenied: The actor is no administrator.
    """
    require_staff(actor)
    changed = {name for (name,) in core.db.rows("SELECT name FROM server_setting")}
    return [_describe(core, name, name in changed) for name, setting in SETTINGS.items() if setting.live]


def change_setting(core: Core, actor: Actor, name: str, text: str) -> ServerSetting:
    """Change a setting, from now on.

    Args:
        text: As it would stand in the file.

    Raises:
        PermissionDenied: The actor is no administrator.
        NotFound: There is no such setting, or it cannot be changed while the server runs.
        BadRequest: The value makes no sense.
    """
    require_staff(actor)
    value = text_of(_parse(name, text.strip()))
    with core.db.transaction():
        core.db.rows(
            "INSERT INTO server_setting (name, value) VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            *(name, value),
        )
        audit.record(core, actor, "setting_change", name, value=value)
    _use(core)
    return _describe(core, name, is_changed=True)


def reset_setting(core: Core, actor: Actor, name: str) -> ServerSetting:
    """Give a setting the value that file, environment or flag have.

    Raises:
        PermissionDenied: The actor is no administrator.
        NotFound: There is no such setting, or it cannot be changed while the server runs.
    """
    require_staff(actor)
    _require_live(name)
    with core.db.transaction():
        if core.db.rows("DELETE FROM server_setting WHERE name = ? RETURNING name", name):
            audit.record(core, actor, "setting_reset", name)
    _use(core)
    return _describe(core, name, is_changed=False)


def _use(core: Core) -> None:
    core.config = with_changes(core.db, core.given or core.config)


def _describe(core: Core, name: str, is_changed: bool) -> ServerSetting:
    setting = SETTINGS[name]
    value, given = (text_of(getattr(config, name)) for config in (core.config, core.given or core.config))
    return ServerSetting(name, value, given, setting.unit, setting.help, is_changed)


def _parse(name: str, text: str) -> object:
    _require_live(name)
    if len(text) > VALUE_CHARS or not text.isprintable():
        raise BadRequest("the value is too long, or cannot be printed", parameter="value", reason="characters")
    try:
        return SETTINGS[name].parse(text)
    except ValueError as error:
        raise BadRequest(f"{name} {error}", parameter="value", reason="range") from None


def _require_live(name: str) -> None:
    if name not in SETTINGS or not SETTINGS[name].live:
        raise NotFound(f"there is no setting {name} that can be changed here")
