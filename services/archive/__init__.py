"""Searches that rest, as files, and back."""
