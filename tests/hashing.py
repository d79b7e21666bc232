"""A password hash that costs nothing, for the sign-ins of tests in which hashing is not what is tested."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class QuickHasher(Argon2PasswordHasher):
    """The product's, by the least that its library takes."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1
