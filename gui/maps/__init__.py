"""Maps of both worlds, side by side and linked."""
