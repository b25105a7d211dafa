"""The verbs of a workspace over HTTP, for programs beside a running server."""
