"""To and from Praat: a recording is shown there, and what others want to see is shown here."""
