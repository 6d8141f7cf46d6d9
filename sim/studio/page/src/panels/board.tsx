// The body's emergency stop, its release, and the faults of its board; always in sight.
import { useEffect } from "preact/hooks";
import { live, useLive } from "../live";

const DOWN = ["fault", "stopping", "stopped", "lost"]; // states in which it does not move

export function Board() {
  const board = useLive().state?.board;
  const faults = board?.faults ?? [];
  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !event.isComposing) live.stop(true);
    };
    addEventListener("keydown", key, { capture: true }); // wherever the focus is
    return () => removeEventListener("keydown", key, { capture: true });
  }, []);
  return (
    <div class="board" role="group" aria-label="The body">
      <button
        class="stop"
        title="Emergency stop: every servo limp (Esc)"
        aria-keyshortcuts="Escape"
        onClick={() => live.stop(true)}
      >
        Stop
      </button>
      <button title="Let it move again" onClick={() => live.stop(false)}>
        Release
      </button>
      <button
        title="Clear the board's faults; those whose cause persists stay"
        onClick={() => live.say({ type: "clear_faults" })}
      >
        Clear faults
      </button>
      <span
        class={board && DOWN.includes(board.state) ? "chip hot" : "chip"}
        role="status"
        data-testid="board"
        title={faults.join("\n")}
      >
        {board?.state ?? "no board"}
        {faults.length > 0 && ` · ${faults.length} ${faults.length > 1 ? "faults" : "fault"}`}
      </span>
    </div>
  );
}
