"""Tocsin: a Slack-native incident and escalation bot."""
