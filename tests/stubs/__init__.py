"""Vendor servers for tests and for the demo: real HTTP over loopback, nothing leaves the machine."""
