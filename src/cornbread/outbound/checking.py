"""The first checks of a draft, with what the network, the dictionary and the web say."""
