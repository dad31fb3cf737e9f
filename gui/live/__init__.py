"""Values that follow the annotations while they are edited."""
