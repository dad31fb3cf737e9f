"""Values of tokens that follow edits: only what depends on an edit is computed again."""
