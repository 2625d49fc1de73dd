"""All stub vendors of enrichment in one process, for the demo: python -m tests.stubs.vendors --salesql 1 --crustdata 2.

They take every key.
"""

from __future__ import annotations

import argparse
import signal
import threading
from contextlib import ExitStack

from tests.stubs.crustdata_server import CrustdataStub
from tests.stubs.salesql_server import SalesqlStub
from tests.stubs.vendor_stub import VendorStub


def main() -> None:
    """Serve until a signal."""
    parser = argparse.ArgumentParser(description="Stubs of vendors on loopback.")
    parser.add_argument("--salesql", type=int, default=0, help="port")
    parser.add_argument("--crustdata", type=int, default=0, help="port")
    parser.add_argument("--latency", type=float, default=0.3, help="seconds")
    args = parser.parse_args()
    stubs: list[VendorStub] = [
        SalesqlStub(port=args.salesql, latency_s=args.latency),
        CrustdataStub("current", port=args.crustdata, latency_s=args.latency),
    ]
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with ExitStack() as stack:
        for stub in stubs:
            stub.key = None
            stack.enter_context(stub)
        ended.wait()


if __name__ == "__main__":
    main()
