"""Why people are rejected: codes, in the order in which they are offered.

About work only: no code may stand for a protected or inferred trait.
"""

from __future__ import annotations

from typing import Any

from services.errors import BadInput

CODES = (
    "skills", "experience", "overqualified", "background", "location", "salary", "tenure", "not_interested", "other",
)  # fmt: skip


def check(raw: Any, *, rejects: bool) -> str:
    """A code, or "" for none. Raises BadInput for another one, and for a reason of what is no rejection."""
    if raw in (None, ""):
        return ""
    if raw not in CODES:
        raise BadInput(f"A reason is one of {', '.join(CODES)}.")
    if not rejects:
        raise BadInput("Only a rejection has a reason.")
    return str(raw)
