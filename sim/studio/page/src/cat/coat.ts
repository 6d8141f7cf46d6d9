// The coat of a ginger tabby. For each vertex: how light it is, its phase in the pattern of
// stripes, and how strong the stripes are.
import { distance } from "./field";
import { TAIL_BONES, tail, type Blob } from "./shape";

const step = (low: number, high: number, x: number) => {
  const t = Math.min(1, Math.max(0, (x - low) / (high - low)));
  return t * t * (3 - 2 * t);
};

export interface Coat {
  cream: number; // 0..1
  phase: number; // rad; there is a stripe where its sine is high
  stripes: number; // 0..1
}

export function coat(bone: string, x: number, y: number, z: number, nz: number): Coat {
  const side = Math.abs(y);
  if (bone.startsWith("tail_")) {
    const along = -(x - tail.base[0]) / (tail.length * 0.9);
    return { cream: step(0.93, 1.0, along) * 0, phase: along * 46, stripes: 0.75 };
  }
  if (bone.startsWith("head") || bone === "jaw") return head(x, y, z, side);
  if (bone.startsWith("front_") || bone.startsWith("hind_")) {
    const sock =
      1 -
      step(0.02, bone.startsWith("hind_") ? 0.044 : 0.046, z + 0.004 * Math.sin(x * 300 + y * 200));
    const inner = bone.startsWith("front_") ? step(-0.5, -0.95, nz) * 0.6 : 0;
    return {
      cream: Math.max(sock, inner),
      phase: z * 230 + 9 * x,
      stripes: 0.55 * step(0.04, 0.075, z),
    };
  }
  const bib = step(0.125, 0.155, x) * (1 - step(0.19, 0.215, z)) * (1 - step(0.02, 0.036, side));
  const belly = step(-0.35, -0.85, nz) * (1 - step(0.13, 0.16, z));
  const back = step(0.15, 0.2, z);
  const wave = 0.012 * Math.sin(z * 62 + 1.3) + 0.006 * Math.sin(z * 130 + x * 40);
  return {
    cream: Math.max(bib, belly),
    phase: (x + wave) * 172,
    stripes: (0.35 + 0.65 * back) * (1 - Math.max(bib, belly)),
  };
}

function head(x: number, y: number, z: number, side: number): Coat {
  const muzzle =
    1 - step(0.75, 1.25, Math.hypot((x - 0.246) / 0.028, y / 0.031, (z - 0.214) / 0.019));
  const chin = step(0.2, 0.235, x) * (1 - step(0.205, 0.214, z));
  const throat = 1 - step(0.196, 0.208, z);
  const brow =
    1 - step(0.6, 1.2, Math.hypot((x - 0.232) / 0.02, (side - 0.02) / 0.009, (z - 0.2665) / 0.006));
  const cream = Math.max(muzzle, chin, throat * 0.9, brow * 0.3);
  const crown = step(0.258, 0.272, z);
  const cheek = step(0.032, 0.042, side) * (1 - step(0.205, 0.225, x));
  if (crown > 0.02)
    return { cream, phase: side * 390 - 1.6 + (x - 0.2) * 60, stripes: crown * 0.95 };
  return { cream, phase: z * 330 + 0.4 + x * 90, stripes: cheek * 0.6 * (1 - cream) };
}

/** Up to four bones and their weights at a point: the farther a blob, the less its bone weighs. */
export function weights(blobs: Blob[], x: number, y: number, z: number): [string, number][] {
  let nearest = 1;
  const distances = blobs.map((blob) => {
    const d = distance(blob, x, y, z);
    nearest = Math.min(nearest, d);
    return d;
  });
  const pulls = new Map<string, number>();
  blobs.forEach((blob, i) => {
    const pull = Math.exp(-(distances[i] - nearest) / (blob.soft * 0.55));
    if (pull > 0.02) pulls.set(blob.bone, Math.max(pulls.get(blob.bone) ?? 0, pull));
  });
  const best = [...pulls].sort((a, b) => b[1] - a[1]).slice(0, 4);
  const sum = best.reduce((total, [, pull]) => total + pull, 0);
  return best.map(([name, pull]) => [name, pull / sum]);
}

export const ALL_BONES = [
  "chest",
  "waist",
  "pelvis",
  "neck",
  "head",
  "jaw",
  "ear_left",
  "ear_right",
  ...["left", "right"].flatMap((side) => [
    ...["upper", "lower", "paw"].map((name) => `front_${side}_${name}`),
    ...["thigh", "shank", "foot", "toes"].map((name) => `hind_${side}_${name}`),
  ]),
  ...TAIL_BONES,
];
