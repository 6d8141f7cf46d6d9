// Who is with the cat: people come and go, by name.
import { useState } from "preact/hooks";
import { live } from "../../live";

const LONGEST_NAME = 40;

export function People({ people }: { people: string[] }) {
  const [name, write] = useState("");
  const who = name.trim();
  const comes = (event: Event) => {
    event.preventDefault();
    if (!who) return;
    live.say({ type: "person", change: "arrives", who });
    write("");
  };
  return (
    <article class="card">
      <h2>Who is there</h2>
      {people.length === 0 && <p class="faint">Nobody.</p>}
      <ul class="people" data-testid="people">
        {people.map((one) => (
          <li key={one}>
            <span>{one}</span>
            <button
              aria-label={`${one} goes`}
              onClick={() => live.say({ type: "person", change: "leaves", who: one })}
            >
              Goes
            </button>
          </li>
        ))}
      </ul>
      <form class="row" onSubmit={comes}>
        <input
          value={name}
          maxLength={LONGEST_NAME}
          placeholder="A name, such as anna"
          aria-label="Name"
          autocomplete="off"
          onInput={(event) => write(event.currentTarget.value)}
        />
        <button type="submit" disabled={!who}>
          Comes
        </button>
      </form>
    </article>
  );
}
