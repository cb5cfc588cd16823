"""Quick search over every object type: documents of tokens, an index in either database, and rights inside it."""
