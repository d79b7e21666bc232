"""What each action of a view is called in the document, and how it is answered."""

BODILESS = ("end", "withdraw", "restore", "redeliver")
CHANGES = ("update", "partial_update", "destroy", "restore", "cancel")  # those that take If-Match
# By action: the status of success, what the operation is called, and what comes back.
ACTIONS = {
    "list": ("200", "List {}s", "One page of {}s."),
    "create": ("201", "Add a new {}", "The {} as it was saved."),
    "retrieve": ("200", "Read one {}", "The {}."),
    "update": ("200", "Replace one {}", "The {} as it is now."),
    "partial_update": ("200", "Change one {}", "The {} as it is now."),
    "bulk": ("200", "Save many {}s", "What became of each row, in their order."),
    "match": ("200", "Find who is here already", "Patients who may be the one that was sent."),
    "acknowledge": ("200", "Acknowledge one {}", "The {} as it is now."),
    "end": ("200", "End one {}", "The {} as it is now."),
    "withdraw": ("200", "Withdraw one {}", "The {} as it is now."),
    "renew": ("201", "Renew one {}", "The {} that replaces it."),
    "restore": ("200", "Put one {} back", "The {} as it is now."),
    "cancel": ("200", "Cancel one {}", "The {} as it is now."),
    "rotate": ("200", "Make another secret for one {}", "The {} with its new secret."),
    "redeliver": ("200", "Send one {} again", "The {} as it is now."),
    "file": ("200", "Download one {}", "The archive."),
    "me": ("200", "Read who asks", "Who asks."),
    "destroy": ("204", "Archive one {}", "The {} is archived."),
}
