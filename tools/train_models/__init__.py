"""Scripts that make and score the bundled wav2vec 2.0 models."""
