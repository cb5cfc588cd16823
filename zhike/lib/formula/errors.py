"""What can be wrong with a formula."""

from __future__ import annotations


class FormulaError(ValueError):
    """A formula that means nothing. ``code`` is stable, ``at`` the place in the text from 0, ``told`` what is named there."""

    def __init__(self, code: str, at: int, told: str = "") -> None:
        super().__init__(f"{code} at {at}: {told}")
        self.code = code
        self.at = at
        self.told = told
