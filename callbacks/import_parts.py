"""What the controls of the import page say about its files, as the parts of an import."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.errors import BadInput


def parts_of(uploads: Any, ids: Sequence[dict[str, Any]], values: Sequence[Any]) -> list[dict[str, Any]]:
    """One part per file, or per chosen sheet of it. ids, values: of the controls, see layouts.ids.import_option.

    Controls that are not there yet say nothing. Raises BadInput when all sheets of all files are left out.
    """
    given = uploads if isinstance(uploads, list) else [uploads]
    said: dict[int, dict[str, Any]] = {}
    for known, value in zip(ids, values, strict=False):
        said.setdefault(known["place"], {})[known["name"]] = value
    parts = [
        {"upload_id": upload, "sheet": sheet, "options": {k: v for k, v in options.items() if k != "sheets"}}
        for place, upload in enumerate(given)
        for options in [said.get(place, {})]
        for sheet in options.get("sheets", [""])
    ]
    if given and not parts:
        raise BadInput("Choose at least one sheet.")
    return parts
