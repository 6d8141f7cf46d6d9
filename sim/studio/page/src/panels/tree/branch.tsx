// The tree as a graph: each node a box, what is below it to its right.
import type { ShownNode, TreeNow, WeighedNow } from "../../api";
import { written } from "../bars";
import { reason } from "./reasons";
import { Spark } from "./spark";
import { tree } from "./store";
import { type Branch, count } from "./structure";

const FULL = 1; // the score that fills a bar
const SIGNS: Record<string, string> = {
  reflexes: "⚡",
  utility: "⚖",
  sequence: "→",
  selector: "?",
  when: "◇",
  wait: "…",
  behave: "●",
};

export interface Sight {
  open: (branch: Branch) => boolean;
  toggle: (branch: Branch) => void;
  chosen: string;
  choose: (id: string) => void;
}

/** The score as a bar; what it would be where it cannot run as a paler one. */
function Score({ weighed, isBest }: { weighed: WeighedNow; isBest: boolean }) {
  const share = (value: number) => `${Math.min(100, (100 * value) / FULL).toFixed(1)}%`;
  const shown = Math.max(weighed.score, 0);
  return (
    <span class={isBest ? "score best" : "score"}>
      <span class="track">
        <i class="would" style={{ width: share(weighed.would) }} />
        <i style={{ width: share(shown) }} />
      </span>
      <span class="number">{written(shown)}</span>
    </span>
  );
}

function Option({ node, weighed }: { node: ShownNode; weighed: WeighedNow }) {
  const lost = tree.path.includes(node.id) ? "" : reason(node, weighed, tree.running);
  return (
    <>
      <Score weighed={weighed} isBest={tree.path.includes(node.id)} />
      {lost && <small class="lost">{lost}</small>}
    </>
  );
}

/** What runs is known sooner than how the other nodes ended. */
function statusOf(id: string): TreeNow["statuses"][string] {
  if (tree.path.includes(id)) return "running";
  const status = tree.statuses[id] ?? "idle";
  return status === "running" ? "idle" : status;
}

function Box({ branch, sight }: { branch: Branch; sight: Sight }) {
  const { node, below } = branch;
  const weighed = tree.weighed[node.id];
  const status = statusOf(node.id);
  const isOpen = sight.open(branch);
  const name = node.id.replaceAll("_", " ");
  return (
    <div
      class={`node ${node.slot || node.kind} ${status}`}
      aria-current={sight.chosen === node.id ? "true" : undefined}
      data-node={node.id}
      data-status={status}
    >
      <button class="name" title={node.about} onClick={() => sight.choose(node.id)}>
        <span class="sign" title={node.kind} aria-hidden="true">
          {SIGNS[node.kind] ?? "●"}
        </span>
        {name}
      </button>
      <span class="sparks">
        {node.terms.map((term, n) => (
          <Spark key={n} term={term} input={weighed?.inputs[n]} />
        ))}
      </span>
      {below.length > 0 && (
        <button
          class="fold"
          aria-expanded={isOpen}
          aria-label={`${name}: ${isOpen ? "hide" : "show"} what is below it`}
          onClick={() => sight.toggle(branch)}
        >
          {isOpen ? "−" : `+${count(branch)}`}
        </button>
      )}
      {node.slot === "option" && weighed && <Option node={node} weighed={weighed} />}
      {node.slot === "reflex" && <small class="lost">{node.on.join(", ") || node.when}</small>}
      {!node.slot && node.about && <small class="lost">{node.about}</small>}
    </div>
  );
}

export function BranchShown({ branch, sight }: { branch: Branch; sight: Sight }) {
  const { node, below } = branch;
  return (
    <li class={tree.path.includes(node.id) ? "on" : undefined}>
      <Box branch={branch} sight={sight} />
      {below.length > 0 && sight.open(branch) && (
        <ul>
          {below.map((each) => (
            <BranchShown key={each.node.id} branch={each} sight={sight} />
          ))}
        </ul>
      )}
    </li>
  );
}
