"""What the work page gathers: suggestions and numbers that parts of the business register."""
