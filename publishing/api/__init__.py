"""The read API: published articles as JSON, for anybody."""
