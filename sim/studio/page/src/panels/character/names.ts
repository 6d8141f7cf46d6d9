// What characters and their files are called.

/** The name of a character's file: “personalities/shy.yaml” is “shy”. */
export function called(file: string): string {
  return file.replace(/^.*\//, "").replace(/\.yaml$/, "");
}

/** The file that a new character of this name gets; as `file_of` in moggy/characters.py. */
export function fileOf(name: string): string {
  return `personalities/${name.trim().toLowerCase().split(/\s+/).join("_")}.yaml`;
}
