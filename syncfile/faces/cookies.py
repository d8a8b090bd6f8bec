"""Cookies (RFC 6265), and whether a request that a cookie speaks for comes from our own pages."""

from urllib.parse import urlsplit

from syncfile.faces.call import Call


def read_cookie(call: Call, name: str) -> str:
    """Return the value of a cookie; "" if the call has none of that name."""
    for part in call.headers.get("Cookie").split(";"):
        key, _, value = part.strip().partition("=")
        if key == name:
            return value
    return ""


def set_cookie(call: Call, name: str, value: str, *, path: str, same_site: str, max_age: int | None = None) -> str:
    """Return the value of the ``Set-Cookie`` header.

    Args:
        call: ``Secure`` is set if it came over TLS.
        name: A word.
        value: Letters and digits.
        path: Where the browser sends it, and to all that is below.
        same_site: ``Strict`` or ``Lax``.
        max_age: Seconds; 0 deletes it, None keeps it until the browser is closed.
    """
    age = "" if max_age is None else f"; Max-Age={max_age}"
    secure = "; Secure" if call.scheme == "https" else ""
    return f"{name}={value}; Path={path}; HttpOnly; SameSite={same_site}{age}{secure}"


def is_own_origin(call: Call) -> bool:
    """Tell whether the browser says that one of our own pages made this request.

    ``Sec-Fetch-Site`` is sent over TLS only, ``Origin`` with everything but plain reading.
    """
    if call.headers.get("Sec-Fetch-Site") == "same-origin":
        return True
    public = urlsplit(call.core.config.public_url)
    own = {f"{call.scheme}://{call.host}", f"{public.scheme}://{public.netloc}"}
    return call.headers.get("Origin") in own


def is_foreign(call: Call) -> bool:
    """Tell whether the browser says that a page of somebody else made this request; a program says nothing."""
    says = call.headers.get("Sec-Fetch-Site") or call.headers.get("Origin")
    return bool(says) and says != "none" and not is_own_origin(call)
