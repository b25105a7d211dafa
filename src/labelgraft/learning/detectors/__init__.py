"""Pretrained and foreign models that find shapes in images: how they are described, run and read."""
