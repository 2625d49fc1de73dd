"""Made-up people: the demo, the sample, data for tests and benchmarks."""
