// Small horizontal bars, for probabilities, emotions, drives and scores.
export interface BarItem {
  name: string;
  value: number;
  title?: string;
  tone?: string;
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
      {items.map(({ name, value, title, tone }) => {
        const share = Math.min(1, Math.max(0, (value - low) / (high - low)));
        return (
          <li key={name} title={title}>
            <span class="name">{name.replaceAll("_", " ")}</span>
            <span class="track">
              <i style={{ width: `${(share * 100).toFixed(1)}%`, background: tone }} />
            </span>
            <span class="number">{value.toFixed(2)}</span>
          </li>
        );
      })}
    </ul>
  );
}
