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
