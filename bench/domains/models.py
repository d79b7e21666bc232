from django_tenants.models import DomainMixin


class Domain(DomainMixin):
    pass
