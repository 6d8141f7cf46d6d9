// Response curves, as in behaviors/curve.py: how strongly an input speaks for an option, 0..1.
import type { ShownTerm } from "../../api";

export type Span = [number, number];

const MARGIN = 0.3; // share of a curve's width that is drawn beside it

/** The curve before its floor. */
function shape({ curve, numbers: n }: ShownTerm, x: number): number {
  switch (curve) {
    case "linear":
      if (n.zero === n.one) return x >= n.one ? 1 : 0;
      return Math.min(1, Math.max(0, (x - n.zero) / (n.one - n.zero)));
    case "logistic":
      return 1 / (1 + Math.exp(-n.slope * (x - n.half)));
    case "gaussian":
      return Math.exp(-0.5 * ((x - n.peak) / n.width) ** 2);
    case "step":
      return x >= n.at ? n.above : n.below;
  }
}

/** What the curve makes of an input, 0..1. */
export function bent(term: ShownTerm, x: number): number {
  return term.floor + (1 - term.floor) * shape(term, x);
}

/** What of the score a term of a product leaves, 0..1. */
export function leaves(term: ShownTerm, x: number): number {
  return 1 - term.weight + term.weight * bent(term, x);
}

/** The inputs at which a curve does what it does. */
function width({ curve, numbers: n }: ShownTerm): Span {
  switch (curve) {
    case "linear":
      return [Math.min(n.zero, n.one), Math.max(n.zero, n.one)];
    case "logistic": {
      const far = 5 / Math.max(Math.abs(n.slope), 0.01);
      return [n.half - far, n.half + far];
    }
    case "gaussian":
      return [n.peak - 2.5 * n.width, n.peak + 2.5 * n.width];
    case "step":
      return [n.at, n.at];
  }
}

/** The inputs that are drawn: 0..1 or −1..1, where all that the curve does lies within. */
export function span(term: ShownTerm): Span {
  const [from, to] = width(term);
  const middle = (from + to) / 2;
  if (middle >= 0 && to <= 1.5 && from >= -0.5) return [Math.min(0, from), Math.max(1, to)];
  if (from >= -1.5 && to <= 1.5) return [Math.min(-1, from), Math.max(1, to)];
  const margin = MARGIN * Math.max(to - from, Math.abs(to) / 2);
  return [from >= 0 ? Math.max(0, from - margin) : from - margin, to + margin];
}

/** The curve as points, from the left to the right. */
export function line(term: ShownTerm, [from, to]: Span, points: number): [number, number][] {
  const { numbers: n, curve } = term;
  const corners = curve === "linear" ? [n.zero, n.one] : curve === "step" ? [n.at - 1e-9, n.at] : [];
  const xs = Array.from({ length: points }, (_, i) => from + (i / (points - 1)) * (to - from));
  return [...xs, ...corners.filter((x) => x > from && x < to)]
    .sort((a, b) => a - b)
    .map((x) => [x, bent(term, x)]);
}
