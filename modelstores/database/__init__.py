"""The database: its tables and views, opening it, and the one way in."""
