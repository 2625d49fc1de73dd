"""What whoever started a run must still be allowed to do for it to go on, asked at each of its checkpoints.

The question itself is SQL (run_refused()), with the person's role and the search as they are by then.
"""

from __future__ import annotations

from typing import Literal

# see: of a search that they may know of; edit: change what is in it; own: be its owner, or an admin; list: change the
# list of the param list_id; work: be no viewer.
Need = Literal["see", "edit", "own", "list", "work"]

# What run_refused() says, in words for people.
REASONS = {
    "account": "The person who started this may no longer use SourcingX.",
    "role": "The person who started this may only look by now.",
    "search": "The person who started this may no longer do this in the search.",
    "list": "The person who started this may no longer change the list.",
}


def ended(refused: str, message: str) -> str:
    """The message of a run that ended for this reason. message: what was done, where the handler says so."""
    return f"{REASONS[refused]} {message or 'It ended there; what was done before stays.'}"
