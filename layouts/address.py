"""What a list says of its address, for address.js in the browser; and what that says of one that was gone to. Pure."""

from __future__ import annotations

from typing import Any

# Characters. What is not from our form may be longer, and is then asked for again.
_LONGEST_QUERY = 2_000


def shown(path: str, query: str | None, *, form: bool = False) -> dict[str, Any]:
    """What is shown of a page's path. query: of its address, None for nothing. form: whether its fields asked."""
    if query:
        query = f"?{query.removeprefix('?')}"[:_LONGEST_QUERY]
    return {"path": path, "query": query, "form": form}


def gone_to(given: Any) -> str:
    """The query of an address that the browser went to, without its question mark."""
    query = given.get("query") if isinstance(given, dict) else None
    return query.removeprefix("?") if isinstance(query, str) else ""
