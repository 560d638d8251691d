"""A store that exists only for tests of what all stores share."""
