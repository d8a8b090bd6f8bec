"""The face of share pages: how a page is built, how errors look, and what stands before a link's content."""

from urllib.parse import urlencode, urlsplit

from syncfile.core import links
from syncfile.core.links import OpenLink
from syncfile.core.paths import split
from syncfile.errors import NotAuthenticated, NotFound, SyncFileError, TooMany
from syncfile.faces.cookies import read_cookie, set_cookie
from syncfile.faces.http import Call, Face, Reply, error_headers, nearest
from syncfile.faces.pages.markup import Markup, markup
from syncfile.faces.pages.style import POLICY, STYLE
from syncfile.faces.pages.words import words_for
from syncfile.faces.replies import STATUS

_COOKIE = "proof"

_PAGE = """<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body><main><section>
{body}
</section></main></body>
</html>
"""
_UNLOCK_FORM = """<h1>{name}</h1>
<p>{needed}</p>
{wrong}<form method="post" action="{action}">
<label for="password">{label}</label>
<input id="password" name="password" type="password" required autofocus autocomplete="off">
<button>{go}</button>
</form>"""


class PasswordNeeded(SyncFileError):
    """The link has a password, which was not given yet (``link=``) or is wrong (``is_wrong=``)."""


def page(call: Call, title: str, body: Markup, status: int = 200) -> Reply:
    """Return a whole page."""
    text = markup(_PAGE, lang=words_for(call).lang, title=title, style=Markup(STYLE), body=body)
    return guarded(
        Reply(
            text.encode("utf-8", "replace"),
            status,
            {
                "Content-Type": "text/html; charset=utf-8",
                "Content-Security-Policy": POLICY,
                "Cache-Control": "no-store",
                "Vary": "Accept-Language",
                "X-Frame-Options": "DENY",
            },
        )
    )


def guarded(reply: Reply) -> Reply:
    """Let the token in the address reach neither other sites nor search engines."""
    reply.headers |= {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
    return reply


def open_link(call: Call, token: str, kind: links.Kind) -> OpenLink:
    """Return a link whose password is not needed or was given.

    Raises:
        NotFound: It does not work, or never did.
        PasswordNeeded: It does if one knows the password.
    """
    found = links.open_link(call.core, token, kind, call.address)
    if not links.is_proof(found.link, read_cookie(call, _COOKIE)):
        raise PasswordNeeded("the password of the link is needed", link=found)
    return found


def unlock(call: Call, token: str, kind: links.Kind, password: str, where: str = "") -> Reply:
    """Look at a password and send the browser back to the page, with a proof that is good for this link alone.

    Args:
        where: A folder below the link's to go back to.

    Raises:
        NotFound, TooMany, Busy: As ``links.open_link`` and ``links.unlock``.
        PasswordNeeded: It is wrong.
    """
    found = links.open_link(call.core, token, kind, call.address)
    target = address_of(call, found.link) + (f"?{urlencode({'p': where})}" if where else "")
    headers = {"Location": target, "Cache-Control": "no-store"}
    if found.link.has_password:
        try:
            proof = links.unlock(call.core, found.link, password, call.address)
        except NotAuthenticated:
            raise PasswordNeeded("the password is wrong", link=found, is_wrong=True) from None
        path = address_of(call, found.link).rstrip("/")
        # Lax: who comes from a letter with the link in it has given the password before.
        headers["Set-Cookie"] = set_cookie(call, _COOKIE, proof, path=path, same_site="Lax")
    return guarded(Reply(None, 303, headers))


def address_of(call: Call, link: links.Link) -> str:
    """Return the path of a link's page as browsers see it, behind a proxy too."""
    return f"{urlsplit(call.core.config.public_url).path}/{link.kind}/{link.token}/"


def name_of(found: OpenLink) -> str:
    """Return the name of what is linked; of a whole library its own."""
    return split(found.path)[1] or found.repo.name


def _show(call: Call, error: SyncFileError) -> Reply:
    words = words_for(call)
    if isinstance(error, PasswordNeeded):
        return _ask_password(call, error)
    status, _ = nearest(STATUS, error, (500, "internal"))
    if isinstance(error, NotFound):
        heading, text = words.gone, words.gone_hint
    elif isinstance(error, TooMany):
        heading, text = words.failed, words.too_many
    else:
        heading, text = words.failed, error.message
    body = markup("<h1>{heading}</h1>\n<p>{text}</p>", heading=heading, text=text)
    reply = page(call, heading, body, status)
    reply.headers |= error_headers(error)
    return reply


def _ask_password(call: Call, error: PasswordNeeded) -> Reply:
    words = words_for(call)
    found = error.facts["link"]
    assert isinstance(found, OpenLink)
    where = call.query.get("p", [""])[0]
    action = address_of(call, found.link) + (f"?{urlencode({'p': where})}" if where else "")
    wrong = markup('<p class="bad" role="alert">{text}</p>\n', text=words.not_unlocked)
    body = markup(
        _UNLOCK_FORM,
        name=words.key_label,
        needed=words.locked,
        wrong=wrong if error.facts.get("is_wrong") else Markup(),
        action=action,
        label=words.key_label,
        go=words.go,
    )
    return page(call, words.key_label, body, 403)


face = Face(authenticate=lambda call: call.actor, show=_show)
