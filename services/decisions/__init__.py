"""What people do about candidates: stages, rejections, triage, many at once, and Undo."""
