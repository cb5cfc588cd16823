"""Pages and parts of pages that speak of how true and complete the records are."""
