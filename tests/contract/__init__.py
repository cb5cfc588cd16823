"""What holds for every registered object type, whoever registered it."""
