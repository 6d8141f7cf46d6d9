// The whole cat as one object of the scene: made once, then moved by joint angles.
import {
  Bone,
  BufferAttribute,
  BufferGeometry,
  Group,
  type Material,
  Matrix4,
  Mesh,
  type Object3D,
  type Ray,
  Skeleton,
  SkinnedMesh,
  Vector3,
} from "three";
import { ALL_BONES, coat, weights } from "./coat";
import { face, type FaceParts } from "./face";
import { fur, GINGER } from "./fur";
import { type Found, pick, pickable } from "./pick";
import { sculpt } from "./sculpt";
import { type Blob, blobs, type V3 } from "./shape";
import { type Angles, pose } from "./skeleton";

const FINE = 0.0046; // m between two points of the skin
const COARSE = 0.0085; // m, on a machine without a GPU

export class Cat extends Group {
  readonly skin: SkinnedMesh;
  private readonly handles: Record<string, Bone> = {};
  private readonly parts: FaceParts;
  private readonly shells: SkinnedMesh[] = [];
  private readonly touchable: ReturnType<typeof pickable>;

  private readonly shapes = blobs();
  private readonly skins = new Map<boolean, { geometry: BufferGeometry; material: Material }>();

  constructor(plain = false) {
    super();
    this.touchable = pickable(this.shapes);
    const bones = ALL_BONES.map((name) => {
      const bone = new Bone();
      bone.name = name;
      bone.matrixAutoUpdate = false;
      this.handles[name] = bone;
      this.add(bone);
      return bone;
    });
    const skeleton = new Skeleton(
      bones,
      bones.map(() => new Matrix4()),
    );
    this.skin = new SkinnedMesh(new BufferGeometry(), fur(GINGER));
    this.skin.castShadow = this.skin.receiveShadow = true;
    this.skin.frustumCulled = false;
    this.skin.bind(skeleton, new Matrix4());
    this.add(this.skin);
    this.simplify(plain);
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

  /** Choose the skin: `plain` has fewer points and no strands, for a machine without a GPU. */
  simplify(plain: boolean): void {
    let skin = this.skins.get(plain);
    if (!skin)
      this.skins.set(
        plain,
        (skin = {
          geometry: dressed(this.shapes, plain ? COARSE : FINE),
          material: fur(GINGER, 0, plain),
        }),
      );
    this.skin.geometry = skin.geometry;
    this.skin.material = skin.material;
  }

  /** Set the number of layers of hair outside the skin. */
  fluff(layers: number): void {
    while (this.shells.length > layers) this.remove(this.shells.pop() as SkinnedMesh);
    while (this.shells.length < layers) {
      const shell = new SkinnedMesh(
        this.skin.geometry,
        fur(GINGER, (this.shells.length + 1) / layers),
      );
      shell.frustumCulled = false;
      shell.receiveShadow = true;
      shell.bind(this.skin.skeleton, new Matrix4());
      this.shells.push(shell);
      this.add(shell);
    }
  }

  /** Move it. `angles`: rad; `pupils`: 0 a slit … 1 fully open; `time`: s, for the purr's tremor.
   * */
  show(
    angles: Angles,
    purr: { level: number; breath: number },
    pupils: number,
    time: number,
  ): void {
    // It breathes in during the first half of the phase and out during the second.
    const breath = 0.5 - 0.5 * Math.cos(2 * Math.PI * purr.breath);
    const bones = pose(angles, breath);
    for (const name of ALL_BONES) {
      this.handles[name].matrix.copy(bones[name]);
      this.handles[name].matrixWorldNeedsUpdate = true;
    }
    this.parts.look(angles.eyelids ?? 0, pupils, angles.jaw ?? 0);
    this.position.y = purr.level > 0.02 ? 0.0004 * purr.level * Math.sin(time * 157) : 0;
  }

  /** Where a point of the standing cat's skin is now, in the world. */
  now(place: V3): Vector3 {
    this.updateMatrixWorld();
    const bone = weights(this.shapes, ...place)[0][0];
    return new Vector3(...place).applyMatrix4(this.handles[bone].matrixWorld);
  }

  /** The point of the skin under a ray; null if the ray misses the cat. */
  under(ray: Ray): Found | null {
    this.updateMatrixWorld();
    return pick(ray, this.touchable, (bone) => this.handles[bone].matrixWorld);
  }
}

/** The skin with the weights of its bones and the pattern of its coat. */
function dressed(shapes: Blob[], cell: number): BufferGeometry {
  const mesh = sculpt(shapes, cell);
  const count = mesh.positions.length / 3;
  const skinIndex = new Uint16Array(count * 4),
    skinWeight = new Float32Array(count * 4),
    coats = new Float32Array(count * 3);
  const number = new Map(ALL_BONES.map((name, i) => [name, i]));
  for (let v = 0; v < count; v++) {
    const [x, y, z] = mesh.positions.subarray(v * 3, v * 3 + 3);
    const pulls = weights(shapes, x, y, z);
    pulls.forEach(([name, weight], i) => {
      skinIndex[v * 4 + i] = number.get(name) ?? 0;
      skinWeight[v * 4 + i] = weight;
    });
    let cream = 0,
      stripes = 0;
    for (const [name, weight] of pulls) {
      const part = coat(name, x, y, z, mesh.normals[v * 3 + 2]);
      cream += part.cream * weight;
      stripes += part.stripes * weight;
    }
    const own = coat(pulls[0][0], x, y, z, mesh.normals[v * 3 + 2]);
    coats.set(
      [cream, own.phase, stripes * Math.min(1, Math.max(0, (pulls[0][1] - 0.4) * 4))],
      v * 3,
    );
  }
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(mesh.positions, 3));
  geometry.setAttribute("rest", new BufferAttribute(mesh.positions, 3));
  geometry.setAttribute("normal", new BufferAttribute(mesh.normals, 3));
  geometry.setAttribute("coat", new BufferAttribute(coats, 3));
  geometry.setAttribute("skinIndex", new BufferAttribute(skinIndex, 4));
  geometry.setAttribute("skinWeight", new BufferAttribute(skinWeight, 4));
  geometry.setIndex(new BufferAttribute(mesh.indices, 1));
  return geometry;
}
