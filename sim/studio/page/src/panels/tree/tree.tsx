// The living behaviour tree, drawn: what runs, what each option scores, and why the others lost.
import { useEffect, useRef, useState } from "preact/hooks";
import type { ShownNode } from "../../api";
import { Add } from "./add";
import { BranchShown } from "./branch";
import { Detail } from "./detail";
import { tree, useTree } from "./store";
import { type Branch, behaviour, grown, has, kept, words } from "./structure";

/** Whether what is below a node is shown, before the user has said so. */
function usually({ node }: Branch): boolean {
  return !node.slot;
}

export function TreePanel() {
  const { nodes, weighed, path, running } = useTree();
  const graph = useRef<HTMLDivElement>(null);
  const [search, look] = useState("");
  const [onlyAble, ask] = useState(false);
  const [folds, fold] = useState<Record<string, boolean>>({}); // by id: open, or not
  const [chosen, choose] = useState("");
  const [adds, add] = useState(false);
  const looked = words(search);
  const fits = (node: ShownNode) =>
    has(node, looked) &&
    (!onlyAble || path.includes(node.id) || (weighed[node.id]?.score ?? 0) > 0) &&
    (!onlyAble || node.slot !== "reflex" || path.includes(node.id));
  const all = grown(nodes);
  const isAsked = looked.length > 0 || onlyAble;
  const root = all && isAsked ? kept(all, (node) => Boolean(node.slot) && fits(node)) : all;
  const open = (branch: Branch) => folds[branch.node.id] ?? usually(branch);
  const toggle = (branch: Branch) => fold({ ...folds, [branch.node.id]: !open(branch) });
  const foldAll = (isOpen: boolean) =>
    fold(Object.fromEntries(nodes.map((node) => [node.id, isOpen || node.parent === ""])));
  const find = (id: string) =>
    graph.current
      ?.querySelector(`[data-node="${CSS.escape(id)}"]`)
      ?.scrollIntoView({ block: "center" });
  useEffect(() => find(running), [nodes.length > 0]);
  useEffect(() => {
    // For the browser tests and for the browser's console.
    Object.assign((window as unknown as { moggy: object }).moggy, { tree });
  }, []);
  const added = (id: string) => {
    add(false);
    if (!id) return;
    look("");
    choose(id);
    setTimeout(() => find(id)); // once it is drawn
  };
  const shown = nodes.find((node) => node.id === chosen);
  return (
    <div class="tree-panel" data-testid="tree">
      <div class="row">
        <input
          type="search"
          aria-label="Search the tree"
          placeholder="Search: a name, an input, an event…"
          value={search}
          onInput={(event) => look(event.currentTarget.value)}
        />
        <button title="Go to what it does now" onClick={() => find(running)}>
          Now
        </button>
        <button aria-expanded={adds} onClick={() => add(!adds)}>
          Add…
        </button>
        <button aria-pressed={onlyAble} onClick={() => ask(!onlyAble)}>
          What can run
        </button>
        <button onClick={() => fold({})}>Options</button>
        <button onClick={() => foldAll(true)}>Open all</button>
        <button onClick={() => foldAll(false)}>Fold all</button>
      </div>
      {adds && <Add near={behaviour(nodes, chosen)} close={added} />}
      <div class="drawn">
        <div class="graph" ref={graph}>
          {root ? (
            <ul class="branches" aria-label="The behaviour tree">
              <BranchShown branch={root} sight={{ open, toggle, chosen, choose }} />
            </ul>
          ) : (
            <p class="faint">{nodes.length > 0 ? "Nothing of the tree is so." : "Opening…"}</p>
          )}
        </div>
        {shown && <Detail node={shown} close={() => choose("")} />}
      </div>
    </div>
  );
}
