"""Object types of archive review; importing this package registers them."""

from zhike.domain.reviews.objects import cycle, policy, review

__all__ = ["cycle", "policy", "review"]
