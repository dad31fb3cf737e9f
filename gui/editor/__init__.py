"""The annotation editor: what the keys and the mouse do to a document."""
