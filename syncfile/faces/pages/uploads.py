"""The page of a link by which guests upload into a folder, ``/u/<token>/``. It shows nothing of what is in there."""

from syncfile.core import files, links
from syncfile.core.arrivals import Arrival, Receiver, add_arrivals
from syncfile.core.links import OpenLink
from syncfile.core.paths import clean_name
from syncfile.faces.http import Call, Reply
from syncfile.faces.multipart import FilePart, iter_form
from syncfile.faces.pages.face import face, name_of, open_link, page, unlock
from syncfile.faces.pages.markup import Markup, markup
from syncfile.faces.pages.words import words_for
from syncfile.faces.sizes import size_text

#: What a form may have around its files; the announced length less this is surely theirs.
_FORM_BYTES = 64 << 10

_PAGE = """<h1>{heading} {name}</h1>
{note}<form method="post" enctype="multipart/form-data">
<label for="file">{hint}</label>
<input id="file" name="file" type="file" multiple required>
<button>{upload}</button>
</form>"""


@face.route("GET", "/u/<token>/", auth="none")
def show_upload(call: Call, token: str) -> Reply:
    """Show the form to upload with."""
    found = open_link(call, token, "u")
    if call.method == "GET":
        links.count_view(call.core, found.link)
    return _show(call, found, Markup())


@face.route("POST", "/u/<token>/", auth="none", stream=True)
def upload(call: Call, token: str) -> Reply:
    """Take the files of a form, or the password of the link. A name that is taken gets a number."""
    if call.content_type != "multipart/form-data":
        return unlock(call, token, "u", str(call.fields.get("password", [""])[0]))
    found = open_link(call, token, "u")
    words = words_for(call)
    arrivals = _receive(call, found)
    if not arrivals:
        note = markup('<p class="bad" role="alert">{text}</p>\n', text=words.nothing_chosen)
        return _show(call, found, note, 400)
    # Told by the names that they came with: the new ones would tell what is there already.
    add_arrivals(call.core, found.actor, found.repo.id, found.path, arrivals)
    items = [
        markup("<li>{name} <span class=soft>{size}</span></li>", name=item.name, size=size_text(item.file.file.size))
        for item in arrivals
    ]
    return _show(call, found, markup("<p>{text}</p>\n<ul>{items}</ul>\n", text=words.uploaded, items=items))


def _receive(call: Call, found: OpenLink) -> list[Arrival]:
    """Store the files of the form; those that a browser sends for an empty field have no name."""
    length = max(0, (call.content_length or 0) - _FORM_BYTES)
    repo = files.admit(call.core, found.actor, found.repo.id, length)
    receiver = Receiver(call.core, found.actor, repo)
    arrivals = []
    for part in iter_form(call.stream, call.headers.get("Content-Type")):
        if isinstance(part, FilePart) and part.filename:
            name = clean_name(part.filename.replace("\\", "/").rpartition("/")[2])
            arrivals.append(Arrival(name, receiver.ingest(part.chunks)))
    return arrivals


def _show(call: Call, found: OpenLink, note: Markup, status: int = 200) -> Reply:
    words = words_for(call)
    body = markup(
        _PAGE,
        heading=words.upload_to,
        name=name_of(found),
        note=note,
        hint=words.choose_files,
        upload=words.upload,
    )
    return page(call, words.upload, body, status)
