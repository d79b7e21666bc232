"""Telling apart two patients of one practitioner who have the same name."""

from typing import Any

from clinic.patients.models import Patient


def distinguishing_names(typed: dict[str, Any], existing: Patient) -> list[str]:
    """Full names that add what differs from `existing`, the birth year first; free at the time of asking."""
    name, born = typed["full_name"], typed["date_of_birth"]
    proposals = []
    if born.year != existing.date_of_birth.year:
        proposals.append(f"{name} (born {born.year})")
    elif born != existing.date_of_birth:
        proposals.append(f"{name} (born {born.isoformat()})")
    if (phone := str(typed.get("phone_number") or "")) and typed["phone_number"] != existing.phone_number:
        proposals.append(f"{name} (phone …{phone[-4:]})")
    count = 2
    while Patient.objects.named(f"{name} ({count})").filter(user=existing.user_id).exists():
        count += 1
    proposals.append(f"{name} ({count})")
    taken = {
        proposal for proposal in proposals if Patient.objects.named(proposal).filter(user=existing.user_id).exists()
    }
    return [proposal for proposal in proposals if proposal not in taken and len(proposal) <= 200]
