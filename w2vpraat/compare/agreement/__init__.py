"""Two annotators of the same recordings: boundaries, labels, disagreements, adopting one or the other."""
