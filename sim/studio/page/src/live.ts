// The connection to the studio's server: the pet's state and news come in, what the user does goes
// out. The messages are those of sim/studio/view.py and sim/studio/talk.py.
import { useEffect, useState } from "preact/hooks";
import type {
  BehaviorRuns, CharacterFile, Handle, Moment, ShownNode, TreeCoverage, TreeNow,
} from "./api";

export interface News {
  kind: "event" | "call" | "trouble" | "refused" | "said";
  at: number;
  name?: string;
  zone?: string | null;
  strength?: number;
  urgent?: boolean;
  part?: string;
  message?: string;
}

/** One point of the plots. */
export interface Point {
  at: number; // s
  person: [number, number, number, number]; // valence, its sd, arousal, its sd
  mood: [number, number, number]; // pleasure, arousal, dominance
  behavior: string;
}

export interface Hello {
  name: string;
  rate: number;
  files: string[];
  scenes: string[]; // days that can be played
  used: string[]; // those that this cat is made of, its personality's first
  joints: Record<string, { min: number; max: number; rest: number }>;
}

/** What the server answers; `weighed`, `ran` and `coverage` hold all of their interface. */
export interface Answer extends Partial<TreeNow & BehaviorRuns & TreeCoverage> {
  type:
    | "file" | "saved" | "refused" | "error" | "character"
    | "tree" | "weighed" | "ran" | "coverage";
  handles?: Handle[]; // of `character`
  characters?: CharacterFile[]; // of `character`
  was?: string; // of `character`, after a revert: the text that was taken back
  files?: string[]; // as in Hello, where they may have changed
  nodes?: ShownNode[]; // of `tree`
  templates?: Record<string, string>; // of `tree`: name → what it is for
  added?: string; // of `tree`: the behaviour that was just added
  file?: string;
  used?: string[]; // of `saved`: as in Hello
  text?: string;
  line?: number;
  message?: string;
}

const KEPT_NEWS = 80;
const KEPT_POINTS = 1200; // ten minutes
const POINT_STEP = 0.5; // s; as HISTORY_STEP in sim/studio/view.py
const PANELS_PER_SECOND = 8; // how often panels are drawn again, at most
const SHORTEST_PAUSE = 250; // ms before connecting again; doubled after each failure
const LONGEST_PAUSE = 5000; // ms

class Live {
  state: Moment | null = null;
  hello: Hello | null = null;
  connected = false;
  frozen = false; // the page no longer changes: for a screenshot
  points: Point[] = [];
  news: News[] = [];
  troubles = new Map<string, string>();
  onState: ((state: Moment) => void)[] = [];
  onNews: ((item: News) => void)[] = [];
  onSound: ((pcm: ArrayBuffer) => void)[] = [];
  onAnswer: ((answer: Answer) => void)[] = [];
  onOpen: (() => void)[] = [];
  private socket: WebSocket | null = null;
  private pause = SHORTEST_PAUSE; // ms
  private asked: boolean | null = null; // a stop or a release that could not be sent yet
  private lifted = false; // whether the user holds the cat
  private watchers = new Set<() => void>();
  private due = 0;

  connect(): void {
    const url = new URL("/live", location.href);
    url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(url);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.connected = true;
      this.pause = SHORTEST_PAUSE;
      if (this.asked !== null) this.stop(this.asked);
      if (this.lifted) this.lift(true); // the server puts down what a lost page had lifted
      for (const told of this.onOpen) told();
    };
    socket.onmessage = (event) => this.heard(event.data);
    socket.onclose = () => {
      if (this.frozen) return;
      this.connected = false;
      this.changed(true);
      setTimeout(() => this.connect(), this.pause);
      this.pause = Math.min(this.pause * 2, LONGEST_PAUSE);
    };
    this.socket = socket;
  }

  /** Send a message; it is dropped while there is no connection. Returns whether it was sent. */
  say(message: object): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  /** The emergency stop, or its release. Without a connection it is sent at the next one. */
  stop(on: boolean): void {
    this.asked = this.say({ type: "setting", name: "stop", on }) ? null : on;
  }

  /** Lift the cat, or put it down. Without a connection it is sent at the next one. */
  lift(on: boolean): void {
    this.lifted = on;
    this.say({ type: on ? "lift" : "put_down" });
  }

  /** Send a picture; it is dropped while earlier ones still wait to be sent. */
  sayBytes(bytes: ArrayBuffer): void {
    if (this.socket?.readyState === WebSocket.OPEN && this.socket.bufferedAmount < 400_000)
      this.socket.send(bytes);
  }

  /** Call `watcher` when panels should be drawn again; returns what ends that. */
  watch(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  /** Add news, also such as comes from the page itself. */
  note(item: News): void {
    if (item.kind === "trouble" && item.part) {
      if (item.message) this.troubles.set(item.part, item.message);
      else this.troubles.delete(item.part);
    }
    this.news = [...this.news.slice(1 - KEPT_NEWS), item];
    for (const told of this.onNews) told(item);
  }

  private heard(data: string | ArrayBuffer): void {
    if (this.frozen) return;
    if (data instanceof ArrayBuffer) {
      for (const told of this.onSound) told(data);
      return;
    }
    const message = JSON.parse(data);
    if (message.type === "state") this.lived(message);
    else if (message.type === "hello") this.greeted(message);
    else this.answered(message);
  }

  private greeted(
    message: Hello & {
      history: Point[];
      news: News[];
      troubles: { part: string; message: string }[];
    },
  ): void {
    this.hello = message;
    this.points = message.history;
    this.news = message.news;
    this.troubles = new Map(message.troubles.map((trouble) => [trouble.part, trouble.message]));
    this.changed(true);
  }

  private answered(answer: Answer): void {
    if (answer.used && this.hello) this.hello.used = answer.used;
    if (answer.files && this.hello) this.hello.files = answer.files;
    for (const told of this.onAnswer) told(answer);
    this.changed(true);
  }

  /** Take a moment: the news, and what of the state is not as it was. */
  private lived({ news, ...changed }: Partial<Moment> & { news: News[] }): void {
    const state = { ...this.state, ...changed } as Moment;
    this.state = state;
    for (const item of news) this.note(item);
    const last = this.points[this.points.length - 1];
    if (!last || state.at >= last.at + POINT_STEP) {
      const { person, pet, decision } = state;
      this.points.push({
        at: state.at,
        person: [person.valence, person.valence_sd, person.arousal, person.arousal_sd],
        mood: [pet.mood.pleasure, pet.mood.arousal, pet.mood.dominance],
        behavior: decision.behavior,
      });
      if (this.points.length > KEPT_POINTS) this.points.shift();
    }
    for (const told of this.onState) told(state);
    this.changed(news.length > 0);
  }

  private changed(now: boolean): void {
    const time = performance.now();
    if (!now && time < this.due) return;
    this.due = time + 1000 / PANELS_PER_SECOND;
    for (const watcher of this.watchers) watcher();
  }
}

export const live = new Live();

/** The connection; the calling panel is drawn again when something has changed. */
export function useLive(): Live {
  const [, again] = useState(0);
  useEffect(() => live.watch(() => again((n) => n + 1)), []);
  return live;
}
