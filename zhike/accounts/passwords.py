"""What a password must not be: short, common, or like the person's own data. Django's checks in our own words."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

SHORTEST = 10
#: Characters that must remain when the person's own names are taken out.
FEWEST_OWN = 6


class LengthValidator(password_validation.MinimumLengthValidator):
    """At least ten characters; no rule about kinds of characters, which makes passwords worse (NIST SP 800-63B 3.1.1)."""

    def __init__(self) -> None:
        super().__init__(min_length=SHORTEST)

    def validate(self, password: str, user: Any = None) -> None:
        if len(password) < self.min_length:
            raise ValidationError(
                _("The password has %(length)d characters; it needs at least %(shortest)d."),
                code="password_too_short",
                params={"length": len(password), "shortest": self.min_length},
            )


class CommonPasswordValidator(password_validation.CommonPasswordValidator):
    """Not one of the twenty thousand that are tried first."""

    def validate(self, password: str, user: Any = None) -> None:
        try:
            super().validate(password, user)
        except ValidationError as error:
            raise ValidationError(
                _("This password is one of the most common ones and is guessed first. Choose another."),
                code="password_too_common",
            ) from error


class SimilarityValidator(password_validation.UserAttributeSimilarityValidator):
    """Not the user name or the name with a little more, nor either of them repeated."""

    def __init__(self) -> None:
        super().__init__(user_attributes=("username", "name"))

    def validate(self, password: str, user: Any = None) -> None:
        try:
            super().validate(password, user)
        except ValidationError as error:
            raise too_similar() from error
        left = password.lower()
        for own in (getattr(user, name, "") or "" for name in self.user_attributes):
            left = left.replace(own.lower(), "") if own else left
        if len(left) < FEWEST_OWN and len(left) < len(password):
            raise too_similar()


def too_similar() -> ValidationError:
    return ValidationError(_("The password is too much like your name or user name."), code="password_too_similar")
