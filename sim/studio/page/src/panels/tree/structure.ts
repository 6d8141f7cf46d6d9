// The tree as branches, and what of it is in sight.
import type { ShownNode } from "../../api";

export interface Branch {
  node: ShownNode;
  below: Branch[];
}

/** The nodes as a tree; null where there are none. */
export function grown(nodes: ShownNode[]): Branch | null {
  const branches = new Map(nodes.map((node) => [node.id, { node, below: [] as Branch[] }]));
  let root: Branch | null = null;
  for (const branch of branches.values()) {
    const above = branches.get(branch.node.parent);
    if (above) above.below.push(branch);
    else root ??= branch;
  }
  return root;
}

/** How many nodes are below a branch. */
export function count(branch: Branch): number {
  return branch.below.reduce((sum, each) => sum + 1 + count(each), 0);
}

/** Whether a node has all the words that are looked for, in its name or in what it asks for. */
export function has(node: ShownNode, words: string[]): boolean {
  const text = [node.id, node.id.replaceAll("_", " "), node.kind, node.about, node.when]
    .concat(node.on, node.terms.map((term) => term.of))
    .join(" ")
    .toLowerCase();
  return words.every((word) => text.includes(word));
}

/** The words of a search. */
export function words(search: string): string[] {
  return search.toLowerCase().split(/\s+/).filter(Boolean);
}

/** Only those branches that `fits`, or that have one below; null where none is left. Below one that
 * fits all is kept. */
export function kept(branch: Branch, fits: (node: ShownNode) => boolean): Branch | null {
  if (fits(branch.node)) return branch;
  const below = branch.below.map((each) => kept(each, fits)).filter((each) => each !== null);
  return below.length > 0 ? { node: branch.node, below } : null;
}

/** The behaviour, an option or a reflex, that a node belongs to; empty for one above them. */
export function behaviour(nodes: ShownNode[], id: string): string {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  for (let node = byId.get(id); node; node = byId.get(node.parent))
    if (node.slot) return node.id;
  return "";
}

/** The line of a tree's file at which a node stands, from 1; null where it does not. A step without
 * an id of its own stands with its behaviour. */
export function lineOf(text: string, id: string): number | null {
  const name = id.replaceAll(".", "\\.");
  const own = new RegExp(`^[ ]*(?:- )?\\{?[ ]*id:[ ]*${name}[ ]*(?:[,}#].*)?$`, "m");
  const changed = new RegExp(`^[ ]+${name}:`, "m");
  const found = own.exec(text) ?? changed.exec(text);
  if (found) return text.slice(0, found.index).split("\n").length;
  const above = id.replace(/\.[^.]*$/, "");
  return above === id ? null : lineOf(text, above);
}
