"""Settings of the server that an administrator may change while it runs."""

from typing import Annotated, TypedDict

from syncfile.core import server_settings
from syncfile.faces.http import Call
from syncfile.faces.v1.face import face

_Name = Annotated[str, "As in the configuration file"]


class Setting(TypedDict):
    """A setting."""

    name: str
    value: Annotated[str, "As it counts now, as it would stand in the file"]
    default: Annotated[str, "What it is without the change: of the file, the environment or a flag"]
    unit: Annotated[str, "What a value looks like"]
    help: str
    is_changed: bool


def _setting_answer(setting: server_settings.ServerSetting) -> Setting:
    return {
        "name": setting.name,
        "value": setting.value,
        "default": setting.given,
        "unit": setting.unit,
        "help": setting.help,
        "is_changed": setting.is_changed,
    }


@face.route("GET", "/v1/settings/")
def list_settings(call: Call) -> list[Setting]:
    """List the settings that can be changed while the server runs; for administrators."""
    return [_setting_answer(setting) for setting in server_settings.list_settings(call.core, call.actor)]


@face.route("PUT", "/v1/settings/<name>/")
def change_setting(call: Call, name: _Name, value: str) -> Setting:
    """Change a setting from now on, whatever the file says; for administrators."""
    return _setting_answer(server_settings.change_setting(call.core, call.actor, name, value))


@face.route("DELETE", "/v1/settings/<name>/")
def reset_setting(call: Call, name: _Name) -> Setting:
    """Give a setting back the value of the file; for administrators."""
    return _setting_answer(server_settings.reset_setting(call.core, call.actor, name))
