// The studio's page: the cat on one side; what it feels, does and why on the other.
import { type ComponentType, render } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import "uplot/dist/uPlot.min.css";
import "./panels/panels.css";
import "./panels/time/time.css";
import "./panels/tree/tree.css";
import "./studio.css";
import { pose } from "./cat/skeleton";
import { FaceChooser } from "./face";
import { Round } from "./icons";
import { live, useLive } from "./live";
import { Board } from "./panels/board";
import { called } from "./panels/character/names";
import { drafts } from "./panels/editor/drafts";
import { opener } from "./panels/editor/place";
import { Happened } from "./panels/happened";
import { Mind } from "./panels/mind";
import { PersonPanel } from "./panels/person";
import { PetPanel } from "./panels/pet";
import { Microphone } from "./microphone";
import { Sound } from "./sound";
import { chosenTheme, nextTheme } from "./theme";
import { CatView, type View } from "./view";

const sound = new Sound();
const microphone = new Microphone();
addEventListener("pointerdown", () => void sound.start(), { capture: true });
addEventListener("keydown", () => void sound.start(), { capture: true });
live.connect();

const MODES: [string, string][] = [
  ["quiet", "Quiet hours"],
  ["focus", "Focus: do not disturb"],
  ["lap", "On the lap"],
  ["away", "Told to go away"],
];

function Why() {
  const { state, connected } = useLive();
  const words =
    !connected && !state
      ? "Connecting to the cat…"
      : !connected
        ? "The connection is lost; trying again…"
        : state?.decision.why || "…";
  return (
    <p class="why" role="status" aria-live="polite" data-testid="why">
      <b>{state?.decision.behavior.replaceAll("_", " ") ?? "moggy"}</b>
      <span>{words}</span>
    </p>
  );
}

function Top() {
  const { state, hello } = useLive();
  const [muted, mute] = useState(false);
  const [hears, hear] = useState(false);
  const [theme, setTheme] = useState(chosenTheme());
  const [modes, setModes] = useState<string[]>([]);
  const purring = (state?.purr.level ?? 0) > 0.05;
  const turn = (name: string) => {
    const on = !modes.includes(name);
    live.say({ type: "setting", name, on });
    setModes(on ? [...modes, name] : modes.filter((other) => other !== name));
  };
  return (
    <header class="top">
      <h1>
        <img src="/static/icon.svg" alt="" width="26" height="26" /> {(state && called(state.character)) || hello?.name || "moggy"}
        <span
          class={purring ? "purr on" : "purr"}
          data-testid="purr"
          data-level={state?.purr.level.toFixed(2) ?? "0"}
        >
          purrr
        </span>
      </h1>
      <div class="modes">
        {MODES.map(([name, title]) => (
          <Round
            key={name}
            icon={name}
            title={title}
            pressed={modes.includes(name)}
            press={() => turn(name)}
          />
        ))}
        <Round
          icon={muted ? "muted" : "sound"}
          title={muted ? "Sound on" : "Mute"}
          pressed={muted}
          press={() => (sound.mute(!muted), mute(!muted))}
        />
        <Round
          icon="microphone"
          title={hears ? "It hears you" : "Let it hear you"}
          pressed={hears}
          press={() => void microphone.turn(!hears).then(hear)}
        />
        <Round icon="theme" title={`Theme: ${theme}`} press={() => setTheme(nextTheme())} />
      </div>
    </header>
  );
}

function Words() {
  const field = useRef<HTMLInputElement>(null);
  const said = (event: Event) => {
    event.preventDefault();
    const text = field.current?.value.trim();
    if (!text) return;
    live.say({ type: "say", text, lang: navigator.language.slice(0, 2) });
    live.note({ kind: "said", at: live.state?.at ?? 0, message: text });
    if (field.current) field.current.value = "";
  };
  return (
    <form class="words" onSubmit={said}>
      <input
        ref={field}
        name="words"
        maxLength={2000}
        placeholder="Say something to the cat…"
        aria-label="Say something to the cat"
        autocomplete="off"
      />
      <button type="submit">Say</button>
    </form>
  );
}

