"""What LuCI reads beside the pages: texts, menu and access list."""

import json
import re
from pathlib import Path

from tests.web.luci.catalogue import read_catalogue
from tests.web.luci.router import ACCESS, APP
from tools import pot
from tools.ipk.lmo import compile_catalogue

CHINESE = APP / "po" / "zh_Hans" / "syncfile.po"


def test_every_text_is_in_the_template() -> None:
    assert list(read_catalogue(pot.TEMPLATE)) == list(pot.texts())


def test_every_text_is_translated_into_chinese_with_its_blanks() -> None:
    chinese = read_catalogue(CHINESE)
    assert set(chinese) == set(pot.texts())
    for text, translated in chinese.items():
        assert translated
        assert re.findall(r"%\w", text) == re.findall(r"%\w", translated)


def test_catalogue_compiles_to_what_luci_loads() -> None:
    compiled = compile_catalogue(CHINESE.read_text("utf-8"))
    assert "数据磁盘".encode() in compiled


def test_every_page_of_the_menu_is_there_and_asks_for_the_right_to_see_it() -> None:
    menu = json.loads((APP / "root/usr/share/luci/menu.d/luci-app-syncfile.json").read_text("utf-8"))
    views = {item["action"]["path"] for item in menu.values() if item["action"]["type"] == "view"}
    files = (APP / "htdocs/luci-static/resources/view").rglob("*.js")
    assert views == {str(file.with_suffix("")).partition("/view/")[2] for file in files}
    assert menu["admin/services/syncfile"]["depends"]["acl"] == ["luci-app-syncfile"]


def test_whoever_may_only_look_can_change_nothing() -> None:
    assert not [line for line in ACCESS["read"]["file"] if re.search(r"\b(use|eject|resume|user|start|stop)\b", line)]
    assert [line for line in [*ACCESS["read"]["file"], *ACCESS["write"]["file"]] if line.endswith("syncfile *")] == []


def test_pages_put_no_text_of_others_into_markup() -> None:
    for file in sorted(Path(APP).rglob("*.js")):
        marked_up = re.findall(r"(?:innerHTML|outerHTML|insertAdjacentHTML)\W+(.*)", file.read_text("utf-8"))
        assert all(source.startswith("uqr.renderSVG(") for source in marked_up), file
