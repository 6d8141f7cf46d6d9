// The estimate of the person's feelings and how sure it is.
import { useLive } from "../live";
import { Bars, written } from "./bars";
import { type Line, Plot } from "./plot";

const LINES: Line[] = [
  {
    label: "valence",
    tone: "#d4663f",
    value: (point) => point.person[0],
    spread: (point) => point.person[1],
  },
  {
    label: "arousal",
    tone: "#4f7fb5",
    value: (point) => point.person[2],
    spread: (point) => point.person[3],
  },
];

export function PersonPanel() {
  const person = useLive().state?.person;
  const items = Object.entries(person?.probabilities ?? {}).map(([name, value]) => ({
    name,
    value,
    tone: "var(--you)",
  }));
  return (
    <article
      class="card"
      data-testid="person"
      data-valence={person?.valence.toFixed(3)}
      data-confidence={person?.confidence.toFixed(3)}
    >
      <h2>
        You, as the cat sees you
        <span class={(person?.unsure ?? true) ? "chip" : "chip sure"}>
          {!person?.present
            ? "nobody here"
            : person.unsure
              ? "unsure"
              : `${Math.round(person.confidence * 100)} % sure`}
        </span>
      </h2>
      {person?.present ? (
        <>
          <p class="legend">
            <i style={{ background: "#d4663f" }} /> valence {written(person.valence)}{" "}
            <i style={{ background: "#4f7fb5" }} /> arousal {written(person.arousal)}
            <small> ± one standard deviation</small>
          </p>
          <Plot lines={LINES} label="The person's valence and arousal over the last two minutes" />
          <Bars items={items} label="Classes of feeling" />
        </>
      ) : (
        <p class="faint">
          Touch it, speak to it or show it your face: what it thinks you feel stands here then.
        </p>
      )}
    </article>
  );
}
