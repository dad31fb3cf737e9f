"""Files of the user: opened, watched, kept, saved."""
