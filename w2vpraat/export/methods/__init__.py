"""The methods paragraph and its references."""
