"""What a vowel chart shows, as numbers."""
