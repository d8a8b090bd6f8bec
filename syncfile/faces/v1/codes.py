"""The codes of the legacy API: one row each, with the text of the document, its spelling mistakes included.

Programs compare these texts, so they are part of the contract.
"""

from collections.abc import Mapping

from syncfile import errors
from syncfile.errors import SyncFileError

MESSAGES: Mapping[int, str] = {
    1000: "registered a new user.",
    1001: "the user has been registered, please change the user name",
    1002: "the email has been registered, please change the email",
    1003: "blank username/password/email",
    1004: 'username cannot contain the following characters: /:*?"<> |',
    1010: "auth id get ok",
    1011: "auth failure. user is not registered or user name/password incorrect",
    1020: "valid authid, and auth still alive",
    1021: "invalid authid",
    1100: "folder created successfully",
    1101: "folder already exist",
    1102: "folder path should not ended with \\",
    1103: "folder path error. the parent folde should be created firstly. and use \\",
    1120: "folder details info",
    1121: "foler not exist. please check path format & content",
    1130: "renamed folder {0} to {1}",
    1131: "requested folder not exist",
    1140: "folder removed",
    1141: "requested folder not exist. or path format error(use /)",
    1150: "get folder list",
    1151: "requested folder not exist. or path format error(use /)",
    1200: "file uploaded by form successfully",
    1201: "not support this op(POST only support op=upload)",
    1202: "file already exist at server dir",
    1203: "file creation exception(pure OST)",
    1204: "file creation exception(form POST)",
    1205: "file already exist at DB",
    1206: "Incorrect API format, please check manual",
    1210: "file uploaded by POST successfully",
    1220: "{0}",
    1221: "file not exists",
    1222: "server busy, repeat again",
}

SUCCESSES = frozenset({1000, 1010, 1020, 1100, 1120, 1130, 1140, 1150, 1200, 1210, 1220})

#: What an answer has beside code, status and message; blank on an error, as the document shows it.
BLANKS: Mapping[int, Mapping[str, str]] = {
    1011: {"authid": " "},
    1021: {"auth_time": " "},
    1121: {"details": ""},
    1151: {"details": ""},
}

#: Codes whose message tells the reason as well.
REASONED = frozenset({1203, 1204})

#: For each operation the code of each error; a class that is not named counts as its nearest parent.
CODES: Mapping[str, Mapping[type[SyncFileError], int]] = {
    "userRegister": {errors.BadRequest: 1003, errors.AlreadyExists: 1001, errors.PermissionDenied: 1011},
    "getAuthID": {errors.NotAuthenticated: 1011, errors.BadRequest: 1011},
    "isAuthAlive": {errors.NotAuthenticated: 1021, errors.BadRequest: 1021},
    "folder": {errors.NotAuthenticated: 1021, errors.BadRequest: 1206},
    "folder.mkdir": {
        errors.AlreadyExists: 1101,
        errors.BadRequest: 1103,
        errors.NotFound: 1103,
    },
    "folder.getdetail": {errors.BadRequest: 1121, errors.NotFound: 1121},
    "folder.rename": {
        errors.AlreadyExists: 1101,
        errors.BadRequest: 1131,
        errors.NotFound: 1131,
    },
    "folder.rm": {errors.BadRequest: 1141, errors.NotFound: 1141},
    "folder.list": {errors.BadRequest: 1151, errors.NotFound: 1151},
    "file": {errors.NotAuthenticated: 1021, errors.BadRequest: 1206},
    "file.upload.raw": {errors.BadRequest: 1206, errors.AlreadyExists: 1202, errors.SyncFileError: 1203},
    "file.upload.form": {errors.BadRequest: 1206, errors.AlreadyExists: 1202, errors.SyncFileError: 1204},
    "file.download": {errors.BadRequest: 1206, errors.NotFound: 1221, errors.Busy: 1222},
}
