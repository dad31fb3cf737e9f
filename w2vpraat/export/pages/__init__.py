"""Reports: one HTML file each, which opens offline and prints."""
