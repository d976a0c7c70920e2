"""SQL and nothing else: rows in, frozen dataclasses out. Only use cases and the outbox call what writes."""
