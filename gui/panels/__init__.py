"""Panels: forms and lists that emit what the user wants."""
