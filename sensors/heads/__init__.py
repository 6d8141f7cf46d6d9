"""Small linear heads that read what networks see, and the scripts that train them on named,
licensed data."""
