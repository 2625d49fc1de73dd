"""What can go wrong with a vendor's call, named by cause, each in words that say what to do.

Imports nothing heavy, so any process may name these errors.

VendorError            message is for people; no key, no address of a person and no text of the answer in it
├── NotSetUp           final       no key, or an address that is none
├── BadKey             final       401, 403: the vendor does not take the key
├── NoCredit           final       the account has no credit left: retrying cannot help
├── RateLimited        retryable   429; retry_after in seconds where the vendor says
├── Rejected           final       400, 404, 412, 413, 422 and other 4xx: asked in a way it does not know
├── Unreachable        retryable   no connection: the call was surely not made
├── ServerFault        retryable   5xx: it was made, and failed
├── Unanswered         unknown     sent, and no whole answer came in time: perhaps it was done, and billed
└── NotUnderstood      unknown     an answer came that is none (no JSON, too long, another shape)

`made` says whether the vendor may have done what was asked: who pays by the call must not repeat one that is
made or unknown as if nothing had happened.
"""

from __future__ import annotations

from services.errors import ProductError


class VendorError(ProductError):
    """Base. reason: a stable word for rows and counters. vendor: as people call it."""

    reason = "failed"
    retryable = False
    # True: it may have been done, and counted against a limit or credits.
    made = True
    status = 503
    said = "{vendor} could not be asked: try again in a moment."

    def __init__(self, vendor: str, detail: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(f"{self.said.format(vendor=vendor)} {detail}".strip())
        self.vendor = vendor
        self.retry_after = retry_after


# What is said of these when trying again, of which their messages speak, has come to its end.
GIVEN_UP = {
    "rate_limited": "{vendor}'s rate limit is reached: wait some minutes, then start this again.",
    "unreachable": "{vendor} could not be reached, however often it was tried: start this again once it can be.",
    "server_fault": "{vendor}'s server failed, however often it was tried: start this again once it works.",
    "unanswered": "{vendor} did not answer in time, however often it was asked: start this again once it does.",
}


def given_up(error: VendorError) -> str:
    """The message of a job that ends with an error which was tried again before."""
    return GIVEN_UP[error.reason].format(vendor=error.vendor) if error.reason in GIVEN_UP else error.message


class NotSetUp(VendorError):
    reason, made = "not_set_up", False
    said = "{vendor} is not set up:"


class BadKey(VendorError):
    reason, made = "bad_key", False
    said = "{vendor} does not take the key: an admin replaces it."


class NoCredit(VendorError):
    reason, made = "no_credit", False
    said = "The {vendor} account has no credit left: add credit, then start the run again."


class RateLimited(VendorError):
    reason, retryable, status = "rate_limited", True, 429
    said = "{vendor}'s rate limit is reached; the call is made again later."


class Rejected(VendorError):
    reason = "rejected"
    said = "{vendor} rejects the request: look whether what was asked for is right; else an admin checks its settings."


class Unreachable(VendorError):
    reason, retryable, made = "unreachable", True, False
    said = "{vendor} cannot be reached; it is tried again."


class ServerFault(VendorError):
    reason, retryable = "server_fault", True
    said = "{vendor}'s server failed; it is tried again."


class Unanswered(VendorError):
    reason = "unanswered"
    said = "{vendor} did not answer in time; whether it did what was asked is not known. Look before you ask again."


class NotUnderstood(VendorError):
    reason = "not_understood"
    said = "{vendor}'s answer is not what its interface promises: an admin checks its address in the settings."
