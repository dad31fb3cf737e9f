"""Probes: what a simple classifier can read from a representation."""
