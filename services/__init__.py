"""The product. Nothing here imports Dash; everything takes a Runtime and an Actor."""

from pathlib import Path

# Where the packages stand: child processes start there.
ROOT = Path(__file__).resolve().parent.parent
