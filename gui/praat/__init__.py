"""Between the window and a running Praat."""
