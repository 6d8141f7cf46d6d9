// What the panel knows of the tree: its nodes, which come once, and what it weighs, which comes
// twice a second while the panel is open.
import { useEffect, useState } from "preact/hooks";
import type { BehaviorRuns, Moment, ShownNode, TreeCoverage, TreeNow, WeighedNow } from "../../api";
import { type Answer, live } from "../../live";
import { type Turn, Turns } from "../character/turns";

type Numbers = Record<string, number>;

const ASK_AGAIN = 1500; // ms, while the coverage is worked out

class TreeStore {
  file = "";
  nodes: ShownNode[] = [];
  statuses: TreeNow["statuses"] = {};
  weighed: Record<string, WeighedNow> = {};
  path: string[] = []; // the running nodes, from the root
  running = ""; // the running behaviour
  templates: Record<string, string> = {}; // name → what it is for
  added = ""; // the behaviour that was added last
  trouble = ""; // why the last change was refused
  readonly turns = new Turns<Numbers>();
  ran: BehaviorRuns | null = null;
  coverage: TreeCoverage | null = null;
  covering: "" | "asked" | "failed" | "old" = "";
  edition = -1; // of what is weighed
  private watchers = new Set<() => void>();

  /** Call `watcher` at every change, and have the server tell of it; returns what ends that. */
  watch(watcher: () => void): () => void {
    this.watchers.add(watcher);
    if (this.watchers.size === 1) this.begin();
    return () => {
      this.watchers.delete(watcher);
      if (this.watchers.size === 0) this.end();
    };
  }

  private begin(): void {
    live.onAnswer.push(this.told);
    live.onState.push(this.moved);
    live.onOpen.push(this.ask);
    this.ask();
  }

  private end(): void {
    live.onAnswer = live.onAnswer.filter((other) => other !== this.told);
    live.onState = live.onState.filter((other) => other !== this.moved);
    live.onOpen = live.onOpen.filter((other) => other !== this.ask);
    live.say({ type: "watch", on: false });
    this.edition = -1;
  }

  private ask = (): void => {
    live.say({ type: "tree" });
    live.say({ type: "watch", on: true });
    if (this.covering === "asked") live.say({ type: "coverage" });
  };

  private told = (answer: Answer): void => {
    if (answer.type === "tree") {
      this.file = answer.file ?? "";
      this.nodes = answer.nodes ?? [];
      this.templates = answer.templates ?? {};
      this.trouble = "";
      if (answer.added) this.added = answer.added;
    } else if (answer.type === "weighed") {
      if (answer.edition !== this.edition) {
        if (this.edition >= 0) live.say({ type: "tree" });
        this.weighed = {};
        if (this.coverage && this.edition >= 0) this.covering = "old";
        this.edition = answer.edition ?? -1;
      }
      this.statuses = answer.statuses ?? {};
      for (const [id, parts] of Object.entries(answer.weighed ?? {}))
        this.weighed[id] = { ...this.weighed[id], ...parts };
    } else if (answer.type === "ran") this.ran = answer as BehaviorRuns;
    else if (answer.type === "coverage") this.covered(answer as TreeCoverage);
    else if (answer.type === "refused") {
      this.trouble = answer.message ?? "";
      this.nodes = structuredClone(this.nodes); // so that what was held is let go of
    } else if (answer.type === "error" && this.covering === "asked") this.covering = "failed";
    else return;
    this.changed();
  };

  /** Change numbers of an option, or of one of its terms, and save them. */
  bend(id: string, term: number | null, from: Numbers, to: Numbers): void {
    const turn = { key: JSON.stringify({ id, term }), from, to };
    this.turns.add(turn);
    this.turn(turn);
  }

  /** Add a behaviour from a template, behind another or as the last, and save it. */
  add(template: string, id: string, after: string): void {
    this.trouble = "";
    live.say({ type: "add", template, id, after });
    this.changed();
  }

  undo = (): void => this.turn(this.turns.undo());
  redo = (): void => this.turn(this.turns.redo());

  private turn(made: Turn<Numbers> | null): void {
    if (!made) return;
    this.trouble = "";
    live.say({ type: "bend", ...JSON.parse(made.key), to: made.to });
    this.changed();
  }

  /** Ask what a behaviour did in this run. */
  askRan(id: string): void {
    live.say({ type: "ran", id });
  }

  /** Have the coverage worked out, and ask until it is there. */
  askCoverage = (): void => {
    if (this.watchers.size === 0) return;
    this.covering = "asked";
    live.say({ type: "coverage" });
    this.changed();
  };

  private covered(answer: TreeCoverage): void {
    if (!answer.ready) setTimeout(this.askCoverage, ASK_AGAIN);
    else [this.coverage, this.covering] = [answer, ""];
  }

  private moved = ({ decision }: Moment): void => {
    if (decision.path === this.path) return; // the very same part of the state
    const other = decision.path.join() !== this.path.join();
    this.path = decision.path;
    this.running = decision.behavior;
    if (other) this.changed();
  };

  private changed(): void {
    for (const watcher of this.watchers) watcher();
  }
}

export const tree = new TreeStore();

/** The tree; the calling panel is drawn again when something of it has changed. */
export function useTree(): TreeStore {
  const [, again] = useState(0);
  useEffect(() => tree.watch(() => again((n) => n + 1)), []);
  return tree;
}
