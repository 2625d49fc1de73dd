"""Erasing, keeping out, retention, reports on one person, do-not-contact."""
