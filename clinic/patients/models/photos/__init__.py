"""The pictures by which people know patients."""
