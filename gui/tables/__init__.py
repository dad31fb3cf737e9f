"""Table models over frozen tuples."""
