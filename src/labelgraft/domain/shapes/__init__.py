"""Shapes: what is drawn in an image. Values and geometry only."""
