"""One small client a vendor: injected base URL and transport, a timeout on every call, no retries.

A client knows how to ask and what an answer means. When to ask again, and how often, is decided by
whoever schedules the work.
"""
