// Makes a smooth mesh of the distance field by naive surface nets (Gibson 1998), once, when the
// page opens.
import { field, nearby } from "./field";
import type { Blob } from "./shape";

export interface Mesh {
  positions: Float32Array;
  normals: Float32Array;
  indices: Uint32Array;
}

// m: opposite corners of the space that the cat fills in its neutral pose.
const LOW = [-0.47, -0.13, -0.012];
const HIGH = [0.29, 0.13, 0.36];
const BLOCK = 8; // cells along each edge of a block

export function sculpt(blobs: Blob[], cell: number): Mesh {
  const size = LOW.map((low, i) => Math.ceil((HIGH[i] - low) / cell / BLOCK) * BLOCK + 1);
  const values = sample(blobs, size, cell);
  return net(blobs, values, size, cell);
}

/** The field at the corners of the grid. Blocks that are wholly inside or outside get one value. */
function sample(blobs: Blob[], size: number[], cell: number): Float32Array {
  const [nx, ny, nz] = size;
  const values = new Float32Array(nx * ny * nz).fill(1);
  const reach = BLOCK * cell * 1.05;
  for (let k = 0; k < nz; k += BLOCK)
    for (let j = 0; j < ny; j += BLOCK)
      for (let i = 0; i < nx; i += BLOCK) {
        const half = (BLOCK * cell) / 2;
        const [x, y, z] = [
          LOW[0] + i * cell + half,
          LOW[1] + j * cell + half,
          LOW[2] + k * cell + half,
        ];
        const centre = field(blobs, x, y, z);
        const near = Math.abs(centre) < reach;
        const some = near ? nearby(blobs, x, y, z, reach) : blobs;
        for (let c = k; c < Math.min(k + BLOCK, nz); c++)
          for (let b = j; b < Math.min(j + BLOCK, ny); b++)
            for (let a = i; a < Math.min(i + BLOCK, nx); a++)
              values[a + nx * (b + ny * c)] = near
                ? field(some, LOW[0] + a * cell, LOW[1] + b * cell, LOW[2] + c * cell)
                : centre;
      }
  return values;
}

function net(blobs: Blob[], values: Float32Array, size: number[], cell: number): Mesh {
  const [nx, ny, nz] = size;
  const at = (i: number, j: number, k: number) => i + nx * (j + ny * k);
  const vertexOf = new Int32Array(nx * ny * nz).fill(-1);
  const positions: number[] = [];
  const steps = [0, 1, nx, nx + 1, nx * ny, nx * ny + 1, nx * ny + nx, nx * ny + nx + 1];
  const edges: [number, number][] = [
    [0, 1],
    [2, 3],
    [4, 5],
    [6, 7],
    [0, 2],
    [1, 3],
    [4, 6],
    [5, 7],
    [0, 4],
    [1, 5],
    [2, 6],
    [3, 7],
  ];
  for (let k = 0; k < nz - 1; k++)
    for (let j = 0; j < ny - 1; j++)
      for (let i = 0; i < nx - 1; i++) {
        const o = at(i, j, k);
        let inside = 0;
        for (const step of steps) if (values[o + step] < 0) inside++;
        if (inside === 0 || inside === 8) continue;
        let n = 0,
          x = 0,
          y = 0,
          z = 0;
        for (const [p, q] of edges) {
          const u = values[o + steps[p]],
            v = values[o + steps[q]];
          if (u < 0 === v < 0) continue;
          const t = u / (u - v);
          x += (p & 1) + t * ((q & 1) - (p & 1));
          y += ((p >> 1) & 1) + t * (((q >> 1) & 1) - ((p >> 1) & 1));
          z += ((p >> 2) & 1) + t * (((q >> 2) & 1) - ((p >> 2) & 1));
          n++;
        }
        vertexOf[o] = positions.length / 3;
        positions.push(
          LOW[0] + (i + x / n) * cell,
          LOW[1] + (j + y / n) * cell,
          LOW[2] + (k + z / n) * cell,
        );
      }
  const indices: number[] = [];
  const quad = (a: number, b: number, c: number, d: number, turned: boolean) => {
    if (a < 0 || b < 0 || c < 0 || d < 0) return;
    if (turned) indices.push(a, b, c, a, c, d);
    else indices.push(a, c, b, a, d, c);
  };
  for (let k = 1; k < nz - 1; k++)
    for (let j = 1; j < ny - 1; j++)
      for (let i = 1; i < nx - 1; i++) {
        const o = at(i, j, k);
        const here = values[o] < 0;
        const v = vertexOf;
        if (here !== values[o + 1] < 0)
          quad(v[o], v[at(i, j - 1, k)], v[at(i, j - 1, k - 1)], v[at(i, j, k - 1)], here);
        if (here !== values[o + nx] < 0)
          quad(v[o], v[at(i, j, k - 1)], v[at(i - 1, j, k - 1)], v[at(i - 1, j, k)], here);
        if (here !== values[o + nx * ny] < 0)
          quad(v[o], v[at(i - 1, j, k)], v[at(i - 1, j - 1, k)], v[at(i, j - 1, k)], here);
      }
  return {
    positions: new Float32Array(positions),
    normals: normals(blobs, positions),
    indices: new Uint32Array(indices),
  };
}

/** Normals from the gradient of the field, which is smoother than those of the triangles. */
function normals(blobs: Blob[], positions: number[]): Float32Array {
  const out = new Float32Array(positions.length);
  const e = 0.0015;
  for (let i = 0; i < positions.length; i += 3) {
    const x = positions[i],
      y = positions[i + 1],
      z = positions[i + 2];
    const some = nearby(blobs, x, y, z, 0.01);
    const gx = field(some, x + e, y, z) - field(some, x - e, y, z);
    const gy = field(some, x, y + e, z) - field(some, x, y - e, z);
    const gz = field(some, x, y, z + e) - field(some, x, y, z - e);
    const length = Math.hypot(gx, gy, gz) || 1;
    out.set([gx / length, gy / length, gz / length], i);
  }
  return out;
}
