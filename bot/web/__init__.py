"""The HTTP server: alerts in, health and metrics out."""
