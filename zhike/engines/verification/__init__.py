"""Which values of a record are known to be right or wrong: who found out, when and by what means."""
