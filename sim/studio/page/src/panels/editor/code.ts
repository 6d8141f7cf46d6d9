// The text of a file, in CodeMirror.
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

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

/** An editor in `parent`. `save`: Ctrl-S was pressed; `changed`: the user changed the text. */
export class Code {
  private view: EditorView;

  constructor(
    parent: HTMLElement,
    private save: () => void,
    private changed: () => void,
  ) {
    this.view = new EditorView({ parent });
    this.show("");
  }

  get text(): string {
    return this.view.state.doc.toString();
  }

  /** Show another text; what was there cannot be had back. */
  show(text: string): void {
    this.view.setState(EditorState.create({ doc: text, extensions: this.extensions() }));
  }

  /** Underline a line and scroll to it, or clear the marks. */
  mark(line: number | null, message = ""): void {
    const { doc } = this.view.state;
    const found = line === null ? null : doc.line(Math.min(Math.max(line, 1), doc.lines));
    const marks = found
      ? [{ from: found.from, to: found.to, severity: "error" as const, message }]
      : [];
    this.view.dispatch(setDiagnostics(this.view.state, marks));
    if (found)
      this.view.dispatch({ effects: EditorView.scrollIntoView(found.from, { y: "center" }) });
  }

  /** Put the cursor on a line, in the middle of what is shown. */
  go(line: number): void {
    const { from } = this.view.state.doc.line(line);
    this.view.dispatch({
      selection: { anchor: from },
      effects: EditorView.scrollIntoView(from, { y: "start", yMargin: 40 }),
    });
    this.view.focus();
  }

  destroy(): void {
    this.view.destroy();
  }

  private extensions() {
    const save = () => (this.save(), true);
    return [
      lineNumbers(),
      highlightActiveLine(),
      history(),
      yaml(),
      lintGutter(),
      syntaxHighlighting(TONES),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ "aria-label": "The file's text" }),
      EditorView.updateListener.of((update) => update.docChanged && this.changed()),
      keymap.of([
        { key: "Mod-s", run: save, preventDefault: true },
        indentWithTab,
        ...defaultKeymap,
        ...historyKeymap,
      ]),
    ];
  }
}
