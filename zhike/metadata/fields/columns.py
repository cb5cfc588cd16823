"""Model columns for kinds of field that Django has no column for; ``zhike_type`` names the kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import models

from zhike.lib.line_amounts import PRICE_DECIMALS, QUANTITY_DECIMALS
from zhike.lib.reading_order import LONGEST_KEY, order_key


class ReadingField(models.CharField):  # type: ignore[type-arg]
    """How the text of the column ``of`` is read: what lists that are sorted by it go by. Filled with every write, never a field of its own."""

    zhike_type: ClassVar[str] = "reading"

    def __init__(self, *args: Any, of: str = "name", **kwargs: Any) -> None:
        self.of = of
        super().__init__(*args, **{"max_length": LONGEST_KEY, "default": "", "editable": False, **kwargs})

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "of": self.of}

    def db_parameters(self, connection: Any) -> Any:
        """Compared code point by code point, whatever the database's language."""
        found = super().db_parameters(connection)
        return {**found, "collation": "C"} if connection.vendor == "postgresql" else found

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """For what is written past the write path."""
        found = order_key(getattr(model_instance, self.of) or "")
        setattr(model_instance, self.attname, found)
        return found


def readings_of(model: type[models.Model]) -> dict[str, ReadingField]:
    """Columns of readings by the column that each reads."""
    return {column.of: column for column in model._meta.concrete_fields if isinstance(column, ReadingField)}


class LongTextField(models.TextField):  # type: ignore[type-arg]
    zhike_type: ClassVar[str] = "long_text"


class MoneyField(models.BigIntegerField):  # type: ignore[type-arg]
    """Minor units (分) of ``currency``."""

    zhike_type: ClassVar[str] = "money"

    def __init__(self, *args: Any, currency: str = "CNY", **kwargs: Any) -> None:
        self.currency = currency
        super().__init__(*args, **kwargs)


class UnitPriceField(models.DecimalField):  # type: ignore[type-arg]
    """Whole currency units for one unit of a product: 15 digits, which JSON and SQLite hold exactly, six of them decimals."""

    zhike_type: ClassVar[str] = "decimal"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_digits": 15, "decimal_places": PRICE_DECIMALS, **kwargs})


class QuantityField(models.DecimalField):  # type: ignore[type-arg]
    """How much of a product."""

    zhike_type: ClassVar[str] = "decimal"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_digits": 15, "decimal_places": QUANTITY_DECIMALS, **kwargs})


class PercentField(models.DecimalField):  # type: ignore[type-arg]
    """Per cent as people write it: 12.5 stands for 12.5 %."""

    zhike_type: ClassVar[str] = "percent"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_digits": 9, "decimal_places": 4, **kwargs})


class ChoiceField(models.CharField):  # type: ignore[type-arg]
    """A choice; ``tones`` gives the colours of its keys (see ``choice_option.TONES``)."""

    zhike_type: ClassVar[str] = "choice"

    def __init__(self, *args: Any, tones: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        self.tones = dict(tones or {})
        super().__init__(*args, **{"max_length": 30, **kwargs})


class UrlField(models.CharField):  # type: ignore[type-arg]
    zhike_type: ClassVar[str] = "url"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_length": 500, **kwargs})


class BirthdayField(models.CharField):  # type: ignore[type-arg]
    """A birthday in its code form, such as 1985-03-12, --03-12, L1985-03-12 or L2025-06-12+."""

    zhike_type: ClassVar[str] = "birthday"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_length": 12, **kwargs})


class RecurrenceField(models.CharField):  # type: ignore[type-arg]
    """A rule by which something returns, such as FREQ=WEEKLY;BYDAY=MO."""

    zhike_type: ClassVar[str] = "recurrence"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_length": 120, **kwargs})


class ListField(models.JSONField):
    """A list as JSON; empty is stored as NULL, so that emptiness is one thing."""

    zhike_type: ClassVar[str]

    def __init__(self, *args: Any, null: bool = True, blank: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, null=null, blank=blank, **kwargs)


class MultiChoiceField(ListField):
    """Keys of choices. ``options`` are (key, label) pairs: Django's ``choices`` means one value only."""

    zhike_type: ClassVar[str] = "multi_choice"

    def __init__(self, *args: Any, options: Any = (), tones: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        self.options = tuple(getattr(options, "choices", options))
        self.tones = dict(tones or {})
        super().__init__(*args, **kwargs)


class PhonesField(ListField):
    zhike_type: ClassVar[str] = "phone"


class EmailsField(ListField):
    zhike_type: ClassVar[str] = "email"


class FilesField(ListField):
    zhike_type: ClassVar[str] = "file"


class AddressField(ListField):
    """{country, province, city, district, street, postcode}, empty parts left out."""

    zhike_type: ClassVar[str] = "address"


class FilterField(models.JSONField):
    """A filter over the records of the object type with the key ``over``."""

    zhike_type: ClassVar[str] = "filter"

    def __init__(self, *args: Any, over: str = "", null: bool = True, blank: bool = True, **kwargs: Any) -> None:
        self.over = over
        super().__init__(*args, null=null, blank=blank, **kwargs)
