"""What is served over HTTP besides Slack: alerts in, health and metrics out."""
