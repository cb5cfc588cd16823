"""Formula fields: a formula becomes one SQL expression on either database, and a kind of field that administrators choose."""
