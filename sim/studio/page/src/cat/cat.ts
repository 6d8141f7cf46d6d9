// The whole cat as one object of the scene: sculpted once, then moved by joint angles.
import { Bone, BufferAttribute, BufferGeometry, Group, Matrix4, Mesh, type Object3D, Raycaster, Skeleton, SkinnedMesh, Vector3 } from "three";
import { ALL_BONES, coat, weights } from "./coat";
import { face, type FaceParts } from "./face";
import { fur, GINGER } from "./fur";
import { sculpt } from "./sculpt";
import { blobs, type V3 } from "./shape";
import { type Angles, pose } from "./skeleton";

const CELL = 0.0042;

export class Cat extends Group {
  readonly skin: SkinnedMesh;
  private readonly handles: Record<string, Bone> = {};
  private readonly parts: FaceParts;
  private readonly shells: SkinnedMesh[] = [];
  private readonly owner: string[];

  constructor() {
    super();
    const { geometry, owner } = dressed();
    this.owner = owner;
    const bones = ALL_BONES.map((name) => {
      const bone = new Bone();
      bone.name = name;
      bone.matrixAutoUpdate = false;
      this.handles[name] = bone;
      this.add(bone);
      return bone;
    });
    const skeleton = new Skeleton(bones, bones.map(() => new Matrix4()));
    this.skin = new SkinnedMesh(geometry, fur(GINGER));
    this.skin.castShadow = this.skin.receiveShadow = true;
    this.skin.frustumCulled = false;
    this.skin.bind(skeleton, new Matrix4());
    this.add(this.skin);
    this.parts = face();
    this.hang(this.parts.onHead, "head");
    this.hang(this.parts.onJaw, "jaw");
    for (const [side, group] of Object.entries(this.parts.onEar)) this.hang(group, `ear_${side}`);
    this.show({}, { level: 0, breath: 0 }, 0.5, 0);
  }

  private hang(group: Object3D, bone: string): void {
    group.traverse((node) => {
      if (node instanceof Mesh) node.castShadow = true;
    });
    this.handles[bone].add(group);
  }

  /** Layers of hair outside the skin: the more, the fluffier, and the more the graphics must do. */
  fluff(layers: number): void {
    while (this.shells.length > layers) this.remove(this.shells.pop() as SkinnedMesh);
    while (this.shells.length < layers) {
      const shell = new SkinnedMesh(this.skin.geometry, fur(GINGER, (this.shells.length + 1) / layers));
      shell.frustumCulled = false;
      shell.receiveShadow = true;
      shell.bind(this.skin.skeleton, new Matrix4());
      shell.raycast = () => undefined;
      this.shells.push(shell);
      this.add(shell);
    }
  }

  show(angles: Angles, purr: { level: number; breath: number }, pupils: number, time: number): void {
    // In for the first half of the breath, out for the second.
    const breath = 0.5 - 0.5 * Math.cos(2 * Math.PI * purr.breath);
    const bones = pose(angles, breath);
    for (const name of ALL_BONES) {
      this.handles[name].matrix.copy(bones[name]);
      this.handles[name].matrixWorldNeedsUpdate = true;
    }
    this.parts.look(angles.eyelids ?? 0, pupils);
    this.position.y = purr.level > 0.02 ? 0.0004 * purr.level * Math.sin(time * 157) : 0;
  }

  /** The point of the standing cat's skin under a ray, in the body's frame; null beside the cat. */
  under(ray: Raycaster): { place: V3; world: Vector3 } | null {
    this.skin.computeBoundingSphere();
    const hit = ray.intersectObject(this, true).find((found) => found.object.visible);
    if (!hit) return null;
    let bone: string | null = null;
    for (let node: Object3D | null = hit.object; node && !bone; node = node.parent) if (node instanceof Bone) bone = node.name;
    if (!bone && hit.face) bone = this.owner[hit.face.a];
    const matrix = this.handles[bone ?? "chest"].matrixWorld.clone().invert();
    const place = hit.point.clone().applyMatrix4(matrix);
    return { place: [place.x, place.y, place.z], world: hit.point };
  }
}

/** The sculpted skin with its bones' weights and its coat; and for each vertex the bone that pulls it most. */
function dressed(): { geometry: BufferGeometry; owner: string[] } {
  const shapes = blobs();
  const mesh = sculpt(shapes, CELL);
  const count = mesh.positions.length / 3;
  const skinIndex = new Uint16Array(count * 4), skinWeight = new Float32Array(count * 4), coats = new Float32Array(count * 3);
  const number = new Map(ALL_BONES.map((name, i) => [name, i]));
  const owner: string[] = [];
  for (let v = 0; v < count; v++) {
    const [x, y, z] = mesh.positions.subarray(v * 3, v * 3 + 3);
    const pulls = weights(shapes, x, y, z);
    pulls.forEach(([name, weight], i) => {
      skinIndex[v * 4 + i] = number.get(name) ?? 0;
      skinWeight[v * 4 + i] = weight;
    });
    owner.push(pulls[0][0]);
    let cream = 0, stripes = 0;
    for (const [name, weight] of pulls) {
      const part = coat(name, x, y, z, mesh.normals[v * 3 + 2]);
      cream += part.cream * weight;
      stripes += part.stripes * weight;
    }
    const own = coat(pulls[0][0], x, y, z, mesh.normals[v * 3 + 2]);
    coats.set([cream, own.phase, stripes * Math.min(1, Math.max(0, (pulls[0][1] - 0.4) * 4))], v * 3);
  }
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(mesh.positions, 3));
  geometry.setAttribute("rest", new BufferAttribute(mesh.positions, 3));
  geometry.setAttribute("normal", new BufferAttribute(mesh.normals, 3));
  geometry.setAttribute("coat", new BufferAttribute(coats, 3));
  geometry.setAttribute("skinIndex", new BufferAttribute(skinIndex, 4));
  geometry.setAttribute("skinWeight", new BufferAttribute(skinWeight, 4));
  geometry.setIndex(new BufferAttribute(mesh.indices, 1));
  return { geometry, owner };
}
