"""What a check can find."""

from dataclasses import dataclass

from syncfile.core.texts import printable


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        repo_id: The library; "" for what belongs to none.
        path: The newest path where it shows, in the library; "" for what has none.
        kind: What is wrong: "commit", "directory", "file", "block", "index", "changes", "count" or "dangling".
        id: Of the object or block, "" where it is none.
        what: One sentence for people.
        commit_id: Where it shows; "" at the head.
    """

    repo_id: str
    path: str
    kind: str
    id: str
    what: str
    commit_id: str = ""

    def __str__(self) -> str:
        place = f" (in commit {self.commit_id})" if self.commit_id else ""
        name = f" {self.id}" if self.id else ""
        return printable(f"{self.repo_id or '-'} {self.path or '-'}{place}: {self.kind}{name}: {self.what}")
