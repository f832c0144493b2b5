"""Cornbread: a self-hosted social customer experience platform."""

__version__ = "0.1.0"
