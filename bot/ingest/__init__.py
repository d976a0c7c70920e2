"""What comes in by HTTP: read it, keep it, answer."""
