"""What a list of patients is compared with: the admin as it comes and tuned, REST framework, and django-tables2.

Each is written as its own documentation says, in one plain Django project on a copy of a clinic's rows:
`copying.copy_rows` makes the copy, `people.sign_in` a session, and `operations` has the addresses to ask for.
"""
