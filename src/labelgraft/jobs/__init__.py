"""Long work with progress, cancel and resume; knows nothing of images."""
