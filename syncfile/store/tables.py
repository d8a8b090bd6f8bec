"""The database tables: peewee makes those of a new store; what reads and writes them is SQL.

Ids of objects are 40 lower-case hex characters, ids of repos UUID text, times int seconds UTC, sizes bytes.
Tables marked *derived* can be dropped and filled again from the commits (``syncfile reindex``).
"""

from peewee import (
    SQL,
    AutoField,
    BigIntegerField,
    BlobField,
    BooleanField,
    CharField,
    CompositeKey,
    IntegerField,
    Model,
    TextField,
)


class Row(Model):
    """What all tables share. None is bound to a database. ``default`` only tells: SQLite knows of none."""

    class Meta:
        legacy_table_names = False


class Account(Row):
    """A person who can sign in."""

    id = AutoField(constraints=[SQL("AUTOINCREMENT")])  # an id is never given to a second account
    username = TextField()
    username_key = TextField(unique=True)  # NFC and case-folded: "Ann" and "ann" are one person
    email = TextField()
    email_key = TextField(unique=True)
    password = TextField()  # core/passwords.py tells the format
    is_active = BooleanField(default=True)
    is_staff = BooleanField(default=False)
    total = BigIntegerField()  # quota, bytes
    ctime_us = BigIntegerField()  # microseconds since the epoch
    default_repo_id = CharField(36, null=True)
    totp_secret = TextField(default="")  # base32; "" is no second step. It must be readable to check a code
    totp_step = BigIntegerField(default=0)  # of the last code that was taken: none is good twice


class RecoveryCode(Row):
    """A code that replaces the second step of signing in, once; only its hash is kept."""

    account_id = IntegerField()
    code_hash = CharField(64)  # SHA-256, hex

    class Meta:
        primary_key = CompositeKey("account_id", "code_hash")


class Token(Row):
    """A secret that stands for an account; only its hash is kept."""

    token_hash = CharField(64, primary_key=True)  # SHA-256, hex
    kind = CharField(16)  # login, session, legacy, sync, transfer, app
    account_id = IntegerField(index=True)
    parent_hash = CharField(64, null=True, index=True)  # the token that this one dies with
    repo_id = CharField(36, null=True)
    path = TextField(null=True)
    operation = CharField(16, default="")  # what a transfer token allows: download, upload, zip
    commit_id = CharField(40, null=True)  # a transfer of what was at the path then; None: of what is there
    issued_at = BigIntegerField()
    expires_at = BigIntegerField(null=True)  # None: until revoked
    last_seen_at = BigIntegerField()
    address = TextField(default="")
    device_id = TextField(default="")
    device_name = TextField(default="")
    platform = TextField(default="")
    client_version = TextField(default="")


class Repo(Row):
    """A library; ``size``, ``file_count`` and ``mtime`` are derived from its head."""

    id = CharField(36, primary_key=True)
    owner_id = IntegerField(index=True)
    name = TextField()
    desc = TextField(default="")
    head_id = CharField(40)
    created_at = BigIntegerField()
    mtime = BigIntegerField()
    size = BigIntegerField(default=0)
    file_count = BigIntegerField(default=0)
    enc_version = IntegerField(default=0)  # 0: not encrypted
    magic = TextField(default="")
    random_key = TextField(default="")
    salt = TextField(default="")
    public = CharField(2, default="")  # permission of every account: "", "r" or "rw"
    history_days = IntegerField(default=-1)  # -1: keep all
    history_since = BigIntegerField(default=0)  # nothing older is kept or shown
    origin_id = CharField(36, null=True, index=True)  # a virtual library: the repo that it is a part of
    origin_path = TextField(null=True)
    deleted_at = BigIntegerField(null=True)  # kept as a row: sync clients must hear "deleted", not "unknown"


class CommitRow(Row):
    """One commit, its JSON kept verbatim; the other columns repeat what queries need."""

    repo_id = CharField(36)
    id = CharField(40)
    root_id = CharField(40)
    parent_id = CharField(40, null=True)
    second_parent_id = CharField(40, null=True)
    ctime = BigIntegerField()
    body = TextField()

    class Meta:
        table_name = "commits"
        primary_key = CompositeKey("repo_id", "id")


class FsObject(Row):
    """A file object, a directory, or a page of a large directory (docs/format.md)."""

    repo_id = CharField(36)
    id = CharField(40)
    kind = CharField(1)  # f: file, d: directory in one piece, l: list of pages, p: page
    body = BlobField()
    touched_at = BigIntegerField(default=0)  # gc spares the young

    class Meta:
        primary_key = CompositeKey("repo_id", "id")


class SmallBlock(Row):
    """A block too small to deserve a file of its own."""

    repo_id = CharField(36)
    id = CharField(40)
    body = BlobField()
    touched_at = BigIntegerField()  # gc spares the young

    class Meta:
        primary_key = CompositeKey("repo_id", "id")


class Entry(Row):
    """Derived: every file and directory of every head, by name. The root itself has no row and is parent 0."""

    id = AutoField()
    repo_id = CharField(36)
    parent_id = IntegerField()
    name = TextField()
    name_key = TextField()  # NFC and case-folded, for search
    is_dir = BooleanField()
    object_id = CharField(40)
    size = BigIntegerField()
    mtime = BigIntegerField()

    class Meta:
        indexes = ((("repo_id", "parent_id", "name"), True), (("repo_id", "name_key"), False))


