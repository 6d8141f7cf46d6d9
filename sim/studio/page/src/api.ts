// What the server tells the page. Written by `python -m moggy.sim.studio.page_types` from
// sim/studio/api.py: change it there.

/** The microcontroller. */
export interface BoardShown {
  state: string;
  faults: string[]; // in words
}

/** The language model's runtime while it is built. */
export interface Building {
  text: string;
  done: number; // 0..1
}

/** What it does, and why. */
export interface DecisionShown {
  behavior: string;
  path: string[]; // ids of the tree's nodes, from the root
  since: number; // s since the pet was born
  why: string; // the sentence
  numbers: Record<string, number>; // that stand in the sentence
  scores: ScoreShown[]; // the best first
  gaze: string;
  purr: number;
}

/** −1..1 each. */
export interface MoodShown {
  pleasure: number;
  arousal: number;
  dominance: number;
}

/** The estimate of the person's feelings. */
export interface PersonShown {
  name: string;
  present: boolean;
  valence: number; // −1..1
  arousal: number; // −1..1
  valence_sd: number; // its standard deviation
  arousal_sd: number; // its standard deviation
  probabilities: Record<string, number>; // by class of feeling
  confidence: number; // 0..1
  unsure: boolean;
  conflict: number; // 0..1, how far the senses contradict
  attention: number; // 0..1
}

/** The pet's own feelings. */
export interface PetShown {
  emotions: Record<string, number>; // 0..1 by name
  mood: MoodShown;
  drives: Record<string, number>; // 0 hungry … 1 satisfied
  trust: number;
  enough: number; // 0..1, how much of this touch it has had
  valence: number;
  arousal: number;
}

/** The purr motor. */
export interface Purring {
  level: number; // 0..1
  rate: number; // Hz
  breath: number; // 0..1, the phase of its breath
}

/** A day that is played. */
export interface SceneShown {
  file: string;
  about: string;
  passed: number; // s of it, whole ones
  seconds: number; // s of all
}

/** An option of the tree, weighed. */
export interface ScoreShown {
  id: string;
  score: number;
  terms: Record<string, number>;
  waits: Waits | null;
}

/** How the time of a simulated cat goes. */
export interface TimeShown {
  hour: number; // local time of day, 0..24, to the minute
  paused: boolean;
  speed: number; // s of its time that should pass in one of ours
  pace: number; // s of its time that really do, while it goes
  people: string[]; // who came and has not gone
  scene: SceneShown | null;
}

/** Why what scores better is not done. */
export interface Waits {
  by: "dwell" | "hysteresis";
  short: number; // of dwell: s that what it does goes on; of hysteresis: what the score lacks
}

/** The state in parts. */
export interface Moment {
  at: number; // s since the pet was born
  n: number; // number of the tick
  angles: Record<string, number>; // rad by joint
  purr: Purring;
  pupils: number; // 0 a slit … 1 fully open
  person: PersonShown;
  pet: PetShown;
  decision: DecisionShown;
  board: BoardShown | null;
  building: Building | null;
  time: TimeShown | null; // null for a real body
  character: string; // file of the personality that lives
}

/** One number of a character. */
export interface Handle {
  key: string;
  about: string;
  low: number;
  high: number;
  usual: number;
  value: number;
}

/** A character that the pet may become. */
export interface CharacterFile {
  file: string;
  own: boolean;
  shipped: boolean;
}

/** One input of an option, and the curve that bends it. */
export interface ShownTerm {
  of: string;
  curve: "linear" | "logistic" | "gaussian" | "step";
  numbers: Record<string, number>; // of the curve, with the keys of the file
  weight: number; // 0..1
  floor: number; // 0..1, the curve's lowest value
}

/** A node of the tree, as its file says it. */
export interface ShownNode {
  id: string;
  parent: string; // id; empty for the root
  kind: string;
  slot: "" | "option" | "reflex"; // what it is to the node above
  about: string;
  when: string; // its condition; empty where it has none
  on: string[]; // events that set a reflex off
  base: number | null; // of an option, up to 3
  combine: string;
  terms: ShownTerm[];
}

/** An option at this moment; of a reflex its sensitivity and its condition. */
export interface WeighedNow {
  score: number; // as last weighed, 0 where it cannot run; a reflex: 0..1
  would: number; // what it would score if it could run
  loses: "" | "reflex" | "condition" | "never" | "cooldown" | "term" | "dwell" | "hysteresis" | "score";
  short: number; // of cooldown and dwell: s to wait; of hysteresis and score: what lacks
  why: string[]; // what of its condition does not hold
  inputs: number[]; // of its terms, before the curve
  factors: Record<string, number>; // on the score, besides the terms
}

/** What a tree weighs at one moment. */
export interface TreeNow {
  edition: number; // another where the tree is another: ask for it again
  statuses: Record<string, "idle" | "running" | "success" | "failure">; // by id; of those that are not idle
  weighed: Record<string, WeighedNow>; // by id; a page gets what is not as it was
}

/** When an option that lost lacked the least. */
export interface Nearest {
  at: number; // s since the pet was born
  score: number;
  lacked: number; // below 0 where it was better and had to wait
  running: string; // what ran
}

/** One time that a behaviour ran. */
export interface RunShown {
  began: number; // s since the pet was born
  ended: number | null; // None: it goes on
  why: string; // the sentence at its beginning
  by: string; // over what it won, and by what; empty for a reflex
  then: string; // the behaviour that followed
}

/** What a behaviour did in this run of the pet. */
export interface BehaviorRuns {
  id: string;
  times: number; // how often it began
  seconds: number; // how long it ran, without the run that goes on
  waited: Record<string, number>; // how often it had to wait, by what
  nearest: Nearest | null; // None where it was never weighed
  runs: RunShown[]; // the last ones, the oldest first
}

/** What the pet would do at each event and in each situation, in nine moods. */
export interface TreeCoverage {
  ready: boolean; // false while it is worked out: ask again
  moods: string[]; // names of the nine
  situations: number; // events and situations that were tried
  behaviors: Record<string, Record<string, number[]>>; // id → event or (situation) → moods, as numbers of `moods`
  problems: Record<string, string[]>; // id → what the linter says of it
}
