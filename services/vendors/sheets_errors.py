"""What can go wrong with reading a Google Sheet, named by cause, each in words that say what to do.

Imports nothing of Google's, so any process may name these errors.

SheetError             message is for people; no key and no cell in it
├── NotSetUp           no key
├── BadKey             one that Google does not take
├── ApiOff             403: the account's project does not use the Sheets API
├── NotShared          403: the service account may not read it
├── NoSuchSheet        404
├── NoSuchRange        400: the tab was renamed, or the range cannot be read
├── TooManyReads       429; retry_after in seconds
├── SheetTimedOut      no whole answer in time
└── SheetsDown         5xx, no connection, or an answer that is none
"""

from __future__ import annotations

from services.errors import ProductError


class SheetError(ProductError):
    """Base. The list stays as it was read last."""

    status = 503


class NotSetUp(SheetError):
    def __init__(self) -> None:
        super().__init__("Google Sheets is not set up: an admin gives SourcingX a service account's key.")


class BadKey(SheetError):
    def __init__(self) -> None:
        super().__init__("Google does not take the service account's key. An admin makes a new one.")


class ApiOff(SheetError):
    def __init__(self) -> None:
        super().__init__("The service account's project may not use Google Sheets. An admin switches its API on.")


class NotShared(SheetError):
    def __init__(self, address: str) -> None:
        super().__init__(f"SourcingX may not read this sheet. Share it with {address} as a viewer.")


class NoSuchSheet(SheetError):
    def __init__(self) -> None:
        super().__init__("There is no such sheet. Look whether its address is right, or whether it was deleted.")


class NoSuchRange(SheetError):
    def __init__(self, wanted: str) -> None:
        super().__init__(f"The sheet has no “{wanted}”: its tab was renamed, or the range is not one. Set it anew.")


class TooManyReads(SheetError):
    def __init__(self, retry_after: float) -> None:
        super().__init__("Google allows no more reads for the moment. It is tried again by itself.")
        self.retry_after = retry_after


class SheetTimedOut(SheetError):
    def __init__(self) -> None:
        super().__init__("Google did not answer in time. It is tried again by itself.")


class SheetsDown(SheetError):
    def __init__(self) -> None:
        super().__init__("Google Sheets does not answer as it should. It is tried again by itself.")
