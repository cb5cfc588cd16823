"""知客 Zhike, a self-hosted customer management system."""

__version__ = "0.1.0"
