"""Bytes to domain values and back: image files and data sets."""
