// The pet's mood, its strongest emotions, its drives and its trust.
import { useLive } from "../live";
import { Bars, written } from "./bars";
import { type Line, Plot } from "./plot";

const TONES: [string, string][] = [
  ["pleasure", "#c9862b"],
  ["arousal", "#b5504f"],
  ["dominance", "#6a8f5a"],
];
const LINES: Line[] = TONES.map(([label, tone], i) => ({
  label,
  tone,
  value: (point) => point.mood[i],
}));
const SHOWN = 5;

export function PetPanel() {
  const pet = useLive().state?.pet;
  const emotions = Object.entries(pet?.emotions ?? {})
    .sort((a, b) => b[1] - a[1])
    .slice(0, SHOWN)
    .map(([name, value]) => ({ name, value, tone: "var(--feel)" }));
  const drives = Object.entries(pet?.drives ?? {}).map(([name, value]) => ({
    name,
    value,
    tone: "var(--drive)",
  }));
  const mood = pet?.mood;
  return (
    <article class="card" data-testid="pet">
      <h2>
        How it feels
        {(pet?.enough ?? 0) > 0.3 && (
          <span class="chip hot">enough {Math.round((pet?.enough ?? 0) * 100)} %</span>
        )}
      </h2>
      <p class="legend">
        {TONES.map(([name, tone]) => (
          <span key={name}>
            <i style={{ background: tone }} /> {name}{" "}
            {mood && written(mood[name as keyof typeof mood])}{" "}
          </span>
        ))}
      </p>
      <Plot lines={LINES} label="The cat's mood over the last two minutes" />
      <div class="two">
        <Bars items={emotions} label="Emotions" />
        <Bars
          items={[...drives, { name: "trust", value: pet?.trust ?? 0, tone: "var(--trust)" }]}
          label="Drives"
        />
      </div>
    </article>
  );
}
