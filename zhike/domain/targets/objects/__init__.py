"""Object types of targets; importing this package registers them, and then what people do with them."""

from importlib import import_module

for _name in ("target", "adjustment", "actions"):
    import_module(f"{__name__}.{_name}")
