"""The write API: thin over services; commands are sub-resources."""