function Bar({ view }: { view: () => View | null }) {
  const [lifted, lift] = useState(false);
  const [choosing, choose] = useState(false);
  const hands = () => {
    const shown = view();
    if (shown) shown.lifted = !lifted;
    live.lift(!lifted);
    lift(!lifted);
  };
  return (
    <div class="bar">
      {choosing && <FaceChooser />}
      <div class="row">
        <button onClick={hands} aria-pressed={lifted}>
          {lifted ? "Put down" : "Lift"}
        </button>
        <button onClick={() => choose(!choosing)} aria-expanded={choosing}>
          Your face
        </button>
        <Words />
      </div>
      <p class="hint">
        Drag over the cat to stroke it · click to pat · double-click to hit · drag beside it to look
        around
      </p>
    </div>
  );
}

/** Says that files have changes that are not saved. */
function Unsaved() {
  useLive();
  return drafts().length > 0 ? <span title="not all is saved"> ●</span> : null;
}

/** The tab of a time that can be bent, which that of a real cat cannot. */
function TimeTab({ chosen, choose }: { chosen: boolean; choose: () => void }) {
  const time = useLive().state?.time;
  return time ? (
    <button role="tab" aria-selected={chosen} onClick={choose}>
      {time.paused ? "Its time ⏸" : "Its time"}
    </button>
  ) : null;
}

/** A panel that is loaded when it is first opened. */
function Later({ load }: { load: () => Promise<ComponentType> }) {
  const [Loaded, show] = useState<ComponentType | null>(null);
  useEffect(() => {
    load().then((found) => show(() => found));
  }, [load]);
  return Loaded ? <Loaded /> : <p class="faint">Opening…</p>;
}

const character = () =>
  import("./panels/character/character").then(({ Character }) => Character);
const time = () => import("./panels/time/time").then(({ Time }) => Time);
const tree = () => import("./panels/tree/tree").then(({ TreePanel }) => TreePanel);
const editor = () => import("./panels/editor/editor").then(({ Editor }) => Editor);

type Tab = "life" | "character" | "tree" | "time" | "files";

function Studio() {
  const view = useRef<View | null>(null);
  const [tab, open] = useState<Tab>("life");
  useEffect(() => {
    // For the browser tests and for the browser's console.
    opener.open = () => open("files");
    Object.assign(window, { moggy: { live, sound, microphone, pose, view: () => view.current } });
  }, []);
  return (
    <main class={tab === "tree" ? "wide" : undefined}>
      <section class="stage" aria-label="The cat">
        <CatView ready={(made) => (view.current = made)} />
        <div class="above">
          <Top />
          <Board />
        </div>
        <div class="below">
          <Why />
          <Bar view={() => view.current} />
        </div>
      </section>
      <aside>
        <nav role="tablist">
          <button role="tab" aria-selected={tab === "life"} onClick={() => open("life")}>
            Its life
          </button>
          <button
            role="tab"
            aria-selected={tab === "character"}
            onClick={() => open("character")}
          >
            Its character
          </button>
          <TimeTab chosen={tab === "time"} choose={() => open("time")} />
          <button role="tab" aria-selected={tab === "tree"} onClick={() => open("tree")}>
            Its tree
          </button>
          <button role="tab" aria-selected={tab === "files"} onClick={() => open("files")}>
            Its files
            <Unsaved />
          </button>
        </nav>
        {tab === "life" && (
          <div class="cards">
            <PetPanel />
            <PersonPanel />
            <Mind />
            <Happened />
          </div>
        )}
        {tab === "character" && <Later load={character} />}
        {tab === "time" && <Later load={time} />}
        {tab === "tree" && <Later load={tree} />}
        {tab === "files" && <Later load={editor} />}
      </aside>
    </main>
  );
}

render(<Studio />, document.getElementById("app") as HTMLElement);
