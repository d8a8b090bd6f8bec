"""Libraries: making, finding, changing and giving them away."""

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from syncfile.core.access import READ, require
from tests.rest.people import Person
from tests.web.conftest import Visitor, eventually

if TYPE_CHECKING:
    from playwright.sync_api import Locator

pytestmark = pytest.mark.compat

HOSTILE = '<img src=x onerror="document.title=1">\u202e' + "long " * 40


def make(person: Person, name: str, **more: object) -> str:
    """Make a library and return its id."""
    return str(person.client.post("/v1/repos/", form={"name": name} | more).json["id"])


def row(visitor: Visitor, name: str) -> "Locator":
    return visitor.page.locator(".row").filter(has=visitor.page.get_by_role("link", name=name, exact=True))


def choose(visitor: Visitor, name: str, english: str, chinese: str) -> None:
    """Open the menu of a library and choose something."""
    row(visitor, name).locator(".row-actions button").last.click()
    visitor.page.get_by_role("menuitem", name=visitor.say(english, chinese), exact=True).click()


def fill_in(visitor: Visitor, **values: str) -> None:
    """Type into the fields of the dialog, and send it."""
    for name, value in values.items():
        visitor.page.locator(f"dialog input[name={name}]").fill(value)
    visitor.page.keyboard.press("Enter")


def new_library(visitor: Visitor) -> None:
    visitor.page.get_by_role("button", name=visitor.say("New library", "新建资料库")).click()


def test_person_makes_a_library(visitor: Visitor, ann: Person) -> None:
    visitor.sign_in(ann)
    new_library(visitor)
    expect(visitor.page.locator("dialog input[name=name]")).to_be_focused()
    fill_in(visitor, name="Photos", desc="of the family")
    expect(row(visitor, "Photos")).to_be_visible()
    eventually(visitor, lambda: "Photos" in [repo["name"] for repo in ann.client.get("/v1/repos/").json])


def test_person_makes_an_encrypted_library_with_the_keyboard(visitor: Visitor, ann: Person) -> None:
    visitor.sign_in(ann)
    visitor.page.get_by_role("heading", level=1).wait_for()
    visitor.page.keyboard.press("n")
    visitor.page.locator("dialog input[name=encrypted]").check()
    fill_in(visitor, name="Papers", password="long enough", again="long enough")
    expect(row(visitor, "Papers")).to_contain_text(visitor.say("Encrypted", "已加密"))


def test_encrypted_library_is_unlocked(visitor: Visitor, ann: Person) -> None:
    visitor.complaints.expect(r"status of 400")
    repo_id = make(ann, "Papers", password="long enough")
    ann.core.keys.forget(require(ann.core.db, ann.actor, repo_id, READ))
    visitor.sign_in(ann)
    choose(visitor, "Papers", "Unlock", "解锁")
    fill_in(visitor, password="wrong")
    expect(visitor.page.get_by_role("alert")).to_be_visible()
    fill_in(visitor, password="long enough")
    expect(visitor.page.get_by_role("dialog")).to_have_count(0)
    eventually(visitor, lambda: ann.client.get(f"/v1/repos/{repo_id}/").json["unlocked"] is True)


def test_library_is_renamed(visitor: Visitor, ann: Person) -> None:
    make(ann, "Photos")
    visitor.sign_in(ann)
    choose(visitor, "Photos", "Name and description", "名称和描述")
    fill_in(visitor, name="Pictures")
    expect(row(visitor, "Pictures")).to_be_visible()
    expect(row(visitor, "Photos")).to_have_count(0)


def test_library_is_deleted_after_a_question(visitor: Visitor, ann: Person) -> None:
    make(ann, "Photos")
    visitor.sign_in(ann)
    choose(visitor, "Photos", "Delete library", "删除资料库")
    expect(visitor.page.get_by_role("button", name=visitor.say("Cancel", "取消"))).to_be_focused()
    visitor.page.keyboard.press("Escape")
    expect(row(visitor, "Photos")).to_be_visible()
    choose(visitor, "Photos", "Delete library", "删除资料库")
    visitor.page.locator("dialog .button-danger").click()
    expect(row(visitor, "Photos")).to_have_count(0)
    eventually(visitor, lambda: "Photos" not in [repo["name"] for repo in ann.client.get("/v1/repos/").json])


def test_library_is_given_to_somebody_else(visitor: Visitor, ann: Person, bob: Person) -> None:
    visitor.complaints.expect(r"status of 404")
    repo_id = make(ann, "Photos")
    visitor.sign_in(ann)
    choose(visitor, "Photos", "Transfer", "转让")
    fill_in(visitor, owner="nobody of this name")
    expect(visitor.page.get_by_role("alert")).to_be_visible()
    fill_in(visitor, owner="bob")
    expect(row(visitor, "Photos")).to_have_count(0)
    eventually(visitor, lambda: bob.client.get(f"/v1/repos/{repo_id}/").json["owner"] == "bob")


