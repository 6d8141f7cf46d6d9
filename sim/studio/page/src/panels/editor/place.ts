// A place in a file that another panel asks the editor to show.
export interface Place {
  file: string;
  id: string; // of a node of a tree
}

/** What is asked for; the editor takes it when it has the file. */
export const asked: { place: Place | null } = { place: null };

/** What opens the editor: set by the page. */
export const opener: { open: () => void } = { open: () => {} };

/** Show a place in the editor. */
export function toPlace(place: Place): void {
  asked.place = place;
  opener.open();
}
