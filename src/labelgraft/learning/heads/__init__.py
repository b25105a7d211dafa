"""Heads: small classifiers on cached embeddings. Arrays in, arrays out."""
