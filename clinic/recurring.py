"""What the worker does by itself, and how often."""

from datetime import timedelta

from clinic.tenancy.work.recurring import Recurring

MINUTE, HOURLY, DAILY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

RECURRING = (
    Recurring("lost-jobs", timedelta(seconds=10), "clinic.lists.tasks.take_up_lost"),
    Recurring("trails", MINUTE, "clinic.audit.seals.seal_trail", per_clinic=True),
    Recurring("match-keys", MINUTE, "clinic.patients.matching.rescan.fill_missing_keys", per_clinic=True),
    Recurring("webhooks", timedelta(seconds=10), "clinic.webhooks.delivering.deliver_due"),
    Recurring("old-deliveries", DAILY, "clinic.webhooks.delivering.remove_old", per_clinic=True),
    Recurring("heads-of-trails", DAILY, "clinic.audit.seals.mail_heads"),
    Recurring("results-to-review", DAILY, "clinic.assessments.reviews.mails.mail_waiting"),
    Recurring("old-files", DAILY, "clinic.lists.actions.remove_old_files", per_clinic=True),
    Recurring("old-imports", DAILY, "clinic.imports.actions.remove_old_imports", per_clinic=True),
    Recurring("old-tasks", DAILY, "clinic.lists.tasks.remove_old"),
    Recurring("old-heartbeats", DAILY, "clinic.tenancy.work.heartbeat.forget_the_gone"),
    Recurring("expired-sessions", HOURLY, "clinic.accounts.expiry.remove_expired", by_owner=True),
    Recurring("old-counts", HOURLY, "clinic.accounts.limits.counters.forget_old"),
    Recurring("bins-of-patients", DAILY, "clinic.binning.purging.purge_every_bin", by_owner=True),
    Recurring("bin", DAILY, "clinic.staff.clinics.empty_bin", by_owner=True),
)
