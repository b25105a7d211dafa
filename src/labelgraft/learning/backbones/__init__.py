"""The catalogue of backbones and how each is loaded and run."""
