"""Review queues: making them, walking through them, and what the reviewer says of tokens."""
