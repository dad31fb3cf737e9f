"""Vowel charts as phoneticians print them."""
