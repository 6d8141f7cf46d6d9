import assert from "node:assert/strict";
import { test } from "node:test";
import type { ShownNode } from "../../api";
import { behaviour, count, grown, has, kept, lineOf, words } from "./structure";

function node(id: string, parent: string, more: Partial<ShownNode> = {}): ShownNode {
  const plain = { kind: "behave", about: "", when: "", on: [], base: null, combine: "" };
  return { id, parent, slot: "", terms: [], ...plain, ...more };
}

const NODES = [
  node("cat", "", { kind: "reflexes" }),
  node("flinch", "cat", { slot: "reflex", on: ["hit"] }),
  node("choose", "cat", { kind: "utility" }),
  node("sleep", "choose", { slot: "option", kind: "sequence", when: "night and calm" }),
  node("sleep.1", "sleep"),
  node("look_out", "choose", { slot: "option", about: "Sits and looks." }),
];

test("nodes become a tree in their order", () => {
  const root = grown(NODES);
  assert.equal(root?.node.id, "cat");
  assert.deepEqual(root?.below.map(({ node }) => node.id), ["flinch", "choose"]);
  assert.equal(root && count(root), 5);
  assert.equal(grown([]), null);
});

test("a search looks at names, conditions, events and sentences, and needs all its words", () => {
  const found = (search: string) =>
    NODES.filter((each) => has(each, words(search))).map(({ id }) => id);
  assert.deepEqual(found("look out"), ["look_out"]);
  assert.deepEqual(found("HIT"), ["flinch"]);
  assert.deepEqual(found("calm night"), ["sleep"]);
  assert.deepEqual(found("calm day"), []);
});

test("what is kept keeps what is above and below it", () => {
  const root = grown(NODES);
  assert.ok(root);
  const sleep = kept(root, ({ id }) => id === "sleep");
  assert.deepEqual(sleep?.below.map(({ node }) => node.id), ["choose"]);
  assert.deepEqual(sleep?.below[0].below[0].below[0].node.id, "sleep.1");
  assert.equal(kept(root, () => false), null);
});

test("a step belongs to its behaviour", () => {
  assert.equal(behaviour(NODES, "sleep.1"), "sleep");
  assert.equal(behaviour(NODES, "choose"), "");
});

const TEXT = `name: cat
# id: sleep
root:
  options:
    - {id: sleepy, base: 1}
    - id: sleep # at night
      do: {why: rests}
change:
  look.out: {base: 0.6}
`;

test("a node is found at its line, a step at that of its behaviour, a change by its id", () => {
  assert.equal(lineOf(TEXT, "sleepy"), 5);
  assert.equal(lineOf(TEXT, "sleep"), 6);
  assert.equal(lineOf(TEXT, "sleep.2"), 6);
  assert.equal(lineOf(TEXT, "look.out"), 9);
  assert.equal(lineOf(TEXT, "play"), null);
});
