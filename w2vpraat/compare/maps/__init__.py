"""Maps: two dimensions to look at, each with numbers."""
