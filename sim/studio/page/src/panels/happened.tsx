// The latest events, and the current trouble of each part that has one.
import { type News, useLive } from "../live";

const SHOWN = 9;

export function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${(seconds % 60).toFixed(1).padStart(4, "0")}`;
}

function words(item: News): string {
  const name = (item.name ?? "").replaceAll("_", " ");
  if (item.kind === "event")
    return `${name}${item.zone ? ` · ${item.zone.replaceAll("_", " ")}` : ""}`;
  if (item.kind === "call") return `“${name}”`;
  if (item.kind === "said") return `you: ${item.message}`;
  if (item.kind === "trouble")
    return item.message ? `${item.part}: ${item.message}` : `${item.part} works again`;
  return item.message ?? "";
}

/** Equal events in a row become one line with a count. */
function together(news: News[]): { item: News; times: number }[] {
  const lines: { item: News; times: number }[] = [];
  for (const item of news) {
    const last = lines[lines.length - 1];
    if (last && item.kind === "event" && words(last.item) === words(item))
      lines[lines.length - 1] = { item, times: last.times + 1 };
    else lines.push({ item, times: 1 });
  }
  return lines;
}

export function Happened() {
  const { news, troubles, state } = useLive();
  const building = state?.building;
  return (
    <article class="card" data-testid="happened">
      <h2>What happened</h2>
      {building && (
        <p class="building">
          <progress
            value={building.done ?? undefined}
            max={1}
            aria-label="Building the language model's runtime"
          />{" "}
          {building.text}
        </p>
      )}
      {[...troubles].map(([part, message]) => (
        <p key={part} class="trouble">
          <b>{part}</b> {message}
        </p>
      ))}
      <ul class="events">
        {together(news)
          .slice(-SHOWN)
          .reverse()
          .map(({ item, times }, i) => (
            <li key={i} class={item.urgent ? "urgent" : item.kind}>
              <time>{clock(item.at)}</time> <span>{words(item)}</span>
              {times > 1 && <small> × {times}</small>}
            </li>
          ))}
      </ul>
    </article>
  );
}
