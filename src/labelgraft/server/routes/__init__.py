"""One file per resource; each gives a `router` that app.py lists."""
