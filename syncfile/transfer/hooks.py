"""The inner names of waitress that the transfer path stands on."""

from waitress.buffers import OverflowableBuffer
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.task import ErrorTask, Task, WSGITask

HOOKS: dict[type, str] = {
    HTTPChannel: (
        "add_channel close_when_flushed current_outbuf_count del_channel error_task_class handle_close handle_write "
        "parser_class readable received request service task_class total_outbufs_len will_close writable write_soon "
        "_flush_exception _flush_some _flush_some_if_lockable"
    ),
    HTTPRequestParser: (
        "chunked close completed content_length error expect_continue get_body_stream headers_finished parse_header "
        "received version"
    ),
    Task: (
        "build_response_header close_on_finish complete content_length finish has_body start status write wrote_header"
    ),
    ErrorTask: "execute service",
    WSGITask: "execute get_environment service",
    OverflowableBuffer: "append buf close get skip",
}


def check_waitress() -> None:
    """Raise ``RuntimeError`` naming what this release of waitress lacks of the names that are relied on."""
    names = [(cls, name) for cls, listed in HOOKS.items() for name in listed.split()]
    missing = [f"{cls.__name__}.{name}" for cls, name in names if not hasattr(cls, name)]
    if missing:
        raise RuntimeError(f"this release of waitress does not fit, it lacks {', '.join(missing)}")
