"""What people do with the customer file beyond saving single records."""
