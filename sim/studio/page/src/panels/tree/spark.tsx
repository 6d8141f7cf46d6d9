// A small response curve, with the input of this moment as a dot.
import type { ShownTerm } from "../../api";
import { bent, line, span } from "./curve";

const WIDE = 34;
const HIGH = 18;
const EDGE = 2.5; // px around, for the dot

export function Spark({ term, input }: { term: ShownTerm; input: number | undefined }) {
  const [from, to] = span(term);
  const across = (x: number) =>
    EDGE + ((Math.min(to, Math.max(from, x)) - from) / (to - from)) * (WIDE - 2 * EDGE);
  const up = (y: number) => HIGH - EDGE - y * (HIGH - 2 * EDGE);
  const path = line(term, [from, to], 18)
    .map(([x, y]) => `${across(x).toFixed(1)},${up(y).toFixed(1)}`)
    .join(" ");
  return (
    <svg class="spark" viewBox={`0 0 ${WIDE} ${HIGH}`} width={WIDE} height={HIGH}>
      <title>{input === undefined ? term.of : `${term.of} ${input.toFixed(2)}`}</title>
      <polyline points={path} />
      {input !== undefined && (
        <circle cx={across(input)} cy={up(bent(term, input))} r="2.5" />
      )}
    </svg>
  );
}
