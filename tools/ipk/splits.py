"""How OpenWrt splits Python's standard library: what python3-light lacks, by the package that has it.

From lang/python/python3 of its feed of packages, for the branches 24.10 (Python 3.11) and 25.12 (3.13).
"""

LIGHT = "python3-light"

_MODULES = {
    "asyncio": "asyncio _asyncio",
    "cgi": "cgi cgitb",
    "codecs": "unicodedata _codecs_cn _codecs_hk _codecs_iso2022 _codecs_jp _codecs_kr _codecs_tw _multibytecodec",
    "ctypes": "ctypes _ctypes",
    "dbm": "dbm _dbm _gdbm",
    "decimal": "decimal _decimal",
    "distutils": "distutils",
    "email": "email",
    "lib2to3": "lib2to3",
    "logging": "logging",
    "lzma": "lzma _lzma",
    "multiprocessing": "multiprocessing _multiprocessing _posixshmem",
    "ncurses": "curses _curses _curses_panel",
    "openssl": "_ssl _hashlib",
    "pydoc": "pydoc pydoc_data doctest",
    "readline": "readline",
    "sqlite3": "sqlite3 _sqlite3",
    "unittest": "unittest",
    "urllib": "urllib",
    "uuid": "uuid _uuid",
    "venv": "venv",
    "xml": "xml xmlrpc pyexpat _elementtree",
}

#: By the first word of a module's name. What is not here is in python3-light.
SPLIT = {module: f"python3-{package}" for package, modules in _MODULES.items() for module in modules.split()}

#: In the feed, but not of Python.
FEED = {"cryptography": "python3-cryptography"}

#: Modules that are loaded by a call rather than by an import.
LOADED_BY = {
    ("hashlib", "scrypt"): "_hashlib",
    ("hashlib", "pbkdf2_hmac"): "_hashlib",  # from 3.12 on
    ("socket", "getaddrinfo"): "encodings.idna",
}
