// Bends the time of a simulated cat. A real one has no such panel.
import type { TimeShown } from "../../api";
import { live, useLive } from "../../live";
import { People } from "./people";
import { Scenes } from "./scenes";
import { hourOf, howItGoes, onClock, until } from "./words";

const SPEEDS = [0.1, 0.25, 1, 2, 5, 20];
const A_SECOND = 50; // ticks
const AN_HOUR = 3600; // s
const JUMPS: [string, number][] = [
  ["morning", 8],
  ["evening", 19],
  ["night", 23],
];

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

function Hour({ hour }: { hour: number }) {
  const skip = (seconds: number) => live.say({ type: "skip", seconds });
  const set = (clock: string) => {
    const wanted = hourOf(clock);
    if (wanted !== null) live.say({ type: "hour", hour: wanted });
  };
  return (
    <article class="card">
      <h2>The hour</h2>
      <p class="faint">
        What is skipped passes at once, with nobody there: hunger for company grows, anger fades.
      </p>
      <div class="segments">
        <button onClick={() => skip(AN_HOUR)}>Skip an hour</button>
        {JUMPS.map(([name, then]) => (
          <button key={name} title={`Skip until ${onClock(then)}`} onClick={() => skip(until(hour, then))}>
            To the {name}
          </button>
        ))}
      </div>
      <label class="row">
        Set its clock, without any time passing{" "}
        <input
          type="time"
          aria-label="Set its clock"
          value={onClock(hour)}
          onChange={(event) => set(event.currentTarget.value)}
        />
      </label>
    </article>
  );
}

export function Time() {
  const { state, hello } = useLive();
  const time = state?.time;
  if (!time) return null;
  return (
    <div class="cards" data-testid="time">
      <Clock time={time} />
      <Hour hour={time.hour} />
      <People people={time.people} />
      <Scenes files={hello?.scenes ?? []} scene={time.scene} />
    </div>
  );
}
