"""Between Praat and the library: a warm worker, its thin client, Praat's own files."""
