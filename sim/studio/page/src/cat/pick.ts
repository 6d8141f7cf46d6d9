// Where a ray meets the cat. The ray is followed through the distance fields of the blobs, each in
// its bone's frame, which is fast enough for every sample of a fast pointer.
import { Matrix4, type Ray, Vector3 } from "three";
import { distance } from "./field";
import { type Blob, mirrored, pivots, SIDES, type V3 } from "./shape";

const STEPS = 48; // along the ray, for each blob
const NEAR = 0.0006; // m from the surface that count as a hit
const FUR = 0.003; // m outside the skin: the hand touches the tips of the hair

export interface Found {
  place: V3; // on the standing cat, in the body's frame
  world: Vector3; // where that is now
}

/** Blobs for the ears, which are not part of the skin. */
function ears(): Blob[] {
  return SIDES.map((side) => {
    const [x, y, z] = mirrored(pivots.ear, side);
    return {
      bone: `ear_${side}`,
      a: [x, y, z - 0.01],
      b: [x - 0.004, y * 1.2, z + 0.035],
      radii: [0.021, 0.005],
      blend: 0,
      soft: 0.01,
    };
  });
}

export function pickable(blobs: Blob[]): { blob: Blob; centre: Vector3; radius: number }[] {
  return [...blobs, ...ears()].map((blob) => {
    const a = new Vector3(...blob.a),
      b = blob.b ? new Vector3(...blob.b) : a;
    const centre = a.clone().add(b).multiplyScalar(0.5);
    return { blob, centre, radius: a.distanceTo(b) / 2 + Math.max(...blob.radii) + FUR };
  });
}

/** The nearest point under the ray; null if it misses. `matrix`: a bone's matrix now. */
export function pick(
  ray: Ray,
  parts: ReturnType<typeof pickable>,
  matrix: (bone: string) => Matrix4,
): Found | null {
  const inverse = new Map<string, Matrix4>();
  const at = new Vector3(),
    from = new Vector3(),
    along = new Vector3();
  let best = Infinity;
  let found: Found | null = null;
  for (const { blob, centre, radius } of parts) {
    let back = inverse.get(blob.bone);
    if (!back) inverse.set(blob.bone, (back = matrix(blob.bone).clone().invert()));
    from.copy(ray.origin).applyMatrix4(back);
    along.copy(ray.direction).transformDirection(back);
    const middle = at.copy(centre).sub(from).dot(along);
    const off = at.copy(from).addScaledVector(along, middle).distanceTo(centre);
    if (off > radius || middle < 0) continue;
    let t = Math.max(0, middle - radius);
    for (let i = 0; i < STEPS && t < middle + radius && t < best; i++) {
      at.copy(from).addScaledVector(along, t);
      const d = distance(blob, at.x, at.y, at.z) - FUR;
      if (d < NEAR) {
        best = t;
        found = { place: [at.x, at.y, at.z], world: at.clone().applyMatrix4(matrix(blob.bone)) };
        break;
      }
      t += d * 0.8;
    }
  }
  return found;
}
