"""The one error by which plain parsers refuse a text: a stable code and numbers for the message, no sentence."""

from __future__ import annotations


class Refused(ValueError):
    """A text that cannot be read as what it should be.

    ``code`` is stable (the field types own the translated sentence for it); ``params`` fill the sentence's placeholders.
    """

    def __init__(self, code: str, **params: int | str) -> None:
        super().__init__(code)
        self.code = code
        self.params = params
