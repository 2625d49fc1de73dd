"""Figures of the goals. `make bench ONLY="P1a P3"`; results in benchmarks/results/latest.json."""
