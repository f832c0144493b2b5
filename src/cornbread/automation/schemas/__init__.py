"""Shapes of rules, macros and webhooks in the API."""
