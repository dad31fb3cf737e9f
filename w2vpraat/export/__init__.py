"""Results as files: tables, vectors, figures."""
