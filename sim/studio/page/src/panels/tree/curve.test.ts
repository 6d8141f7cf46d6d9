import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { ShownTerm } from "../../api";
import { bent, leaves, line, span } from "./curve";

const LINEAR: ShownTerm = {
  of: "x", curve: "linear", numbers: { zero: 0.2, one: 0.6 }, weight: 1, floor: 0,
};

test("a curve is bent as the pet bends it", () => {
  // Written by tests/studio/test_page_units.py from the shipped tree: [term, x, y] each.
  const cases: [ShownTerm, number, number][] = JSON.parse(
    readFileSync(process.env.CURVES ?? "", "utf8"),
  );
  assert.ok(cases.length > 100);
  for (const [term, x, y] of cases)
    assert.ok(Math.abs(bent(term, x) - y) < 1e-9, `${JSON.stringify(term)} at ${x}`);
});

test("a weight lets a term take away so much at most", () => {
  assert.equal(leaves({ ...LINEAR, weight: 0.3 }, 0), 0.7);
  assert.equal(leaves({ ...LINEAR, weight: 0.3 }, 1), 1);
});

test("what is drawn holds all that the curve does", () => {
  assert.deepEqual(span(LINEAR), [0, 1]);
  assert.deepEqual(span({ ...LINEAR, numbers: { zero: -0.5, one: 0.1 } }), [-1, 1]);
  const [from, to] = span({ ...LINEAR, numbers: { zero: 240, one: 1500 } });
  assert.ok(from >= 0 && from < 240 && to > 1500);
  const [low, high] = span({ ...LINEAR, curve: "step", numbers: { at: 40, below: 0, above: 1 } });
  assert.ok(low < 40 && high > 40);
});

test("the line has the corners of the curve", () => {
  const points = line(LINEAR, [0, 1], 4);
  assert.ok(points.some(([x, y]) => x === 0.2 && y === 0));
  assert.ok(points.some(([x, y]) => x === 0.6 && y === 1));
});
