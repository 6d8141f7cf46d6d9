// Bends the time of a simulated cat. A real one has no such panel.
import type { TimeShown } from "../../api";
import { live, useLive } from "../../live";
import { howItGoes, onClock } from "./words";

const SPEEDS = [0.1, 0.25, 1, 2, 5, 20];
const A_SECOND = 50; // ticks

function Clock({ time }: { time: TimeShown }) {
  const step = (ticks: number) => live.say({ type: "step", ticks });
  return (
    <article class="card">
      <h2>
        Its clock <time data-testid="clock">{onClock(time.hour)}</time>
      </h2>
      <p class="faint" role="status" data-testid="pace">
        {howItGoes(time)}
      </p>
      <div class="segments">
        <button
          aria-pressed={time.paused}
          onClick={() => live.say({ type: time.paused ? "resume" : "pause" })}
        >
          {time.paused ? "Go on" : "Pause"}
        </button>
        <button title="Live one tick, 0.02 s" onClick={() => step(1)}>
          Step
        </button>
        <button title="Live one second, and pause" onClick={() => step(A_SECOND)}>
          Step 1 s
        </button>
      </div>
      <div class="segments" role="group" aria-label="Speed">
        {SPEEDS.map((speed) => (
          <button
            key={speed}
            aria-pressed={time.speed === speed}
            onClick={() => live.say({ type: "speed", speed })}
          >
            × {speed}
          </button>
        ))}
      </div>
    </article>
  );
}

export function Time() {
  const time = useLive().state?.time;
  if (!time) return null;
  return (
    <div class="cards" data-testid="time">
      <Clock time={time} />
    </div>
  );
}
