"""One verb of the user per file; each begins and ends its transaction."""
