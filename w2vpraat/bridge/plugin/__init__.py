"""Where Praat looks for plugins, and ours in it: install, check, remove."""
