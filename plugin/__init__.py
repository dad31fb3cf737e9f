"""The Praat plugin of w2vpraat, as installable data."""
