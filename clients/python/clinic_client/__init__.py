"""A client of the clinic record's JSON API: no packages, typed, patient."""

from clinic_client.client import Clinic, ClinicError

__all__ = ["Clinic", "ClinicError"]
