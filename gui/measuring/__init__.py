"""Counting, estimating, measuring, and what the results say of what is on the screen now."""
