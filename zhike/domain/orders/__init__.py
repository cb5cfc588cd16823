"""Orders, partial deliveries and returns; confirmed ones post into the transactions of their customers."""
