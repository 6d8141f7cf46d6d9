// One node: what it is, what speaks for it now, and the way to its file.
import type { ShownNode } from "../../api";
import { draft } from "../editor/drafts";
import { toPlace } from "../editor/place";
import { written } from "../bars";
import { Covered } from "./covered";
import { CurvePlot } from "./plot";
import { Ran } from "./ran";
import { reason } from "./reasons";
import { tree } from "./store";
import { behaviour } from "./structure";

function Condition({ node }: { node: ShownNode }) {
  const fails = tree.weighed[node.id]?.why ?? [];
  return (
    <>
      {node.on.length > 0 && <p class="faint">set off by {node.on.join(", ")}</p>}
      {node.when && <p class="code-line">when {node.when}</p>}
      {fails.map((part) => (
        <p class="fails" key={part}>
          ✗ {part}
        </p>
      ))}
    </>
  );
}

/** How much it matters, to be turned. */
function Base({ node, locked }: { node: ShownNode; locked: boolean }) {
  const base = node.base ?? 0;
  return (
    <label class="base">
      base {written(base)}
      <input
        type="range"
        aria-label="base"
        min="0.05"
        max="2"
        step="0.01"
        value={base}
        disabled={locked}
        onChange={(event) =>
          tree.bend(node.id, null, { base }, { base: Number(event.currentTarget.value) })
        }
      />
    </label>
  );
}

function Weighed({ node, locked }: { node: ShownNode; locked: boolean }) {
  const weighed = tree.weighed[node.id];
  if (!weighed || node.base === null) return null;
  const lost = tree.path.includes(node.id) ? "" : reason(node, weighed, tree.running);
  const factors = Object.entries(weighed.factors);
  return (
    <>
      <p data-testid="lost">{lost || "It runs now."}</p>
      <p class="faint">
        base
        {factors.map(([name, value]) => ` · ${name} × ${written(value)}`)}
        {node.terms.length > 1 && ` · the ${node.combine} of its terms`}
        {` → ${written(weighed.score || weighed.would)}`}
        {weighed.score === 0 && weighed.would > 0 && " if it could run"}
      </p>
      <Base node={node} locked={locked} />
      {node.terms.map((term, n) => (
        <CurvePlot
          key={`${node.id}.${n}`}
          term={term}
          input={weighed.inputs[n]}
          locked={locked}
          save={(from, to) => tree.bend(node.id, n, from, to)}
        />
      ))}
    </>
  );
}

export function Detail({ node, close }: { node: ShownNode; close: () => void }) {
  const locked = draft(tree.file) !== null;
  const behavior = behaviour(tree.nodes, node.id);
  return (
    <section class="detail" aria-label={node.id} data-testid="node">
      <div class="row">
        <h2>{node.id.replaceAll("_", " ")}</h2>
        <button title="Undo" disabled={locked || !tree.turns.canUndo} onClick={tree.undo}>
          ↶
        </button>
        <button title="Redo" disabled={locked || !tree.turns.canRedo} onClick={tree.redo}>
          ↷
        </button>
        <button title="Close" onClick={close}>
          ×
        </button>
      </div>
      <p class="faint">
        {[node.slot, node.kind].filter(Boolean).join(", ")}
      </p>
      {node.about && <p>{node.about}</p>}
      <button onClick={() => toPlace({ file: tree.file, id: node.id })}>Show in its file</button>
      <Condition node={node} />
      {locked && (
        <p class="trouble">
          Its files has changes of {tree.file} that are not saved: save or discard them first.
        </p>
      )}
      {tree.trouble && (
        <p class="trouble" role="status">
          {tree.trouble}
        </p>
      )}
      <Weighed node={node} locked={locked} />
      {behavior && <Ran id={behavior} />}
      {behavior && <Covered id={behavior} />}
    </section>
  );
}
