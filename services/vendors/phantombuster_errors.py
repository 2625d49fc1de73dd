"""What can go wrong with PhantomBuster beyond what can with every vendor, in words that say what to do.

VendorError (vendor_errors.py)
├── AgentBusy       not made   429: as many run as may
├── NoSuchAgent     final      404, 412: not of this account
├── NoSuchContainer final      404: its id is wrong, or PhantomBuster has forgotten it
├── NoResult        final      the container finished without a result, or its file is not there
└── NotAllowed      final      the result stands where SourcingX may not go
"""

from __future__ import annotations

from services.vendors.vendor_errors import VendorError

VENDOR = "PhantomBuster"


class PhantomError(VendorError):
    """Base of these."""

    made = False

    def __init__(self, detail: str = "") -> None:
        super().__init__(VENDOR, detail)


class AgentBusy(PhantomError):
    reason, status = "busy", 429
    said = (
        "{vendor} runs as many agents as it may: this one, or as many as your plan allows. Wait until one has ended, "
        "then launch again."
    )


class NoSuchAgent(PhantomError):
    reason, status = "no_such_agent", 404
    said = "{vendor} does not know this agent: it was deleted, or belongs to another account. Choose another one."


class NoSuchContainer(PhantomError):
    reason, status = "no_such_container", 404
    said = "{vendor} does not know this run: look whether its id is right; runs of long ago are forgotten there."


class NoResult(PhantomError):
    reason, status = "no_result", 404
    said = (
        "This run left no result: look at its console at {vendor}; often the search had nobody new, or the session "
        "cookie is too old."
    )


class NotAllowed(PhantomError):
    reason, status = "not_allowed", 403
    said = (
        "The result stands at an address that SourcingX may not read. An admin adds its host to "
        "PHANTOMBUSTER_FILE_HOSTS if it is {vendor}'s."
    )
