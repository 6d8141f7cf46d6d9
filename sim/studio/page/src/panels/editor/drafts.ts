// What was changed in a file and is not saved yet: it stays when another file or tab is opened, and
// when the page is loaded again.
const KEY = "draft:";

/** The unsaved text of a file; null where there is none. */
export function draft(file: string): string | null {
  return localStorage.getItem(KEY + file);
}

/** Keep an unsaved text, or drop it (null). False where the browser has no room for it. */
export function keepDraft(file: string, text: string | null): boolean {
  try {
    if (text === null) localStorage.removeItem(KEY + file);
    else localStorage.setItem(KEY + file, text);
    return true;
  } catch {
    return false;
  }
}

/** Names of the files with unsaved texts. */
export function drafts(): string[] {
  return Object.keys(localStorage)
    .filter((key) => key.startsWith(KEY))
    .map((key) => key.slice(KEY.length));
}
