"""What writers can do. Entry points (admin, API, tasks, commands) call these; these call no entry point."""
