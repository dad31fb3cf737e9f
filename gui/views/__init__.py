"""Widgets that draw what the state holds."""
