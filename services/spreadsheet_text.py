"""Text that passes through spreadsheet programs without being run as a formula.

OWASP, "CSV injection": a cell that starts with one of these signs is a formula to a spreadsheet.
"""

from __future__ import annotations

_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def guard(cell: str) -> str:
    """The cell with a ' before it where it would be a formula."""
    return "'" + cell if cell.startswith(_SIGNS) else cell


def unguard(cell: str) -> str:
    """What guard() was given."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_SIGNS) else cell
