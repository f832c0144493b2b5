"""What every network speaks with the rest of the product: values only, no Django, no I/O."""
