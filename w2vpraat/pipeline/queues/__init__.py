"""Review queues: which tokens to look at one by one, and their list as a file."""
