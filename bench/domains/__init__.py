"""What django-tenants as it comes needs to find a clinic: its host name."""
