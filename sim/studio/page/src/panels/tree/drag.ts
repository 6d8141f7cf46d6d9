// The points of a response curve that can be dragged, and what dragging them changes in the file.
import type { ShownTerm } from "../../api";
import { bent, type Span } from "./curve";

export interface Point {
  name: string; // what it changes, in words
  x: number;
  y: number; // 0..1, as it is drawn
}

type Numbers = Record<string, number>;

const STEPS = 200; // of a drag over the whole width: what is written has as few digits as that needs
const STEEP = 2; // 1/slope from the middle of a logistic curve, where its second point is

/** The points, each by its place in the list. */
export function points(term: ShownTerm, [from, to]: Span): Point[] {
  const { curve, numbers: n } = term;
  const at = (name: string, x: number): Point => ({ name, x, y: bent(term, x) });
  const floor = (rises: boolean): Point => ({ name: "floor", x: rises ? from : to, y: term.floor });
  switch (curve) {
    case "linear":
      return [at("zero and floor", n.zero), at("one", n.one)];
    case "logistic":
      return [at("half", n.half), at("slope", n.half + STEEP / n.slope), floor(n.slope > 0)];
    case "gaussian":
      return [at("peak", n.peak), at("width", n.peak + n.width), floor(true)];
    case "step":
      return [at("at and above", n.at), at("below", from)];
  }
}

/** A number with as many digits as its span needs. */
export function rounded(value: number, [from, to]: Span): number {
  const digits = Math.max(0, Math.ceil(-Math.log10((to - from) / STEPS)));
  return Number(value.toFixed(digits));
}

/** What the curve is without its floor at a height that is drawn. */
function under(y: number, floor: number): number {
  return floor < 1 ? clamp((y - floor) / (1 - floor)) : 0;
}

function clamp(y: number): number {
  return Math.min(1, Math.max(0, Number(y.toFixed(2))));
}

/** The numbers that change where the point n is dragged to (x, y). */
export function dragged(term: ShownTerm, n: number, x: number, y: number, within: Span): Numbers {
  const { curve, numbers } = term;
  const to = rounded(x, within);
  switch (curve) {
    case "linear":
      return n === 0 ? { zero: to, floor: clamp(y) } : { one: to };
    case "logistic":
      if (n === 0) return { half: to };
      if (n === 2) return { floor: clamp(y) };
      return { slope: slope(x - numbers.half, numbers.slope) };
    case "gaussian":
      if (n === 0) return { peak: to };
      if (n === 2) return { floor: clamp(y) };
      return { width: Math.max(rounded(Math.abs(x - numbers.peak), within), tiny(within)) };
    case "step":
      return n === 0
        ? { at: to, above: under(y, term.floor) }
        : { below: under(y, term.floor) };
  }
}

/** The slope of a logistic curve whose second point is so far from its middle. */
function slope(far: number, before: number): number {
  const least = STEEP / 100; // the greatest slope that a tree may have is 100
  const away = Math.abs(far) < least ? Math.sign(before) * least : far;
  return Number((STEEP / away).toPrecision(2));
}

function tiny([from, to]: Span): number {
  return rounded((to - from) / 50, [from, to]);
}

/** A term with some of its numbers changed. */
export function changed(term: ShownTerm, { floor, ...numbers }: Numbers): ShownTerm {
  return { ...term, floor: floor ?? term.floor, numbers: { ...term.numbers, ...numbers } };
}

/** What the numbers with these keys are in a term. */
export function before(term: ShownTerm, keys: Numbers): Numbers {
  return Object.fromEntries(
    Object.keys(keys).map((key) => [key, key === "floor" ? term.floor : term.numbers[key]]),
  );
}
