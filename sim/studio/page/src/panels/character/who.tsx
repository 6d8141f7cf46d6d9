// Which character lives, and the others: become one, make a new one, rename, delete, revert.
import { useState } from "preact/hooks";
import type { CharacterFile } from "../../api";
import { live } from "../../live";
import { called, fileOf } from "./names";

const FIRST = "personalities/cat.yaml"; // what a cat becomes whose character is deleted
const LONGEST_NAME = 40;

type Asking = "" | "copy" | "rename" | "delete" | "revert";

const SENDS: Record<Exclude<Asking, "">, string> = {
  copy: "Make it",
  rename: "Rename it",
  delete: "Delete it for good",
  revert: "Revert it",
};

const TITLES: Record<Asking, string> = {
  "": "",
  copy: "A character of your own that begins as this one is",
  rename: "What is shipped keeps its name",
  delete: "What is shipped stays",
  revert: "Take out what you changed of a shipped character",
};

function Ask({ asking, file, done }: { asking: Asking; file: string; done: () => void }) {
  const [name, write] = useState("");
  if (!asking) return null;
  const named = asking === "copy" || asking === "rename";
  const send = (event: Event) => {
    event.preventDefault();
    if (asking === "delete") live.say({ type: "become", file: FIRST });
    live.say({ type: asking, file, ...(named ? { name } : {}) });
    done();
  };
  const about = {
    copy: `A new character like ${called(file)}; the cat becomes it.`,
    rename: `Another name for ${called(file)}.`,
    delete: `${called(file)} is deleted, and the cat becomes ${called(FIRST)}.`,
    revert: `What you changed of ${called(file)} is taken out; it can be put back.`,
  }[asking];
  return (
    <form class="ask" onSubmit={send}>
      <p class="faint">{about}</p>
      <div class="row">
        {named && (
          <input
            value={name}
            maxLength={LONGEST_NAME}
            placeholder="Its name"
            aria-label="Its name"
            title={name.trim() && `It stands in ${fileOf(name)}`}
            autocomplete="off"
            onInput={(event) => write(event.currentTarget.value)}
          />
        )}
        <button type="submit" disabled={named && !name.trim()}>
          {SENDS[asking]}
        </button>
        <button type="button" onClick={done}>
          Cancel
        </button>
      </div>
    </form>
  );
}

export function Who({
  file,
  characters,
  locked,
}: {
  file: string;
  characters: CharacterFile[];
  locked: boolean;
}) {
  const [asking, ask] = useState<Asking>("");
  const living = characters.find((one) => one.file === file);
  const all = living?.own && !living.shipped;
  const way = (what: Asking, title: string, can: boolean) => (
    <button
      aria-expanded={asking === what}
      disabled={locked || !can}
      title={TITLES[what]}
      onClick={() => ask(asking === what ? "" : what)}
    >
      {title}
    </button>
  );
  const options = (ones: CharacterFile[]) =>
    ones.map((one) => (
      <option key={one.file} value={one.file}>
        {called(one.file)}
        {one.own && one.shipped ? " (changed by you)" : ""}
      </option>
    ));
  return (
    <article class="card" data-testid="who">
      <h2>Who it is</h2>
      <div class="row">
        <select
          value={file}
          aria-label="It is"
          title={`Until it ends. At its next start: moggy sim --personality ${called(file)}`}
          disabled={locked}
          onChange={(event) => live.say({ type: "become", file: event.currentTarget.value })}
        >
          <optgroup label="Shipped">{options(characters.filter((one) => one.shipped))}</optgroup>
          <optgroup label="Yours">{options(characters.filter((one) => !one.shipped))}</optgroup>
        </select>
      </div>
      <div class="segments">
        {way("copy", "New from it", true)}
        {way("rename", "Rename", Boolean(all))}
        {way("delete", "Delete", Boolean(all))}
        {way("revert", "Revert", Boolean(living?.own && living.shipped))}
      </div>
      <Ask key={asking} asking={asking} file={file} done={() => ask("")} />
    </article>
  );
}
