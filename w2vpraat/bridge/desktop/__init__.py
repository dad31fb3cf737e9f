"""Two programs on one desktop: a running Praat, and the window of w2vpraat."""
