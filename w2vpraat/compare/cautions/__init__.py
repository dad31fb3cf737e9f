"""What in the material makes a comparison less certain than its numbers look."""
