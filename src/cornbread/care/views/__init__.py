"""The pages of the inbox: parse, call once, render."""
