// What the pet does, the path to it in the tree, and the scores of the alternatives.
import type { Waits } from "../api";
import { useLive } from "../live";
import { Bars } from "./bars";

const SHOWN = 6;

/** A node of the tree in words: “play.2” is “play, step 2”. */
function words(step: string): string {
  return step.replaceAll("_", " ").replace(/\.(\d+)$/, ", step $1");
}

/** Why an option that scores better waits. */
function reason({ by, short }: Waits): string {
  return by === "dwell"
    ? `waits: what it does goes on for ${short.toFixed(1)} s at least`
    : `waits: ${short.toFixed(2)} more, and it is clearly better than what it does`;
}

export function Mind() {
  const decision = useLive().state?.decision;
  const scores = (decision?.scores ?? []).slice(0, SHOWN);
  const best = Math.max(0.01, ...scores.map((score) => score.score));
  const items = scores.map(({ id, score, terms, waits }) => ({
    name: id,
    value: score,
    note: waits ? reason(waits) : undefined,
    tone: id === decision?.behavior || decision?.path.includes(id) ? "var(--now)" : "var(--other)",
    title: Object.entries(terms)
      .map(([term, value]) => `${term} ${value.toFixed(2)}`)
      .join("\n"),
  }));
  const numbers = Object.entries(decision?.numbers ?? {});
  return (
    <article class="card" data-testid="mind" data-behavior={decision?.behavior}>
      <h2>What it decides</h2>
      <ol class="path">
        {(decision?.path ?? []).map((step) => (
          <li key={step}>{words(step)}</li>
        ))}
      </ol>
      {numbers.length > 0 && (
        <p class="numbers">
          {numbers
            .map(([name, value]) => `${name.replaceAll("_", " ")} ${value.toFixed(2)}`)
            .join(" · ")}
        </p>
      )}
      {items.length > 0 ? (
        <Bars items={items} high={Math.max(best, 0.3)} label="Scores of the selector" />
      ) : (
        <p class="faint">Nothing was weighed: a reflex or a fixed rule decided.</p>
      )}
    </article>
  );
}
