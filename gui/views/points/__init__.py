"""A map of many points: drawn fast, picked exactly."""
