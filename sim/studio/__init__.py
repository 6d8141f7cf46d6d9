"""The studio: a page in the browser that shows the pet, gives it touches, words and faces, and
edits its files while it runs."""
