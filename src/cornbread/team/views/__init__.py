"""The pages of the team: thin edges that parse, call one action and render."""
