"""The background worker and how it is asked: client, listener, jobs one after another."""
