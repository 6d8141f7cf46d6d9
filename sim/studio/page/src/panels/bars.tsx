// Small horizontal bars, for probabilities, emotions, drives and scores.
export interface BarItem {
  name: string;
  value: number;
  title?: string;
  note?: string; // a line below
  tone?: string;
}

/** A number with two digits; none is -0.00. */
export function written(value: number): string {
  return (Math.round(value * 100) / 100 + 0).toFixed(2);
}

export function Bars({
  items,
  low = 0,
  high = 1,
  label,
}: {
  items: BarItem[];
  low?: number;
  high?: number;
  label: string;
}) {
  return (
    <ul class="bars" aria-label={label}>
      {items.map(({ name, value, title, note, tone }) => {
        const share = Math.min(1, Math.max(0, (value - low) / (high - low)));
        return (
          <li key={name} title={title}>
            <span class="name">{name.replaceAll("_", " ")}</span>
            <span class="track">
              <i style={{ width: `${(share * 100).toFixed(1)}%`, background: tone }} />
            </span>
            <span class="number">{written(value)}</span>
            {note && <small>{note}</small>}
          </li>
        );
      })}
    </ul>
  );
}
