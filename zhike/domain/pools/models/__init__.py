"""Tables of the public pool."""

from zhike.domain.pools.models.custody import Custody, CustodyKind
from zhike.domain.pools.models.pool import Pool, PoolMode

__all__ = ["Custody", "CustodyKind", "Pool", "PoolMode"]
