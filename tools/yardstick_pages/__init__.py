"""The pages of the docs that hold results: made by one command each, checked by the tests."""
