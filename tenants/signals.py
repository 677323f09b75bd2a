"""What no saved row says of tenants and of those who call by token, told to who keeps a record. No signal has a secret in it.

A wrong password is told by Django itself: `django.contrib.auth.signals.user_login_failed`.
"""

from django.dispatch import Signal

# `token` is an ApiToken, told once in a token's life, from a thread that has no request.
token_first_used = Signal()

# `way` is "password", "token" or "jwt"; `reason` a few plain words; `user` a User or None; `token` an ApiToken or None;
# `email` what was claimed, or "". One that repeats itself is told once a minute by each process.
sign_in_refused = Signal()

# `tenant`, `verdict` a Tenant.Verdict, `summary`: its connection was tested.
connection_tested = Signal()

# `tenant`: the same password, under the newest key.
password_reencrypted = Signal()
