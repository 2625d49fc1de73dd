"""What a log may say of an exception: types and places. Messages of libraries may quote a person's data."""

from __future__ import annotations

from types import TracebackType


def trace(error: BaseException) -> str:
    """Exception types, each with file:line of its frames, innermost first, and causes after them."""
    parts: list[str] = []
    current: BaseException | None = error
    while current is not None and len(parts) < 10:
        sqlstate = getattr(current, "sqlstate", None)
        name = f"{type(current).__name__} {sqlstate}" if sqlstate else type(current).__name__
        parts.append(f"{name} [{' < '.join(reversed(_frames(current.__traceback__)))}]")
        current = current.__cause__ or current.__context__
    return " caused by ".join(parts)


def _frames(found: TracebackType | None) -> list[str]:
    frames = []
    while found is not None:
        code = found.tb_frame.f_code
        frames.append(f"{code.co_filename.rsplit('/', 2)[-1]}:{found.tb_lineno} {code.co_name}")
        found = found.tb_next
    return frames
