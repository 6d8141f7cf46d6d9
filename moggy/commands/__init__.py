"""What the command line's longer commands do, one file each."""
