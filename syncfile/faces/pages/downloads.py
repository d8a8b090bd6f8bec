"""The pages of links to a file, ``/f/<token>/``, and to a folder, ``/d/<token>/``."""

from datetime import UTC, datetime
from itertools import islice
from typing import Annotated
from urllib.parse import urlencode

from syncfile.core import files, links
from syncfile.core.links import OpenLink
from syncfile.core.paths import clean_path, components, join, split
from syncfile.core.repos import open_repo
from syncfile.core.zipping import iter_zip
from syncfile.faces.http import Between, Call, Reply
from syncfile.faces.pages.face import face, guarded, name_of, open_link, page, unlock
from syncfile.faces.pages.markup import Markup, markup
from syncfile.faces.pages.words import Words, words_for
from syncfile.faces.ranges import content_disposition, guess_type
from syncfile.faces.sizes import size_text
from syncfile.faces.stored import stored_reply

PAGE_ENTRIES = 200
#: What a browser shows without running anything of it in our name.
_SHOWN = {"application/pdf", "text/plain"}
_PLAYED = {
    "image": '<img src="{source}" alt="">\n',
    "video": '<video src="{source}" controls preload="metadata"></video>\n',
    "audio": '<audio src="{source}" controls preload="metadata"></audio>\n',
}

_Token = Annotated[str, "Of the link"]
_Raw = Annotated[bool, "Send the bytes, not the page"]
_Inline = Annotated[bool, "Show it in the browser, if it is of a harmless kind"]

_FILE_ICON = Markup('<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M6 3h8l5 5v13H6z M14 3v5h5"/></svg>')
_FOLDER_ICON = Markup('<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M3 6h6l2 2h10v11H3z"/></svg>')
_GET_ICON = Markup('<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 4v11 M7 11l5 5 5-5 M5 20h14"/></svg>')

_FILE_PAGE = """<h1>{icon}{name}</h1>
{preview}<div class="bar"><span class="soft">{size} · {changed}</span>
<a class="button" href="?dl=1">{download}</a></div>"""
_DIR_PAGE = """<div class="bar"><h1>{icon}{name}</h1><a class="button" href="{archive}">{download_all}</a></div>
{trail}{rows}{more}"""
_TABLE = """<table>
<thead><tr><th>{name}</th><th class="size">{size}</th><th class="date">{changed}</th><th class="get"></th></tr></thead>
<tbody>
{rows}</tbody>
</table>
"""
_ROW = """<tr><td><a href="{href}">{icon}{name}</a></td><td class="size soft">{size}</td>\
<td class="date soft">{changed}</td><td class="get">{get}</td></tr>
"""


@face.route("GET", "/f/<token>/", auth="none")
def show_file(call: Call, token: _Token, dl: _Raw = False, inline: _Inline = False) -> Reply:
    """Show the page of a linked file, or send the file."""
    found = open_link(call, token, "f")
    stored = files.open_file(call.core, found.actor, found.repo.id, found.path)
    if dl:
        return _send(call, found, stored, inline)
    _count_view(call, found)
    words = words_for(call)
    name = stored.entry.name
    body = markup(
        _FILE_PAGE,
        icon=_FILE_ICON,
        name=name,
        preview=_preview(name),
        size=size_text(stored.size),
        changed=_date(stored.entry.mtime),
        download=words.download,
    )
    return page(call, name, body)


@face.route("POST", "/f/<token>/", auth="none")
def unlock_file(call: Call, token: _Token, password: str) -> Reply:
    """Take the password of a link to a file."""
    return unlock(call, token, "f", password)


# Archives keep a thread while they are sent, and are told from pages by the query string alone.
@face.route("GET", "/d/<token>/", auth="none", long=True)
def show_dir(
    call: Call,
    token: _Token,
    p: Annotated[str, "Folder below the linked one"] = "/",
    dl: Annotated[bool, "Send the folder as a zip archive"] = False,
    start: Annotated[int, "How many entries to leave out", Between(0, 10_000_000)] = 0,
) -> Reply:
    """Show a linked folder or one below it, or send it as a zip archive."""
    found = open_link(call, token, "d")
    below = clean_path(p)
    path = _within(found, below)
    if dl:
        return _send_zip(call, found, path)
    directory = open_repo(call.core, found.actor, found.repo.id).directory(path)
    _count_view(call, found)
    entries = list(islice(directory.iter(start), PAGE_ENTRIES))
    if len(directory) <= PAGE_ENTRIES:
        entries.sort(key=lambda entry: (not entry.is_dir, entry.name.casefold()))
    words = words_for(call)
    rows = [_row(below, entry.name, entry.is_dir, entry.size, entry.mtime, words) for entry in entries]
    has_more = len(directory) > start + PAGE_ENTRIES
    next_page = markup(
        '<p><a href="?{query}">{next}</a></p>', query=_query(below, start=start + PAGE_ENTRIES), next=words.next
    )
    table = markup(_TABLE, name=words.name, size=words.size, changed=words.changed, rows=rows)
    empty = markup('<p class="soft">{text}</p>', text=words.empty)
    name = split(below)[1] or name_of(found)
    body = markup(
        _DIR_PAGE,
        icon=_FOLDER_ICON,
        name=name,
        archive=f"?{_query(below, dl=1)}",
        download_all=words.download_all,
        trail=_trail(found, below),
        rows=table if rows else empty,
        more=next_page if has_more else Markup(),
    )
    return page(call, name, body)


