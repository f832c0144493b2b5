"""Decisions about people and what is remembered of them."""
