"""Reports: each one pure function from a database connection to a table."""
