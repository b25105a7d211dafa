"""Light heads on a cached pyramid of features: boxes and what else has a place in the image."""
