"""The pages of the channels: thin edges that parse, call one action and render."""
