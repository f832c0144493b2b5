"""Pure decisions about rules: when one holds and why, what it does, and when it must stop."""
