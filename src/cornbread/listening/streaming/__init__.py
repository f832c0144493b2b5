"""JetStream between the listeners and any number of intake workers (``STREAM_URL``)."""
