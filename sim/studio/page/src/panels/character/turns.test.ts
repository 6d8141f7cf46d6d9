import assert from "node:assert/strict";
import { test } from "node:test";
import { called, fileOf } from "./names";
import { Turns } from "./turns";

test("what was turned is taken back, and turned again", () => {
  const turns = new Turns();
  turns.add({ key: "voice", from: 1, to: 2 });
  turns.add({ key: "voice", from: 2, to: 3 });
  assert.deepEqual(turns.undo(), { key: "voice", from: 3, to: 2 });
  assert.deepEqual(turns.redo(), { key: "voice", from: 2, to: 3 });
  turns.undo();
  turns.add({ key: "voice", from: 2, to: 1 });
  assert.equal(turns.canRedo, false);
});

test("a character's file is called as the server calls it", () => {
  assert.equal(fileOf("  My  Cat "), "personalities/my_cat.yaml");
  assert.equal(called(fileOf("Shy")), "shy");
});
