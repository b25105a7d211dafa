"""Values only: no files, no network, no database, no training."""
