"""Trade: what customers bought and brought back, what they hold, and what follows from it."""
