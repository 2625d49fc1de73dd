"""Every error of a vendor says what to do, or that nothing needs to be done."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services.vendors import openai_errors, phantombuster_errors, sheets_errors, vendor_errors

# What each message says to do. A new error has to be added here, with the words by which it does.
SAYS = {
    "vendor_errors.VendorError": "try again", "vendor_errors.NotSetUp": "is not set up:",
    "vendor_errors.BadKey": "an admin replaces it", "vendor_errors.NoCredit": "add credit",
    "vendor_errors.RateLimited": "made again later", "vendor_errors.Rejected": "an admin checks its settings",
    "vendor_errors.Unreachable": "it is tried again", "vendor_errors.ServerFault": "it is tried again",
    "vendor_errors.Unanswered": "Look before you ask again",
    "vendor_errors.NotUnderstood": "an admin checks its address",
    "phantombuster_errors.AgentBusy": "Wait until one has ended",
    "phantombuster_errors.NoSuchAgent": "Choose another one",
    "phantombuster_errors.NoSuchContainer": "look whether its id is right",
    "phantombuster_errors.NoResult": "look at its console", "phantombuster_errors.NotAllowed": "An admin adds its host",
    "sheets_errors.NotSetUp": "an admin gives", "sheets_errors.BadKey": "An admin makes a new one",
    "sheets_errors.ApiOff": "An admin switches its API on", "sheets_errors.NotShared": "Share it with",
    "sheets_errors.NoSuchSheet": "Look whether its address is right", "sheets_errors.NoSuchRange": "Set it anew",
    "sheets_errors.TooManyReads": "tried again by itself", "sheets_errors.SheetTimedOut": "tried again by itself",
    "sheets_errors.SheetsDown": "tried again by itself",
    "openai_errors.RateLimited": "made again later", "openai_errors.QuotaExhausted": "add credit",
    "openai_errors.Refused": "decide yourself", "openai_errors.Truncated": "ask again",
    "openai_errors.InvalidAnswer": "an admin looks at OPENAI_MODEL", "openai_errors.ServerFault": "try again",
    "openai_errors.AnswerLost": "try again", "openai_errors.TimedOut": "try again",
    "openai_errors.BadKey": "check OPENAI_API_KEY", "openai_errors.RequestRejected": "check OPENAI_MODEL",
    "openai_errors.NoBatches": "screen now instead", "openai_errors.BatchGone": "go on with the screening",
}  # fmt: skip
BASES = (phantombuster_errors.PhantomError, sheets_errors.SheetError, openai_errors.ModelError)


def subclasses(base: type[Exception]) -> Iterator[type[Exception]]:
    yield base
    for one in base.__subclasses__():
        yield from subclasses(one)


def made(cause: type[Exception]) -> Exception:
    if issubclass(cause, phantombuster_errors.PhantomError):
        return cause()
    if issubclass(cause, vendor_errors.VendorError):
        return cause("SalesQL")
    given: dict[str, tuple[object, ...]] = {
        "NotShared": ("a@b.example",),
        "NoSuchRange": ("A1",),
        "TooManyReads": (1.0,),
    }
    return cause(*given.get(cause.__name__, ()))


ERRORS = {
    f"{one.__module__.rpartition('.')[2]}.{one.__name__}": one
    for base in (vendor_errors.VendorError, sheets_errors.SheetError, openai_errors.ModelError)
    for one in subclasses(base)
    if one not in BASES
}


@pytest.mark.parametrize("name", sorted(ERRORS))
def test_a_message_says_what_to_do(name: str) -> None:
    assert SAYS[name] in str(made(ERRORS[name]))


@pytest.mark.parametrize("reason", sorted(vendor_errors.GIVEN_UP))
def test_a_job_that_gives_up_does_not_say_that_it_tries_again(reason: str) -> None:
    cause = next(one for one in ERRORS.values() if one.reason == reason)
    said = vendor_errors.given_up(cause("SalesQL"))
    assert "start this again" in said and "SalesQL" in said and "it is tried again" not in said


def test_nothing_is_said_of_an_error_that_is_not_there() -> None:
    assert set(SAYS) == set(ERRORS)
