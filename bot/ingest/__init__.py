"""What comes in by HTTP: parsed cheaply, kept durably, answered, folded later."""
