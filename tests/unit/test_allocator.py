"""What the C library does with memory that a worker gives back."""

from __future__ import annotations

import json
import subprocess
import sys

CODE = """
import ctypes, json, pathlib, re, sys
from services.servers import allocator

def resident():
    return int(re.search(r"VmRSS:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1]) // 1024

if sys.argv[1] == "asked":
    allocator.give_back()
del [bytearray(16 << 20)][0]
before, blocks, pins = resident(), [], []
for _ in range(32):
    blocks.append(bytearray(4 << 20))
    # Small and kept, above each large one: the heap cannot shrink below it.
    pins.append(ctypes.create_string_buffer(100_000))
full = resident()
blocks.clear()
held = resident() - before
import pyarrow
print(json.dumps({"held": held, "had": full - before, "pool": pyarrow.default_memory_pool().backend_name}))
"""


def measured(how: str) -> dict[str, int | str]:
    done = subprocess.run([sys.executable, "-c", CODE, how], capture_output=True, text=True, check=True, timeout=120)
    found: dict[str, int | str] = json.loads(done.stdout)
    return found


def test_large_blocks_go_back_to_the_system() -> None:
    found = measured("asked")
    assert int(found["had"]) >= 120, "the blocks were never there"
    assert int(found["held"]) < 20
    assert found["pool"] == "system"
