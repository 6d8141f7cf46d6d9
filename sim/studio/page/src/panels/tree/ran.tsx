// What a behaviour did in this run: when it ran and why, and how near it came when it did not.
import { useEffect } from "preact/hooks";
import type { BehaviorRuns } from "../../api";
import { live } from "../../live";
import { clock } from "../happened";
import { seconds } from "./reasons";
import { tree } from "./store";

const LISTED = 6;

/** When it ran, from the pet's birth to now. */
function Strip({ runs, now }: { runs: BehaviorRuns["runs"]; now: number }) {
  return (
    <svg class="strip" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
      {runs.map(({ began, ended }) => (
        <rect
          key={began}
          x={(100 * began) / now}
          width={Math.max(0.6, (100 * ((ended ?? now) - began)) / now)}
          height="8"
        />
      ))}
    </svg>
  );
}

function Near({ ran }: { ran: BehaviorRuns }) {
  const { nearest, waited } = ran;
  const waits = Object.entries(waited).map(([by, times]) => `${times} × ${by}`);
  return (
    <>
      {nearest && (
        <p class="faint">
          {nearest.lacked < 0
            ? `At ${clock(nearest.at)} it was better by ${(-nearest.lacked).toFixed(2)} than `
            : `Nearest at ${clock(nearest.at)}: ${nearest.lacked.toFixed(2)} less than `}
          {nearest.running.replaceAll("_", " ")}.
        </p>
      )}
      {waits.length > 0 && <p class="faint">It had to wait: {waits.join(", ")}.</p>}
    </>
  );
}

export function Ran({ id }: { id: string }) {
  const { running, ran } = tree;
  useEffect(() => tree.askRan(id), [id, running]);
  if (ran?.id !== id) return null;
  const now = live.state?.at ?? 0;
  const last = ran.runs[ran.runs.length - 1];
  const goesOn = last && last.ended === null ? now - last.began : 0;
  return (
    <div class="ran" data-testid="ran">
      <h3>In this run</h3>
      <p>
        {ran.times === 0
          ? "It has not run yet."
          : `${ran.times === 1 ? "Once" : `${ran.times} times`}, ${seconds(ran.seconds + goesOn)} in all.`}
      </p>
      {ran.runs.length > 0 && <Strip runs={ran.runs} now={now} />}
      <ul>
        {ran.runs
          .slice(-LISTED)
          .reverse()
          .map(({ began, ended, why, by, then }) => (
            <li key={began}>
              <b>{clock(began)}</b>{" "}
              {ended === null ? "goes on" : `${seconds(ended - began)}, then ${then.replaceAll("_", " ")}`}
              <small>{why}</small>
              {by && <small>{by}</small>}
            </li>
          ))}
      </ul>
      <Near ran={ran} />
    </div>
  );
}
