"""Training that changes the network: blocks, split, views, ladder, checkpoints and the run's own process."""