class Change(Row):
    """Derived: what each commit did to each path, newest last."""

    id = AutoField()
    repo_id = CharField(36)
    commit_id = CharField(40)
    path = TextField()  # for a rename the new path
    kind = CharField(8)  # add, modify, delete, rename
    old_path = TextField(null=True)  # rename only
    is_dir = BooleanField()
    object_id = CharField(40)  # after the change; of a delete, what was there
    size = BigIntegerField()
    ctime = BigIntegerField()
    account = TextField()  # the commit's creator_name

    class Meta:
        indexes = ((("repo_id", "path", "id"), False), (("repo_id", "commit_id"), False))


#: For the trash, which looks for the few removals among the many changes.
Change.add_index(Change.repo_id, Change.id, where=SQL("kind = 'delete'"), name="change_deleted")


class Group(Row):
    """People who share libraries among each other."""

    id = AutoField()
    name = TextField()
    owner_id = IntegerField(index=True)
    created_at = BigIntegerField()

    class Meta:
        table_name = "groups"


class Member(Row):
    """An account in a group; the owner has a row too and is an administrator of it."""

    group_id = IntegerField()
    account_id = IntegerField(index=True)
    is_admin = BooleanField(default=False)

    class Meta:
        primary_key = CompositeKey("group_id", "account_id")


class Share(Row):
    """A library, or the virtual library of a directory, given to one account or one group (the other one is 0)."""

    repo_id = CharField(36)
    account_id = IntegerField(default=0, index=True)
    group_id = IntegerField(default=0, index=True)
    permission = CharField(2)  # r or rw
    shared_by = IntegerField()  # account id
    created_at = BigIntegerField()

    class Meta:
        primary_key = CompositeKey("repo_id", "account_id", "group_id")


class Link(Row):
    """A public link to a file or directory. Its token is kept as it is: the owner may look it up again."""

    token = CharField(40, primary_key=True)
    kind = CharField(1)  # f: file, d: directory, u: upload into a directory
    account_id = IntegerField(index=True)
    repo_id = CharField(36, index=True)
    path = TextField()
    password = TextField(default="")  # core/passwords.py tells the format; "" is none
    created_at = BigIntegerField()
    expires_at = BigIntegerField(null=True)
    views = IntegerField(default=0)
    downloads = IntegerField(default=0)


class FileLock(Row):
    """A file that only one account may change for now."""

    repo_id = CharField(36)  # of a virtual library's file: the origin's
    path = TextField()
    account_id = IntegerField()
    locked_at = BigIntegerField()

    class Meta:
        primary_key = CompositeKey("repo_id", "path")


class Star(Row):
    """A library, directory or file that an account wants to find again."""

    account_id = IntegerField()
    repo_id = CharField(36)
    path = TextField()  # "/" is the library
    created_at = BigIntegerField()

    class Meta:
        primary_key = CompositeKey("account_id", "repo_id", "path")


class Notification(Row):
    """Something that an account should hear of."""

    id = AutoField()
    account_id = IntegerField(index=True)
    kind = CharField(32)  # repo_share, dir_share, group_join, ...
    sender = TextField()
    content = TextField()
    facts = TextField(default="{}")  # JSON for programs: repo_id, path, group_id
    created_us = BigIntegerField()  # microseconds
    is_read = BooleanField(default=False)


class UploadSession(Row):
    """A file that arrives in pieces; its blocks so far are stored."""

    id = CharField(64, primary_key=True)  # SHA-256 of account, repo and path
    account_id = IntegerField()
    repo_id = CharField(36)
    path = TextField()
    total = BigIntegerField()  # bytes announced
    received = BigIntegerField(default=0)  # bytes stored; what is beyond the whole blocks is in a part file
    block_ids = TextField(default="")  # one after the other: to add one, the others need not be read
    updated_at = BigIntegerField(index=True)


class AuditEvent(Row):
    """Something done that an administrator may have to look up; the oldest rows go when there are too many."""

    id = AutoField()
    at = BigIntegerField()
    account_id = IntegerField(default=0, index=True)  # who did it, or whose name was tried; 0: nobody known
    username = TextField(default="")  # as it was then
    address = TextField(default="")  # "" is the command line
    action = CharField(32)  # docs/api/audit.md lists them
    target = TextField(default="")  # what it was done to: a name or path for people
    facts = TextField(default="{}")  # JSON for programs


class ServerSetting(Row):
    """A setting that an administrator has changed while the server runs; it goes before the file's."""

    name = CharField(64, primary_key=True)
    value = TextField()  # as it would stand in the file


class JobState(Row):
    """What a job has to remember from one run to the next."""

    name = CharField(64, primary_key=True)
    value = TextField()  # JSON


TABLES = (
    Account,
    RecoveryCode,
    Token,
    Repo,
    CommitRow,
    FsObject,
    SmallBlock,
    Entry,
    Change,
    Group,
    Member,
    Share,
    Link,
    FileLock,
    Star,
    Notification,
    UploadSession,
    AuditEvent,
    ServerSetting,
    JobState,
)
