"""Object types of the public pool; importing this package registers them."""

from zhike.domain.pools.objects import custody, pool

__all__ = ["custody", "pool"]
