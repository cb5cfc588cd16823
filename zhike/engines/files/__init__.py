"""Files and pictures on any record: taken in safely, given out to those who see the record."""
