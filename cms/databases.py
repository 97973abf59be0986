"""The two database aliases."""

WRITE = "default"
READ = "read"
