"""Fine-tuning from the window."""