def test_history_is_kept_as_long_as_chosen(visitor: Visitor, ann: Person) -> None:
    repo_id = make(ann, "Photos")
    visitor.sign_in(ann)
    choose(visitor, "Photos", "History", "历史记录")
    visitor.page.locator("dialog select").select_option("30")
    visitor.page.get_by_role("button", name=visitor.say("Save", "保存")).click()
    expect(visitor.page.get_by_role("dialog")).to_have_count(0)
    eventually(visitor, lambda: ann.client.get(f"/v1/repos/{repo_id}/").json["history_days"] == 30)


def test_starred_library_is_found_among_the_stars(visitor: Visitor, ann: Person) -> None:
    make(ann, "Photos")
    visitor.sign_in(ann)
    choose(visitor, "Photos", "Star", "收藏")
    expect(row(visitor, "Photos").locator(".star-on")).to_be_visible()
    visitor.open("/starred")
    remove = row(visitor, "Photos").get_by_role("button", name=visitor.say("Remove star", "取消收藏"))
    remove.click()
    expect(row(visitor, "Photos")).to_have_count(0)
    visitor.page.locator(".toast").get_by_role("button", name=visitor.say("Undo", "撤销")).click()
    expect(row(visitor, "Photos")).to_be_visible()


def test_shared_library_is_seen_and_left(visitor: Visitor, ann: Person, bob: Person) -> None:
    repo_id = make(bob, "Recipes")
    bob.client.post("/v1/shared-repos/", form={"repo_id": repo_id, "share_type": "personal", "user": "ann"})
    visitor.sign_in(ann, "/libraries/shared")
    expect(row(visitor, "Recipes")).to_contain_text("bob")
    expect(row(visitor, "Recipes")).to_contain_text(visitor.say("Read only", "只读"))
    choose(visitor, "Recipes", "Leave this library", "退出此资料库")
    visitor.page.locator("dialog .button-danger").click()
    expect(row(visitor, "Recipes")).to_have_count(0)
    eventually(visitor, lambda: ann.client.get(f"/v1/repos/{repo_id}/").status == 404)


def test_public_library_is_seen_by_everybody(visitor: Visitor, ann: Person, bob: Person) -> None:
    bob.client.post("/v1/repos/public/", form={"name": "Household", "permission": "rw"})
    visitor.sign_in(ann, "/libraries/public")
    expect(row(visitor, "Household")).to_contain_text("bob")
    visitor.page.get_by_role("button", name=visitor.say("New public library", "新建公共资料库")).click()
    fill_in(visitor, name="Notices")
    expect(row(visitor, "Notices")).to_be_visible()
    eventually(visitor, lambda: "Notices" in [repo["name"] for repo in bob.client.get("/v1/repos/public/").json])


def test_group_is_made_and_gets_members(visitor: Visitor, ann: Person, bob: Person) -> None:
    visitor.complaints.expect(r"status of 404")
    visitor.sign_in(ann, "/groups")
    visitor.page.get_by_role("button", name=visitor.say("New group", "新建群组")).click()
    fill_in(visitor, name="Family")
    visitor.page.get_by_role("button", name=visitor.say("Members", "成员"), exact=True).click()
    members = visitor.page.locator(".groups-members .row")
    expect(members).to_have_count(1)
    fill_in(visitor, target="nobody of this name")
    expect(visitor.page.get_by_role("alert")).to_be_visible()
    fill_in(visitor, target="bob")
    expect(members).to_have_count(2)
    visitor.page.keyboard.press("Escape")
    eventually(visitor, lambda: [group["name"] for group in bob.client.get("/v1/groups/").json] == ["Family"])


def test_library_of_a_group_is_shown_with_it(visitor: Visitor, ann: Person, bob: Person) -> None:
    group = bob.client.post("/v1/groups/", form={"group_name": "Family"}).json["id"]
    bob.client.post(f"/v1/groups/{group}/members/", form={"target": "ann"})
    share = {"repo_id": make(bob, "Recipes"), "share_type": "group", "group_id": group}
    bob.client.post("/v1/shared-repos/", form=share)
    visitor.sign_in(ann, "/groups")
    expect(visitor.page.locator(".groups-group").filter(has_text="Family")).to_contain_text("Recipes")


def test_what_happened_lately_is_told(visitor: Visitor, ann: Person) -> None:
    ann.put("/report.txt")
    visitor.sign_in(ann, "/activity")
    expect(visitor.page.locator(".activity-row").first).to_contain_text(
        visitor.say("Added report.txt", "添加了 report.txt")
    )


def test_hostile_names_are_text(visitor: Visitor, ann: Person) -> None:
    make(ann, HOSTILE[:200])
    visitor.sign_in(ann)
    expect(visitor.page.locator(".rows")).to_contain_text("<img src=x onerror=")
    expect(visitor.page.locator("main img")).to_have_count(0)
    visitor.open("/activity")
    expect(visitor.page.locator(".rows")).to_contain_text("<img src=x onerror=")
    expect(visitor.page.locator("main img")).to_have_count(0)
