"""Maps of live values: how they are laid flat, what they show, and how they follow edits."""
