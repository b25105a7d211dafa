"""How good found shapes are, measured against those that people drew."""
