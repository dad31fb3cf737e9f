"""Tables of users: every encoding and convention, read into our columns."""
