"""The only SQL and the only files of the workspace."""
