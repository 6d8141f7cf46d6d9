// What would lead to a behaviour: events and situations, each in nine moods.
import { tree } from "./store";

const LISTED = 14;

/** The nine moods as squares: excited above, pleased to the right. */
function Moods({ filled, names }: { filled: number[]; names: string[] }) {
  return (
    <svg class="moods" viewBox="0 0 9 9" width="18" height="18">
      <title>{filled.map((n) => names[n]).join("\n")}</title>
      {names.map((name, n) => (
        <rect
          key={name}
          class={filled.includes(n) ? "in" : undefined}
          x={3 * Math.floor(n / 3)}
          y={6 - 3 * (n % 3)}
          width="2.6"
          height="2.6"
        />
      ))}
    </svg>
  );
}

function Table({ id }: { id: string }) {
  const { coverage } = tree;
  if (!coverage) return null;
  const rows = Object.entries(coverage.behaviors[id] ?? {}).sort(
    (a, b) => b[1].length - a[1].length,
  );
  return (
    <>
      {(coverage.problems[id] ?? []).map((message) => (
        <p class="fails" key={message}>
          {message}
        </p>
      ))}
      <p>
        {rows.length === 0
          ? `It came in none of ${coverage.situations} events and situations.`
          : `It comes at ${rows.length} of ${coverage.situations} events and situations:`}
      </p>
      <ul class="met">
        {rows.slice(0, LISTED).map(([name, filled]) => (
          <li key={name}>
            <Moods filled={filled} names={coverage.moods} /> {name.replaceAll("_", " ")}
          </li>
        ))}
      </ul>
      {rows.length > LISTED && <p class="faint">and {rows.length - LISTED} more</p>}
    </>
  );
}

export function Covered({ id }: { id: string }) {
  const { covering, coverage } = tree;
  return (
    <div data-testid="covered">
      <h3>Coverage</h3>
      <Table id={id} />
      {covering === "asked" && <p class="faint">It lives through all events in all moods…</p>}
      {covering === "failed" && <p class="fails">That could not be worked out.</p>}
      {covering === "old" && <p class="faint">The tree was another then.</p>}
      {covering !== "asked" && (covering || !coverage) && (
        <button onClick={tree.askCoverage}>What leads to it?</button>
      )}
    </div>
  );
}