@face.route("POST", "/d/<token>/", auth="none")
def unlock_dir(call: Call, token: _Token, password: str, p: str = "") -> Reply:
    """Take the password of a link to a folder."""
    return unlock(call, token, "d", password, p)


@face.route("GET", "/d/<token>/files/", auth="none")
def send_below(
    call: Call, token: _Token, p: Annotated[str, "File below the linked folder"], inline: _Inline = False
) -> Reply:
    """Send a file below a linked folder."""
    found = open_link(call, token, "d")
    path = _within(found, clean_path(p))
    return _send(call, found, files.open_file(call.core, found.actor, found.repo.id, path), inline)


def _within(found: OpenLink, below: str) -> str:
    return (found.path.rstrip("/") + below).rstrip("/") or "/"


def _send(call: Call, found: OpenLink, stored: files.StoredFile, inline: bool) -> Reply:
    inline = inline and _is_harmless(stored.entry.name)
    reply = stored_reply(call, stored, inline=inline)
    is_begin = reply.status == 200 or reply.headers.get("Content-Range", "").startswith("bytes 0-")
    if call.method == "GET" and not inline and is_begin:
        links.count_download(call.core, found.link)
    return guarded(reply)


def _send_zip(call: Call, found: OpenLink, path: str) -> Reply:
    archive = iter_zip(call.core, found.repo, path)
    headers = {
        "Content-Type": "application/zip",
        "Content-Disposition": content_disposition(f"{split(path)[1] or found.repo.name}.zip"),
        "Cache-Control": "no-store",
    }
    reply = guarded(Reply(archive, headers=headers))
    if call.method == "GET":
        links.count_download(call.core, found.link)
    return reply


def _count_view(call: Call, found: OpenLink) -> None:
    if call.method == "GET":
        links.count_view(call.core, found.link)


def _is_harmless(name: str) -> bool:
    kind = guess_type(name)
    return kind in _SHOWN or (kind.partition("/")[0] in _PLAYED and kind != "image/svg+xml")


def _preview(name: str) -> Markup:
    template = _PLAYED.get(guess_type(name).partition("/")[0], "") if _is_harmless(name) else ""
    return markup(template, source="?dl=1&inline=1")


def _trail(found: OpenLink, below: str) -> Markup:
    """Return the way from the linked folder to one below it, each step a link; nothing for the linked one itself."""
    if below == "/":
        return Markup()
    steps = [markup('<a href="?">{name}</a>', name=name_of(found))]
    path = "/"
    for name in components(below):
        path = join(path, name)
        steps.append(markup(' / <a href="?{query}">{name}</a>', query=_query(path), name=name))
    return markup("<nav>{steps}</nav>\n", steps=steps)


def _row(folder: str, name: str, is_dir: bool, size: int, mtime: int, words: Words) -> Markup:
    path = join(folder, name)
    if is_dir:
        return markup(_ROW, href=f"?{_query(path)}", icon=_FOLDER_ICON, name=name, size="", changed="", get="")
    saved = f"files/?{_query(path)}"
    shown = f"files/?{_query(path, inline=1)}" if _is_harmless(name) else saved
    get = markup(
        '<a href="{href}" title="{word}" aria-label="{word} {name}">{icon}</a>',
        href=saved,
        word=words.download,
        name=name,
        icon=_GET_ICON,
    )
    return markup(_ROW, href=shown, icon=_FILE_ICON, name=name, size=size_text(size), changed=_date(mtime), get=get)


def _query(path: str, **more: int) -> str:
    return urlencode({"p": path, **more}, errors="replace")


def _date(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M")
