// Reads the cat's shape (cat_shape.json, which sim/studio/still reads too), mirrors its pairs, and
// lays out the tail. Lengths in m, in the body's frame.
import raw from "../../../cat_shape.json";

export type V3 = [number, number, number];

export interface Blob {
  bone: string;
  a: V3;
  b: V3 | null; // null: an ellipsoid at `a`
  radii: number[]; // of the ellipsoid's axes, or of the cone's ends
  blend: number; // how wide the transition to its neighbours is
  soft: number; // how far its bone pulls the skin around it
}

export const SIDES = ["left", "right"] as const;
export const pivots = raw.pivots as unknown as Record<string, V3>;
export const tail = raw.tail as unknown as {
  base: V3;
  length: number;
  rise: number[];
  radii: number[];
  pitch: number[];
  tuck: number[];
  yaw: number[];
};
export const TAIL_BONES = tail.rise.map((_, i) => `tail_${i}`);

export function mirrored(v: V3, side: string): V3 {
  return side === "left" ? v : [v[0], -v[1], v[2]];
}

/** Places of the tail's joints in the neutral pose, the tip last; m. */
export function tailNodes(): V3[] {
  const step = tail.length / tail.rise.length;
  const nodes: V3[] = [tail.base];
  for (const rise of tail.rise) {
    const [x, y, z] = nodes[nodes.length - 1];
    nodes.push([x - step * Math.cos(rise), y, z + step * Math.sin(rise)]);
  }
  return nodes;
}

interface RawShape {
  bone: string;
  at?: V3;
  from?: V3;
  to?: V3;
  radii: number[];
  blend: number;
  soft: number;
  pair?: boolean;
  leg?: string;
}

export function blobs(): Blob[] {
  const found: Blob[] = [];
  for (const shape of raw.shapes as unknown as RawShape[]) {
    for (const side of shape.pair ? SIDES : (["left"] as const)) {
      const bone = shape.leg ? `${shape.leg}_${side}_${shape.bone}` : shape.bone;
      const a = mirrored((shape.at ?? shape.from) as V3, side);
      const b = shape.to ? mirrored(shape.to, side) : null;
      found.push({ bone, a, b, radii: shape.radii, blend: shape.blend, soft: shape.soft });
    }
  }
  const nodes = tailNodes();
  TAIL_BONES.forEach((bone, i) => {
    found.push({
      bone,
      a: nodes[i],
      b: nodes[i + 1],
      radii: [tail.radii[i], tail.radii[i + 1]],
      blend: i ? 0.004 : 0.015,
      soft: 0.012,
    });
  });
  return found;
}
