// The user's camera or microphone, which the browser asks the user for.

const NOT_HERE =
  "a browser gives it only to pages of its own machine; use one on the cat's, or one plugged in there";

export async function media(wanted: MediaStreamConstraints): Promise<MediaStream> {
  if (!navigator.mediaDevices) throw new Error(NOT_HERE);
  return navigator.mediaDevices.getUserMedia(wanted);
}
