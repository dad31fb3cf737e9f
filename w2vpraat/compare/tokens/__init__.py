"""What can be said of single tokens: neighbours, outliers, disagreement, sensitivity."""
