"""Quotes: what is offered to a customer at which price, in versions, sent as a link and answered there."""
