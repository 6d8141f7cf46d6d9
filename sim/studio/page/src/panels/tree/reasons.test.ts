import assert from "node:assert/strict";
import { test } from "node:test";
import type { ShownNode, ShownTerm, WeighedNow } from "../../api";
import { reason, seconds, worst } from "./reasons";

const term = (of: string): ShownTerm => ({
  of, curve: "linear", numbers: { zero: 0, one: 1 }, weight: 1, floor: 0,
});
const NODE: ShownNode = {
  id: "play", parent: "choose", kind: "behave", slot: "option", about: "", when: "calm", on: [],
  base: 0.5, combine: "product", terms: [term("rested"), term("drive.play")],
};
const LOST: WeighedNow = {
  score: 0.1, would: 0.1, loses: "score", short: 0.3, why: [], inputs: [1, 0.2], factors: {},
};

test("each way to lose has its words, with the number that decided", () => {
  const said = (more: Partial<WeighedNow>) => reason(NODE, { ...LOST, ...more }, "look_out");
  assert.equal(said({ loses: "" }), "");
  assert.match(said({}), /0\.30 less than look out, most of all by drive\.play/);
  assert.match(said({ loses: "condition", why: ["calm: emotion.fear < 0.3 (now 0.5)"] }), /fear/);
  assert.match(said({ loses: "cooldown", short: 200 }), /3 min/);
  assert.match(said({ loses: "dwell", short: 4.2 }), /look out goes on for 4\.2 s/);
  assert.match(said({ loses: "hysteresis", short: 0.05 }), /0\.05 more/);
  assert.match(said({ loses: "term", inputs: [1, 0] }), /drive\.play leaves nothing/);
  assert.match(said({ loses: "never" }), /appetite/);
  assert.match(said({ loses: "reflex" }), /reflex/);
});

test("no term is blamed where none takes anything away", () => {
  assert.equal(worst(NODE, { ...LOST, inputs: [1, 1] }), null);
});

test("seconds are said as one would", () => {
  assert.deepEqual([4.25, 33.3, 600].map(seconds), ["4.3 s", "33 s", "10 min"]);
});
