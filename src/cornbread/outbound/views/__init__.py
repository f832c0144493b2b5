"""Pages of canned responses and signatures."""
