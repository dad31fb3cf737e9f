"""The window of w2vpraat (PySide6)."""
