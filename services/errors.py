"""Errors that a person can act on, named by cause.

ProductError            message is shown as it is; it never holds personal data
├── BadInput            400  what was given cannot be taken
├── NotSignedIn         401
├── Forbidden           403  signed in, but not allowed
│   └── Archived             the search is put away; restored, it can be had again
├── NotFound            404
├── Conflict            409  someone else got there first
├── LimitReached        429  a limit of ours or of a vendor
└── Unavailable         503  a server we need does not answer
"""

from __future__ import annotations


class ProductError(Exception):
    """Base of all errors whose message is written for the person who sees it."""

    status = 500

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class BadInput(ProductError):
    status = 400


class NotSignedIn(ProductError):
    status = 401


class Forbidden(ProductError):
    status = 403


class Archived(Forbidden):
    pass


class NotFound(ProductError):
    status = 404


class Conflict(ProductError):
    status = 409


class LimitReached(ProductError):
    status = 429


class Unavailable(ProductError):
    status = 503
