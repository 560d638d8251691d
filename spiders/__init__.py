"""The stores: one spider each, the only place that knows that store."""
