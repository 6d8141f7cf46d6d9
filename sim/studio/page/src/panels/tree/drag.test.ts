import assert from "node:assert/strict";
import { test } from "node:test";
import type { ShownTerm } from "../../api";
import { bent, span } from "./curve";
import { before, changed, dragged, points, rounded } from "./drag";

const term = (curve: ShownTerm["curve"], numbers: Record<string, number>, floor = 0): ShownTerm => ({
  of: "x", curve, numbers, weight: 1, floor,
});
const TERMS = [
  term("linear", { zero: 0.75, one: 0.2 }, 0.1),
  term("logistic", { half: 0.4, slope: 12 }),
  term("logistic", { half: 0.4, slope: -12 }, 0.2),
  term("gaussian", { peak: 0.5, width: 0.2 }),
  term("step", { at: 0.3, below: 0.1, above: 0.8 }),
  term("linear", { zero: 240, one: 1500 }),
];

test("points lie on the curve, and one that is dragged nowhere changes nothing", () => {
  for (const one of TERMS) {
    const frame = span(one);
    points(one, frame).forEach(({ x, y, name }, n) => {
      if (name !== "floor") assert.ok(Math.abs(bent(one, x) - y) < 1e-9);
      const to = dragged(one, n, x, y, frame);
      for (const [key, was] of Object.entries(before(one, to)))
        assert.ok(Math.abs(to[key] - was) <= 0.05 * Math.max(0.05, Math.abs(was)), `${name} ${key}`);
    });
  }
});

test("a dragged point is where it was dragged to", () => {
  const [linear, logistic, , gaussian, step] = TERMS;
  assert.deepEqual(dragged(linear, 0, 0.6, 0.25, span(linear)), { zero: 0.6, floor: 0.25 });
  assert.deepEqual(dragged(linear, 1, 0.3, 0.9, span(linear)), { one: 0.3 });
  assert.deepEqual(dragged(logistic, 0, 0.55, 0.5, span(logistic)), { half: 0.55 });
  assert.deepEqual(dragged(logistic, 1, 0.5, 0.9, span(logistic)), { slope: 20 });
  assert.deepEqual(dragged(logistic, 1, 0.4, 0.9, span(logistic)), { slope: 100 });
  assert.deepEqual(dragged(gaussian, 1, 0.4, 0.6, span(gaussian)), { width: 0.1 });
  assert.deepEqual(dragged(step, 0, 0.5, 0.6, span(step)), { at: 0.5, above: 0.6 });
  assert.deepEqual(changed(linear, { zero: 0.6, floor: 0.25 }), {
    ...linear, floor: 0.25, numbers: { zero: 0.6, one: 0.2 },
  });
});

test("numbers are written with as few digits as a drag needs", () => {
  assert.equal(rounded(0.123456, [0, 1]), 0.123);
  assert.equal(rounded(812.34, [0, 1900]), 812);
});
