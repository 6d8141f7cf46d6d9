// A response curve, large enough to be read, with points to drag. What is let go of is saved.
import { useEffect, useRef, useState } from "preact/hooks";
import type { ShownTerm } from "../../api";
import { bent, leaves, line, span } from "./curve";
import { before, changed, dragged, points } from "./drag";

const WIDE = 250;
const HIGH = 84;
const EDGE = 8; // px around
const KEYS: Record<string, [number, number]> = {
  ArrowLeft: [-0.02, 0],
  ArrowRight: [0.02, 0],
  ArrowUp: [0, 0.05],
  ArrowDown: [0, -0.05],
}; // key → share of the width and of the height by which it moves a point

type Numbers = Record<string, number>;

export function CurvePlot({
  term,
  input,
  locked,
  save,
}: {
  term: ShownTerm;
  input: number | undefined;
  locked: boolean;
  save: (from: Numbers, to: Numbers) => void;
}) {
  const drawing = useRef<SVGSVGElement>(null);
  const [held, hold] = useState<Numbers | null>(null); // from a drag on, until it is saved
  const [point, take] = useState(-1);
  useEffect(() => hold(null), [term]);
  const frame = span(term);
  const [from, to] = frame;
  const shown = held ? changed(term, held) : term;
  const across = (x: number) =>
    EDGE + ((Math.min(to, Math.max(from, x)) - from) / (to - from)) * (WIDE - 2 * EDGE);
  const up = (y: number) => HIGH - EDGE - y * (HIGH - 2 * EDGE);
  const path = line(shown, frame, 60)
    .map(([x, y]) => `${across(x).toFixed(1)},${up(y).toFixed(1)}`)
    .join(" ");
  const moved = (event: PointerEvent) => {
    if (point < 0 || !drawing.current) return;
    const box = drawing.current.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * WIDE;
    const y = ((event.clientY - box.top) / box.height) * HIGH;
    const share = Math.min(1, Math.max(0, (x - EDGE) / (WIDE - 2 * EDGE)));
    const height = Math.min(1, Math.max(0, (HIGH - EDGE - y) / (HIGH - 2 * EDGE)));
    hold(dragged(term, point, from + share * (to - from), height, frame));
  };
  const finish = (numbers: Numbers | null) => {
    take(-1);
    if (!numbers) return;
    const was = before(term, numbers);
    if (Object.keys(numbers).some((key) => numbers[key] !== was[key])) save(was, numbers);
    else hold(null);
  };
  const pressed = (event: KeyboardEvent, n: number) => {
    const step = KEYS[event.key];
    if (!step || locked) return;
    event.preventDefault();
    const { x, y } = points(shown, frame)[n];
    const numbers = dragged(shown, n, x + step[0] * (to - from), y + step[1], frame);
    hold({ ...held, ...numbers });
    finish(numbers);
  };
  return (
    <figure class="curve" data-term={term.of}>
      <figcaption>
        <b>{term.of}</b>
        <span>
          {held
            ? Object.entries(held).map(([key, value]) => `${key} ${value} `)
            : input !== undefined && `${input.toFixed(2)} → ${leaves(term, input).toFixed(2)}`}
        </span>
      </figcaption>
      <svg
        ref={drawing}
        viewBox={`0 0 ${WIDE} ${HIGH}`}
        role="group"
        aria-label={`Response to ${term.of}`}
        onPointerMove={moved}
        onPointerUp={() => point >= 0 && finish(held)}
        onPointerCancel={() => (take(-1), hold(null))}
      >
        <path class="frame" d={`M${EDGE},${up(1)}H${WIDE - EDGE}M${EDGE},${up(0)}H${WIDE - EDGE}`} />
        <polyline points={path} />
        {!locked &&
          points(shown, frame).map(({ name, x, y }, n) => (
            <circle
              key={name}
              class="grip"
              cx={across(x)}
              cy={up(y)}
              r="6"
              tabindex={0}
              role="slider"
              aria-label={`${term.of}: ${name}`}
              aria-valuenow={Number(x.toFixed(2))}
              onPointerDown={(event) => {
                drawing.current?.setPointerCapture(event.pointerId);
                take(n);
              }}
              onKeyDown={(event) => pressed(event, n)}
            />
          ))}
        {input !== undefined && (
          <circle class="now" cx={across(input)} cy={up(bent(shown, input))} r="3.5" />
        )}
      </svg>
      <div class="ends">
        <span>{Number(from.toFixed(2))}</span>
        <span>
          {term.curve}
          {term.weight < 1 && `, weight ${term.weight}`}
        </span>
        <span>{Number(to.toFixed(2))}</span>
      </div>
    </figure>
  );
}
