"""Two annotators of one recording: the second TextGrid, what differs, what becomes of it."""
