"""What a job remembers from one run to the next, over restarts: one small JSON object for each."""

import json
from collections.abc import Mapping
from typing import Any

from syncfile.store.db import Database


def recall_state(db: Database, name: str) -> dict[str, Any]:
    """Return what was kept last, empty if nothing ever was. Raises ``StoreUnavailable``."""
    row = db.row("SELECT value FROM job_state WHERE name = ?", name)
    fields: dict[str, Any] = json.loads(row[0]) if row else {}
    return fields


def keep_state(db: Database, name: str, fields: Mapping[str, object]) -> None:
    """Remember something in the place of what was kept before; joins the running transaction.

    Raises:
        StoreUnavailable, DiskFull, Busy: What was kept before still is.
    """
    sql = "INSERT INTO job_state (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
    with db.transaction():
        db.rows(sql, name, json.dumps(fields))
