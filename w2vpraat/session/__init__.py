"""Settings, provenance and the cache of a run."""
