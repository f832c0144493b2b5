"""Template filters of listening."""
