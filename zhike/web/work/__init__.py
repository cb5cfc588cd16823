"""The work page: what to do today, what is worth doing, and what colleagues did."""
