"""Without Qt: what jobs do on other threads, and the values that they work on."""
