"""Slack: what comes in (listeners), what it looks like (render, modals), and the one caller of its Web API."""
