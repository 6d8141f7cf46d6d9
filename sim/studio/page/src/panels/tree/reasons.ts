// Why an option does not run, in words.
import type { ShownNode, WeighedNow } from "../../api";
import { leaves } from "./curve";

/** Seconds in words. */
export function seconds(value: number): string {
  return value < 90 ? `${value < 10 ? value.toFixed(1) : Math.round(value)} s` : `${Math.round(value / 60)} min`;
}

/** The term that takes most away; null where none is left out of the score. */
export function worst(node: ShownNode, weighed: WeighedNow): string | null {
  const left = node.terms.map((term, n) => leaves(term, weighed.inputs[n] ?? 0));
  const least = Math.min(...left);
  return left.length > 0 && least < 0.95 ? node.terms[left.indexOf(least)].of : null;
}

/** Why it does not run; empty where it does. `running` is what does. */
export function reason(node: ShownNode, weighed: WeighedNow, running: string): string {
  const { loses, short, why, would } = weighed;
  const other = running.replaceAll("_", " ");
  switch (loses) {
    case "":
      return "";
    case "reflex":
      return `${other} is a reflex: nothing is weighed`;
    case "never":
      return "its appetite is 0: it is never chosen";
    case "cooldown":
      return `it ran lately: again in ${seconds(short)}`;
    case "condition":
      return `not: ${why[0] ?? node.when}`;
    case "term":
      return `${worst(node, weighed) ?? "a term"} leaves nothing of it`;
    case "dwell":
      return `waits: ${other} goes on for ${seconds(short)} at least`;
    case "hysteresis":
      return `waits: ${short.toFixed(2)} more, and it is clearly better than ${other}`;
    case "score": {
      const by = worst(node, weighed);
      const most = by ? `, most of all by ${by}` : "";
      return would > 0 && short > 0 ? `${short.toFixed(2)} less than ${other}${most}` : `as good as ${other}`;
    }
  }
}
