"""What the screens show of a conversation, as plain values for templates."""
