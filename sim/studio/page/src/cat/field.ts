// Signed distance to the cat's surface: ellipsoids and round cones, joined smoothly.
import type { Blob } from "./shape";

/** Distance to one blob, m; negative inside. Math.sqrt instead of the slower Math.hypot, since this
 * runs a million times. */
export function distance(blob: Blob, x: number, y: number, z: number): number {
  const { a, b, radii } = blob;
  const px = x - a[0],
    py = y - a[1],
    pz = z - a[2];
  if (b === null) {
    const ux = px / radii[0],
      uy = py / radii[1],
      uz = pz / radii[2];
    const k0 = Math.sqrt(ux * ux + uy * uy + uz * uz);
    const vx = ux / radii[0],
      vy = uy / radii[1],
      vz = uz / radii[2];
    const k1 = Math.sqrt(vx * vx + vy * vy + vz * vz);
    return k1 < 1e-9 ? -Math.min(radii[0], radii[1], radii[2]) : (k0 * (k0 - 1)) / k1;
  }
  const bx = b[0] - a[0],
    by = b[1] - a[1],
    bz = b[2] - a[2];
  const along = (px * bx + py * by + pz * bz) / (bx * bx + by * by + bz * bz);
  const t = along < 0 ? 0 : along > 1 ? 1 : along;
  const dx = px - t * bx,
    dy = py - t * by,
    dz = pz - t * bz;
  return Math.sqrt(dx * dx + dy * dy + dz * dz) - (radii[0] + t * (radii[1] - radii[0]));
}

/** Distance to the whole cat, m: a polynomial smooth minimum (Quilez 2013), blob by blob. */
export function field(blobs: Blob[], x: number, y: number, z: number): number {
  let d = 1;
  for (const blob of blobs) {
    const e = distance(blob, x, y, z);
    const apart = d > e ? d - e : e - d;
    if (e < d) d = e;
    if (apart < blob.blend) d -= (blob.blend - apart) ** 2 / (4 * blob.blend);
  }
  return d;
}

/** The blobs that can matter within `reach` (m) of a point, in their order. */
export function nearby(blobs: Blob[], x: number, y: number, z: number, reach: number): Blob[] {
  return blobs.filter((blob) => distance(blob, x, y, z) < reach + blob.blend);
}
