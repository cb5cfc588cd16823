"""Products, categories, prices and the grid of lines."""
