"""Following a record: people who asked to be told of what others do with it."""
