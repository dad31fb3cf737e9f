"""How far categories lie apart: two at a time, and all at once."""
