// The editor for the designer's files. A saved file changes the running cat at once; an error is
// shown at its line and changes nothing.
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useRef, useState } from "preact/hooks";
import { type Answer, live, useLive } from "../live";

export function Editor() {
  const { hello, connected } = useLive();
  const files = hello?.files ?? [];
  const [file, choose] = useState("");
  const [note, say] = useState<{ text: string; bad: boolean }>({ text: "", bad: false });
  const [dirty, setDirty] = useState(false);
  const [loaded, setLoaded] = useState("");
  const box = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const shown = useRef("");
  const save = () => {
    if (view.current && shown.current)
      live.say({ type: "save", file: shown.current, text: view.current.state.doc.toString() });
    return true;
  };
  useEffect(() => {
    const open = (text: string) =>
      EditorState.create({ doc: text, extensions: extensions(save, () => setDirty(true)) });
    view.current = new EditorView({ state: open(""), parent: box.current as HTMLDivElement });
    const told = (answer: Answer) => {
      if (!view.current || (answer.file !== undefined && answer.file !== shown.current)) return;
      if (answer.type === "file") {
        view.current.setState(open(answer.text ?? ""));
        setDirty(false);
        setLoaded(shown.current);
      } else if (answer.type === "saved") {
        mark(view.current, null);
        say({ text: "Saved; the cat uses it.", bad: false });
        setDirty(false);
      } else if (answer.type === "refused") {
        mark(view.current, answer);
        say({ text: `line ${answer.line}: ${answer.message}`, bad: true });
      } else say({ text: answer.message ?? "", bad: true });
    };
    live.onAnswer.push(told);
    return () => {
      live.onAnswer = live.onAnswer.filter((other) => other !== told);
      view.current?.destroy();
    };
  }, []);
  useEffect(() => {
    const first = file || files.find((name) => name.startsWith("personalities/")) || files[0] || "";
    if (first && first !== shown.current) {
      shown.current = first;
      choose(first);
      say({ text: "", bad: false });
      live.say({ type: "read", file: first });
    }
  }, [file, files.length, connected]);
  return (
    <div class="editor">
      <div class="row">
        <select
          value={file}
          aria-label="File"
          onChange={(event) => choose(event.currentTarget.value)}
        >
          {files.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <button onClick={save} disabled={!dirty}>
          Save
        </button>
      </div>
      <div
        ref={box}
        class="code"
        data-testid="code"
        data-file={loaded}
        aria-busy={loaded !== file}
      />
      <p class={note.bad ? "note bad" : "note"} role="status" data-testid="note">
        {note.text ||
          "Ctrl-S keeps what you changed in a file of your own; the shipped file stays as it is. " +
            "An error changes nothing."}
      </p>
    </div>
  );
}

const TONES = HighlightStyle.define([
  { tag: tags.comment, color: "var(--soft)", fontStyle: "italic" },
  {
    tag: [tags.propertyName, tags.definition(tags.propertyName)],
    color: "var(--code-key)",
    fontWeight: "600",
  },
  { tag: [tags.string, tags.content], color: "var(--ink)" },
  { tag: [tags.separator, tags.punctuation, tags.squareBracket, tags.brace], color: "var(--soft)" },
]);

function extensions(save: () => boolean, changed: () => void) {
  return [
    lineNumbers(),
    highlightActiveLine(),
    history(),
    yaml(),
    lintGutter(),
    syntaxHighlighting(TONES),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ "aria-label": "The file's text" }),
    EditorView.updateListener.of((update) => update.docChanged && changed()),
    keymap.of([
      { key: "Mod-s", run: save, preventDefault: true },
      indentWithTab,
      ...defaultKeymap,
      ...historyKeymap,
    ]),
  ];
}

/** Underline the line of an error, or clear the marks if there is none. */
function mark(view: EditorView, answer: Answer | null): void {
  const doc = view.state.doc;
  const line = answer && doc.line(Math.min(Math.max(answer.line ?? 1, 1), doc.lines));
  const found = line
    ? [{ from: line.from, to: line.to, severity: "error" as const, message: answer?.message ?? "" }]
    : [];
  view.dispatch(setDiagnostics(view.state, found));
  if (line) view.dispatch({ effects: EditorView.scrollIntoView(line.from, { y: "center" }) });
}
