// The editor for the designer's files. A saved file changes the running cat at once; an error is
// shown at its line and changes nothing.
import { useEffect, useRef, useState } from "preact/hooks";
import { type Answer, live, useLive } from "../../live";
import { lineOf } from "../tree/structure";
import { Code } from "./code";
import { draft, drafts, keepDraft } from "./drafts";
import { asked } from "./place";

interface Note {
  text: string;
  bad?: boolean;
}

const HOW: Note = {
  text:
    "Ctrl-S keeps what you changed in a file of your own; the shipped file stays as it is. " +
    "An error changes nothing.",
};
const UNSAVED: Note = { text: "Your changes are not saved: the cat does not know of them yet." };
const CHANGE = "what is written under `change:` here is laid over it.";
const NO_ROOM: Note = { text: "The browser has no room for changes: save this file.", bad: true };

/** What saving a file has done; `used`: the files that the cat is made of now. */
function saved(file: string, used: string[]): Note {
  if (used.includes(file)) return { text: "Saved; the cat uses it now." };
  const [kind, name] = file.replace(/\.yaml$/, "").split("/");
  if (kind !== "personalities") return { text: "Saved; this cat is not made of it." };
  return { text: `Saved; another cat lives here. moggy sim --personality ${name} wakes this one.` };
}

/** The file that is edited: as the server has it, and as it stands here. */
class Editing {
  file = "";
  loaded = false; // its text has come
  private server = "";
  private sent = ""; // the text that the server was last asked to save

  constructor(
    private code: Code,
    private tell: (note: Note) => void,
  ) {}

  open(file: string): void {
    this.file = file;
    this.loaded = false;
    this.tell(HOW);
    live.say({ type: "read", file });
  }

  save(): void {
    if (!this.loaded) return;
    this.sent = this.code.text;
    live.say({ type: "save", file: this.file, text: this.sent });
  }

  changed(): void {
    if (!this.loaded) return;
    const { text } = this.code;
    if (!keepDraft(this.file, text === this.server ? null : text)) this.tell(NO_ROOM);
    else this.tell(draft(this.file) === null ? HOW : UNSAVED);
  }

  discard(): void {
    keepDraft(this.file, null);
    this.code.show(this.server);
    this.tell(HOW);
  }

  /** Take an answer of the server. */
  told(answer: Answer): void {
    if (answer.file !== undefined && answer.file !== this.file) return;
    if (answer.type === "file") this.came(answer.text ?? "");
    else if (answer.type === "saved") {
      this.server = this.sent;
      this.code.mark(null);
      this.changed();
      if (draft(this.file) === null) this.tell(saved(this.file, answer.used ?? []));
    } else if (answer.type === "refused" || answer.type === "error") {
      if (answer.type === "refused") this.code.mark(answer.line ?? 1, answer.message);
      const where = answer.type === "refused" ? `line ${answer.line}: ` : "";
      this.tell({ text: where + (answer.message ?? ""), bad: true });
    }
  }

  /** Go to the place that is asked for, if it is in this file. */
  private go(): void {
    const { place } = asked;
    if (place?.file !== this.file) return;
    asked.place = null;
    const line = lineOf(this.code.text, place.id);
    if (line !== null) this.code.go(line);
    else this.tell({ text: `${place.id} stands in a file that this one extends; ${CHANGE}` });
  }

  private came(text: string): void {
    const kept = draft(this.file);
    this.server = text;
    this.code.show(kept ?? text);
    this.loaded = true;
    this.changed();
    this.go();
  }
}

export function Editor() {
  const { hello, connected } = useLive();
  const files = hello?.files ?? [];
  const used = hello?.used ?? [];
  const [file, choose] = useState(asked.place?.file ?? "");
  const [note, tell] = useState(HOW);
  const box = useRef<HTMLDivElement>(null);
  const editing = useRef<Editing | null>(null);
  useEffect(() => {
    const code = new Code(
      box.current as HTMLDivElement,
      () => editing.current?.save(),
      () => editing.current?.changed(),
    );
    editing.current = new Editing(code, (said) => tell({ ...said }));
    const told = (answer: Answer) => editing.current?.told(answer);
    live.onAnswer.push(told);
    return () => {
      live.onAnswer = live.onAnswer.filter((other) => other !== told);
      code.destroy();
    };
  }, []);
  const wanted = file || used[0] || files[0] || "";
  useEffect(() => {
    if (connected && wanted && wanted !== editing.current?.file) editing.current?.open(wanted);
  }, [wanted, connected]);
  const unsaved = drafts();
  const loaded = editing.current?.loaded ? editing.current.file : "";
  const isDirty = unsaved.includes(wanted);
  const choice = (names: string[]) =>
    names.map((name) => (
      <option key={name} value={name}>
        {unsaved.includes(name) ? `● ${name}` : name}
      </option>
    ));
  return (
    <div class="editor">
      <div class="row">
        <select
          value={wanted}
          aria-label="File"
          onChange={(event) => choose(event.currentTarget.value)}
        >
          <optgroup label="This cat">{choice(used.filter((name) => files.includes(name)))}</optgroup>
          <optgroup label="Not of this cat">
            {choice(files.filter((name) => !used.includes(name)))}
          </optgroup>
        </select>
        {isDirty && <button onClick={() => editing.current?.discard()}>Discard</button>}
        <button onClick={() => editing.current?.save()} disabled={!isDirty}>
          Save
        </button>
      </div>
      <div
        ref={box}
        class="code"
        data-testid="code"
        data-file={loaded}
        aria-busy={loaded !== wanted}
      />
      <p class={note.bad ? "note bad" : "note"} role="status" data-testid="note">
        {note.text}
      </p>
    </div>
  );
}
