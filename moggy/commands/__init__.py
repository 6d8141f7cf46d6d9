"""What the longer commands do, one file each: they parse options, call and print."""
