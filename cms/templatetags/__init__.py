"""What templates of lists need beside Django's own tags."""
