"""Business cards of people who do not exist, drawn, photographed badly, and read again."""
