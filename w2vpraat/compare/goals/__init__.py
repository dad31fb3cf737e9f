"""Goals: what a representation should keep or remove, each with its protocol."""
