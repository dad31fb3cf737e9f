"""Similarity of representations, and the subspaces that speakers and labels span."""
