"""The studio: the page in the browser that shows the pet, hands it touches, words and faces, and
tunes its files while it lives."""
