"""What a package says of itself: its control file, and the scripts that opkg runs."""

from collections.abc import Iterator

from tools.ipk.archive import Member
from tools.ipk.recipe import Staged

#: OpenWrt's own functions add the user, run what is in uci-defaults, and enable, start and stop the service.
_POSTINST = """#!/bin/sh
[ "${IPKG_NO_SCRIPT}" = "1" ] && exit 0
[ -s ${IPKG_INSTROOT}/lib/functions.sh ] || exit 0
. ${IPKG_INSTROOT}/lib/functions.sh
default_postinst $0 $@
"""
_PRERM = """#!/bin/sh
[ -s ${IPKG_INSTROOT}/lib/functions.sh ] || exit 0
. ${IPKG_INSTROOT}/lib/functions.sh
default_prerm $0 $@
"""


def depends(package: Staged) -> list[str]:
    """Return what a package depends on, the versions that are asked for first."""
    bounds = [bound.strip() for bound in package.fields["EXTRA_DEPENDS"].split(",") if bound.strip()]
    bounded = {bound.split()[0] for bound in bounds}
    names = [word.lstrip("+") for word in package.fields["DEPENDS"].split() if not word.startswith("@")]
    return bounds + [name for name in names if name not in bounded]


def text(package: Staged, installed_size: int, mtime: int) -> str:
    """Return the control file.

    Args:
        installed_size: Bytes of the uncompressed data archive.
        mtime: Seconds since 1970.
    """
    fields = package.fields
    values = {
        "Package": package.name,
        "Version": fields["VERSION"],
        "Depends": ", ".join(depends(package)),
        "Source": f"feeds/syncfile/{package.name}",
        "License": fields["LICENSE"],
        "Section": fields["SECTION"],
        "Require-User": fields["USERID"],
        "SourceDateEpoch": str(mtime),
        "Maintainer": fields["MAINTAINER"],
        "Architecture": fields["PKGARCH"],
        "Installed-Size": str(installed_size),
        "Description": "\n ".join(package.description),
    }
    return "".join(f"{name}: {value}\n" for name, value in values.items() if value)


def members(package: Staged, control_text: str) -> Iterator[Member]:
    """Yield the members of the control archive."""
    yield Member("./", 0o755)
    if package.conffiles:
        yield Member("./conffiles", 0o644, "".join(f"{path}\n" for path in package.conffiles).encode())
    yield Member("./control", 0o644, control_text.encode())
    scripts = {"postinst": _POSTINST, "prerm": _PRERM}
    scripts |= {f"{name}-pkg": own for name, own in package.scripts.items()}
    for name in sorted(scripts):
        yield Member(f"./{name}", 0o755, scripts[name].encode())
