"""Yardsticks on what is on the screen, with the functions of the command line."""
