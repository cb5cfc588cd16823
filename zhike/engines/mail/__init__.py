"""Mail out: a queue written in the transaction of what it tells of, and a job that hands it to the mail server once."""
