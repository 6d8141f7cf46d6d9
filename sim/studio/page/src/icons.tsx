// Line icons as paths, so that they look the same on every machine.
const PATHS: Record<string, string> = {
  quiet: "M19 14.5A7.5 7.5 0 0 1 9.5 5a7.5 7.5 0 1 0 9.5 9.5z",
  focus: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6z",
  lap:
    "M5 18v-6a2 2 0 0 1 4 0v2h6v-2a2 2 0 0 1 4 0v6M5 18h14" +
    "M8 10V8a2 2 0 0 1 2-2h4a2 2 0 0 1 2 2v2",
  away: "M10 5H6a1 1 0 0 0-1 1v12a1 1 0 0 0 1 1h4M14 8l4 4-4 4M18 12H9",
  sound: "M5 10v4h3l4 3.5v-11L8 10zM15.5 9a4 4 0 0 1 0 6M18 6.5a7.5 7.5 0 0 1 0 11",
  muted: "M5 10v4h3l4 3.5v-11L8 10zM16 9.5l5 5M21 9.5l-5 5",
  microphone:
    "M12 4a2.5 2.5 0 0 0-2.5 2.5v5a2.5 2.5 0 0 0 5 0v-5A2.5 2.5 0 0 0 12 4z" +
    "M6.5 11.5a5.5 5.5 0 0 0 11 0M12 17v3M9 20h6",
  theme: "M12 4a8 8 0 1 0 0 16zM12 4a8 8 0 0 1 0 16",
};

export function Round({
  icon,
  title,
  pressed,
  press,
}: {
  icon: string;
  title: string;
  pressed?: boolean;
  press: () => void;
}) {
  return (
    <button class="round" title={title} aria-label={title} aria-pressed={pressed} onClick={press}>
      <svg
        viewBox="0 0 24 24"
        width="20"
        height="20"
        fill="none"
        stroke="currentColor"
        stroke-width="1.8"
        stroke-linecap="round"
        stroke-linejoin="round"
        aria-hidden="true"
      >
        <path d={PATHS[icon]} />
      </svg>
      <span class="caption">{title.split(":")[0]}</span>
    </button>
  );
}
