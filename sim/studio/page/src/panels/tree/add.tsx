// One more behaviour, made from a template: it is saved, and the cat has it.
import { useEffect, useState } from "preact/hooks";
import { draft } from "../editor/drafts";
import { tree } from "./store";

/** A name as an id: “Chase a fly” is chase_a_fly. */
export function idOf(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^[_0-9]+|_+$/g, "");
}

export function Add({ near, close }: { near: string; close: (id: string) => void }) {
  const names = Object.keys(tree.templates);
  const [template, choose] = useState(names[0] ?? "");
  const [name, call] = useState("");
  const [wanted, want] = useState("");
  const id = idOf(name);
  const kind = template === "reflex" ? "reflex" : "option";
  const after = tree.nodes.some((node) => node.id === near && node.slot === kind) ? near : "";
  const isTaken = tree.nodes.some((node) => node.id === id);
  const isUnsaved = draft(tree.file) !== null;
  useEffect(() => {
    if (wanted && tree.added === wanted) close(wanted);
  }, [tree.added, wanted]);
  const add = (event: Event) => {
    event.preventDefault();
    want(id);
    tree.add(template, id, after);
  };
  return (
    <form class="add card" onSubmit={add} data-testid="add">
      <label>
        What kind{" "}
        <select value={template} onChange={(event) => choose(event.currentTarget.value)}>
          {names.map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </select>
      </label>
      <label>
        Its name{" "}
        <input
          value={name}
          maxLength={40}
          placeholder="chase a fly"
          onInput={(event) => call(event.currentTarget.value)}
        />
      </label>
      <button type="submit" disabled={!id || isTaken || isUnsaved}>
        Add {id}
      </button>
      <button type="button" onClick={() => close("")}>
        Cancel
      </button>
      <p class="faint">
        {tree.templates[template]} {after ? `It stands after ${after}.` : "It stands last."}
      </p>
      {isTaken && wanted !== id && <p class="trouble">{id} is there already.</p>}
      {isUnsaved && (
        <p class="trouble">
          Its files has changes of {tree.file} that are not saved: save or discard them first.
        </p>
      )}
      {tree.trouble && (
        <p class="trouble" role="status">
          {tree.trouble}
        </p>
      )}
    </form>
  );
}
