// Sliders for every number of the living personality. What is turned is saved at once, and the cat
// takes it.
import { useEffect, useState } from "preact/hooks";
import type { CharacterFile, Handle } from "../../api";
import { type Answer, live, useLive } from "../../live";
import { written } from "../bars";
import { draft } from "../editor/drafts";
import { type Turn, Turns } from "./turns";
import { Who } from "./who";

const GROUPS: [string, string, string][] = [
  ["temperament", "Temperament", "The Feline Five: 0.5 is an average cat."],
  ["likes_touch", "Where it likes your hand", "−1 dislikes, 1 loves."],
  ["", "Voice and movement", ""],
  ["quiet", "Quiet", ""],
  ["appetite", "What it likes to do", "A factor on each behaviour: 0 is never, 1 is as it is."],
];
const turnsOf = new Map<string, Turns>(); // by file

/** The part of a key before its dot; empty where there is none. */
const group = (key: string) => (key.includes(".") ? key.split(".")[0] : "");

/** The name of a handle in words. */
const name = (key: string) => key.slice(key.indexOf(".") + 1).replaceAll("_", " ");

function turn({ key, to }: Turn): void {
  live.say({ type: "turn", key, value: to });
}

interface Shown {
  file: string;
  handles: Handle[];
  characters: CharacterFile[];
}

/** Takes back a revert, until something else is said of a character. */
function PutBack({ file, was }: { file: string; was: string }) {
  return (
    <p class="note" role="status">
      It is as it was shipped.{" "}
      <button onClick={() => live.say({ type: "save", file, text: was })}>
        Put back what was yours
      </button>
    </p>
  );
}

function Row({ handle, locked, turns }: { handle: Handle; locked: boolean; turns: Turns }) {
  const { key, about, low, high, usual, value } = handle;
  const [held, hold] = useState<number | null>(null); // while it is dragged
  useEffect(() => hold(null), [value]);
  const to = (wanted: number) => {
    hold(wanted);
    if (wanted === value) return;
    const made = { key, from: value, to: wanted };
    turns.add(made);
    turn(made);
  };
  const shown = held ?? value;
  return (
    <li class={value === usual ? "handle" : "handle turned"} title={`${low} to ${high}`}>
      <label for={key}>{name(key)}</label>
      <input
        id={key}
        type="range"
        min={low}
        max={high}
        step={(high - low) / 100 > 0.1 ? 1 : 0.05}
        value={shown}
        disabled={locked}
        onInput={(event) => hold(Number(event.currentTarget.value))}
        onChange={(event) => to(Number(event.currentTarget.value))}
      />
      <output for={key}>{written(shown)}</output>
      <button
        class="back"
        title={`Back to ${written(usual)}`}
        aria-label={`${name(key)}: back to ${written(usual)}`}
        disabled={locked || value === usual}
        onClick={() => to(usual)}
      >
        ↺
      </button>
      {about && <small>{about}</small>}
    </li>
  );
}

export function Character() {
  const { connected, hello, state } = useLive();
  const [{ file, handles, characters }, show] = useState<Shown>({
    file: "",
    handles: [],
    characters: [],
  });
  const [was, keep] = useState<string | null>(null);
  const [trouble, say] = useState("");
  useEffect(() => {
    const told = (answer: Answer) => {
      if (answer.type === "character") {
        const { file = "", handles = [], characters = [] } = answer;
        show({ file, handles, characters });
        keep(answer.was ?? null);
        if (answer.was !== undefined) turnsOf.delete(file);
        say("");
      } else if (answer.type === "refused" || answer.type === "error") say(answer.message ?? "");
      else if (answer.type === "saved") live.say({ type: "character" });
    };
    live.onAnswer.push(told);
    return () => {
      live.onAnswer = live.onAnswer.filter((other) => other !== told);
    };
  }, []);
  useEffect(() => {
    if (connected) live.say({ type: "character" });
  }, [connected, hello, state?.character]);
  if (!turnsOf.has(file)) turnsOf.set(file, new Turns());
  const turns = turnsOf.get(file) as Turns;
  const locked = draft(file) !== null;
  const again = (made: Turn | null) => made && turn(made);
  return (
    <div class="cards" data-testid="character" data-file={file}>
      <Who file={file} characters={characters} locked={locked} />
      {was !== null && <PutBack file={file} was={was} />}
      <div class="row">
        <button disabled={locked || !turns.canUndo} onClick={() => again(turns.undo())}>
          Undo
        </button>
        <button disabled={locked || !turns.canRedo} onClick={() => again(turns.redo())}>
          Redo
        </button>
        <span class="faint">{file}</span>
      </div>
      {locked && (
        <p class="trouble">
          Its files has changes of {file} that are not saved: save or discard them first.
        </p>
      )}
      {trouble && (
        <p class="trouble" role="status">
          {trouble}
        </p>
      )}
      {GROUPS.map(([part, title, about]) => (
        <article class="card" key={part}>
          <h2>{title}</h2>
          {about && <p class="faint">{about}</p>}
          <ul class="handles">
            {handles
              .filter(({ key }) => group(key) === part)
              .map((handle) => (
                <Row key={file + handle.key} handle={handle} locked={locked} turns={turns} />
              ))}
          </ul>
        </article>
      ))}
    </div>
  );
}
