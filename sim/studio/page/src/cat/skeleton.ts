// Forward kinematics: from joint angles to the place of every bone, with the feet on the ground.
// sim/studio/still/skeleton.py computes the same for pictures without a browser, and
// tests/studio/test_page.py compares the two.
import { Matrix4 } from "three";
import { mirrored, pivots, SIDES, tail, tailNodes, TAIL_BONES, type V3 } from "./shape";

export type Angles = Record<string, number>;
export type Bones = Record<string, Matrix4>;

const SOLE_FRONT = 0.03; // m from the wrist's pivot to the ground, on an upright foreleg
const WRIST = 0.0165; // m from the wrist's pivot to the ground, on a forearm that lies
const CHEST_SHARE = 0.62; // of the trunk's slope, when the cat sits up: its back is round
const SOLE_HIND = 0.017; // m from the pivot of the ball to the ground, on a hind leg
const LOWEST_CHEST = 0.058; // m from the chest's pivot to the ground when the belly lies on it
const LOWEST_PELVIS = 0.054; // m from the pelvis' pivot to the ground when the belly lies on it
const SPINE = pivots.chest[0] - pivots.pelvis[0];

const clamp = (x: number, low: number, high: number) => Math.min(high, Math.max(low, x));
const minus = (a: V3, b: V3): V3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
/** Turn in the body's plane. Positive angles lift what points forward, and swing what points down
 * to the front. */
const pitched = (v: V3, a: number): V3 => [
  v[0] * Math.cos(a) - v[2] * Math.sin(a),
  v[1],
  v[0] * Math.sin(a) + v[2] * Math.cos(a),
];
const plus = (a: V3, b: V3): V3 => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];

const P = (a: number) => new Matrix4().makeRotationY(-a);
const Yaw = (a: number) => new Matrix4().makeRotationZ(a);
const Roll = (a: number) => new Matrix4().makeRotationX(-a);

/** The matrix of a bone at `place`, turned about `pivot`: maps points of the neutral pose. */
function bone(place: V3, turn: Matrix4, pivot: V3): Matrix4 {
  return new Matrix4()
    .makeTranslation(...place)
    .multiply(turn)
    .multiply(new Matrix4().makeTranslation(-pivot[0], -pivot[1], -pivot[2]));
}

interface Leg {
  turns: [number, number, number]; // rad
  joints: [V3, V3, V3]; // second joint, third joint, third bone's end, from the root of the leg; m
  depth: number; // m from the root of the leg to the ground under it
}

/** The shoulder turns the forearm; the elbow folds the upper arm back from it, so that the paw
 * stays under the shoulder. */
function frontLeg(angles: Angles, side: string, lean: number): Leg {
  const swing = (angles[`front_${side}_shoulder`] ?? 0) + lean;
  const fold = angles[`front_${side}_elbow`] ?? 0;
  const turns: Leg["turns"] = [swing - fold, swing, 0];
  const elbow = pitched(minus(pivots.elbow, pivots.shoulder), turns[0]);
  const wrist = plus(elbow, pitched(minus(pivots.wrist, pivots.elbow), turns[1]));
  const sole = WRIST + (SOLE_FRONT - WRIST) * clamp(Math.cos(turns[1] + 0.15), 0, 1);
  return {
    turns,
    joints: [elbow, wrist, wrist],
    depth: Math.max(0.021 - elbow[2], sole - wrist[2]),
  };
}

/** The hip turns the thigh; the knee folds the shank back and lowers the foot, as a cat's tendons
 * do. */
function hindLeg(angles: Angles, side: string, lean: number): Leg {
  const swing = (angles[`hind_${side}_hip`] ?? 0) + lean;
  const fold = angles[`hind_${side}_knee`] ?? 0;
  const foot = clamp(0.62 * fold + 0.4 * (swing - 0.5 * fold), -0.5, 1.3);
  // They go no further than flat on the floor.
  const turns: Leg["turns"] = [Math.min(swing, 1.2), Math.max(swing - fold, -0.6), foot];
  const knee = pitched(minus(pivots.knee, pivots.hip), turns[0]);
  const hock = plus(knee, pitched(minus(pivots.hock, pivots.knee), turns[1]));
  const ball = plus(hock, pitched(minus(pivots.ball, pivots.hock), turns[2]));
  return {
    turns,
    joints: [knee, hock, ball],
    depth: Math.max(0.027 - knee[2], 0.0145 - hock[2], SOLE_HIND - ball[2]),
  };
}

const chestPitch = (pitch: number) => pitch * (pitch > 0 ? CHEST_SHARE : 0.9);

export interface Stance {
  pitch: number; // rad; positive when the chest is higher
  chest: V3; // m
  pelvis: V3; // m
  bend: number; // rad; sideways curl of the spine when it lies
  legs: Record<string, Leg>;
}

/** The stance in which the lowest paw of each pair touches the ground. */
export function stance(angles: Angles): Stance {
  let pitch = 0;
  let legs: Record<string, Leg> = {};
  let front = 0,
    hind = 0,
    length = SPINE;
  for (let i = 0; i < 6; i++) {
    legs = {};
    for (const side of SIDES) {
      legs[`front_${side}`] = frontLeg(angles, side, chestPitch(pitch));
      legs[`hind_${side}`] = hindLeg(angles, side, 0.5 * Math.max(pitch, 0));
    }
    front = Math.max(legs.front_left.depth, legs.front_right.depth, LOWEST_CHEST);
    hind = Math.max(legs.hind_left.depth, legs.hind_right.depth, LOWEST_PELVIS);
    const rise = front - pivots.chest[2] - (hind - pivots.pelvis[2]);
    // A sitting cat rounds its back: the higher the chest, the nearer it is to the pelvis.
    length = SPINE * (1 - 0.32 * clamp(rise / 0.12, 0, 1));
    pitch += 0.7 * (Math.asin(clamp(rise / length, -0.95, 0.95)) - pitch);
  }
  const low = clamp((0.12 - (front + hind) / 2) / 0.05, 0, 1);
  const pan = angles.head_pan ?? 0,
    yaw = angles.tail_yaw ?? 0;
  // When it lies with head and tail to the same side, the spine curls with them.
  const bend =
    pan * yaw > 0 ? low * 0.55 * Math.sign(pan) * Math.min(Math.abs(pan), Math.abs(yaw)) : 0;
  const half = length / 2;
  const middle: V3 = [pivots.chest[0] - half * Math.cos(pitch), 0, (front + hind) / 2];
  const along = half * Math.cos(pitch);
  const chest: V3 = [middle[0] + along * Math.cos(bend), along * Math.sin(bend), front];
  const pelvis: V3 = [middle[0] - along * Math.cos(bend), along * Math.sin(bend), hind];
  return { pitch, chest, pelvis, bend, legs };
}

/** The matrix of every bone. `breath`: 0 out … 1 in. */
export function pose(angles: Angles, breath = 0): Bones {
  const at = (name: string) => angles[name] ?? 0;
  const { pitch, chest, pelvis, bend, legs } = stance(angles);
  const bones: Bones = {};
  const up = Math.max(pitch, 0);
  const chestTurn = Yaw(bend).multiply(P(chestPitch(pitch)));
  const pelvisTurn = Yaw(-bend).multiply(P(pitch + 0.25 * up));
  const lungs = new Matrix4().makeScale(1, 1 + 0.022 * breath, 1 + 0.014 * breath);
  const arch = 0.03 * up;
  const waist: V3 = [
    (chest[0] + pelvis[0]) / 2 - arch * Math.sin(pitch),
    -Math.abs(bend) * Math.sign(bend) * 0.02,
    (chest[2] + pelvis[2]) / 2 + arch * Math.cos(pitch) + 0.0035,
  ];
  bones.chest = bone(chest, chestTurn.clone().multiply(lungs), pivots.chest);
  bones.waist = bone(waist, P(pitch).multiply(lungs), pivots.waist);
  bones.pelvis = bone(pelvis, pelvisTurn, pivots.pelvis);

  for (const side of SIDES) {
    legBones(
      bones,
      `front_${side}`,
      ["upper", "lower", "paw"],
      ["shoulder", "elbow", "wrist"],
      side,
      legs[`front_${side}`],
      chest,
      bend,
      "chest",
      SOLE_FRONT,
    );
    legBones(
      bones,
      `hind_${side}`,
      ["thigh", "shank", "foot", "toes"],
      ["hip", "knee", "hock", "ball"],
      side,
      legs[`hind_${side}`],
      pelvis,
      -bend,
      "pelvis",
      SOLE_HIND,
    );
  }
  headBones(bones, angles, chestTurn, pitch, bend);
  tailBones(bones, pelvis, pelvisTurn, pitch, bend, at("tail_pitch"), at("tail_yaw"));
  return bones;
}

function legBones(
  bones: Bones,
  prefix: string,
  names: string[],
  joints: string[],
  side: string,
  leg: Leg,
  root: V3,
  bend: number,
  trunk: string,
  sole: number,
): void {
  const yaw = Yaw(bend);
  const centre = pivots[trunk];
  const hang = minus(mirrored(pivots[joints[0]], side), centre);
  const place = (v: V3): V3 => {
    const local = plus(hang, v);
    return [
      root[0] + local[0] * Math.cos(bend) - local[1] * Math.sin(bend),
      root[1] + local[0] * Math.sin(bend) + local[1] * Math.cos(bend),
      root[2] + local[2],
    ];
  };
  const sideways = (v: V3): V3 => (side === "left" ? v : [v[0], -v[1], v[2]]);
  const spots = [[0, 0, 0] as V3, ...leg.joints].map(sideways).map(place);
  names.forEach((name, i) => {
    let turn = leg.turns[i] ?? 0;
    if (i === names.length - 1) {
      // A paw on the ground is flat; a lifted one hangs.
      const lift = spots[i][2] - sole;
      turn = -0.9 * clamp(lift / 0.045, 0, 1);
    }
    bones[`${prefix}_${name}`] = bone(
      spots[i],
      yaw.clone().multiply(P(turn)),
      mirrored(pivots[joints[i]], side),
    );
  });
}

function headBones(
  bones: Bones,
  angles: Angles,
  chestTurn: Matrix4,
  pitch: number,
  bend: number,
): void {
  const at = (name: string) => angles[name] ?? 0;
  const spot = (m: Matrix4, v: V3): V3 => {
    const e = m.elements;
    return [
      e[0] * v[0] + e[4] * v[1] + e[8] * v[2] + e[12],
      e[1] * v[0] + e[5] * v[1] + e[9] * v[2] + e[13],
      e[2] * v[0] + e[6] * v[1] + e[10] * v[2] + e[14],
    ];
  };
  const chest = bone(spot(bones.chest, pivots.chest), chestTurn, pivots.chest);
  // The neck takes a third of pan and tilt, so that the bend is spread over two joints.
  const neckTurn = Yaw(bend + 0.35 * at("head_pan")).multiply(
    P(chestPitch(pitch) + 0.3 * at("head_tilt")),
  );
  bones.neck = bone(spot(chest, pivots.neck), neckTurn, pivots.neck);
  const headTurn = Yaw(bend + at("head_pan"))
    .multiply(P(chestPitch(pitch) + at("head_tilt")))
    .multiply(Roll(at("head_roll")));
  bones.head = bone(spot(bones.neck, pivots.head), headTurn, pivots.head);
  bones.jaw = bones.head.clone().multiply(bone(pivots.jaw, P(-at("jaw")), pivots.jaw));
  for (const side of SIDES) {
    const sign = side === "left" ? 1 : -1;
    const angle = at(`ear_${side}`);
    const back = clamp(-angle / 1.2, 0, 1);
    const turn = Yaw(sign * 1.0 * back)
      .multiply(Roll(-sign * -0.95 * back))
      .multiply(P(-0.35 * Math.max(angle, 0) + 0.55 * back));
    const pivot = mirrored(pivots.ear, side);
    bones[`ear_${side}`] = bones.head.clone().multiply(bone(pivot, turn, pivot));
  }
}

function tailBones(
  bones: Bones,
  pelvis: V3,
  pelvisTurn: Matrix4,
  pitch: number,
  bend: number,
  raise: number,
  yaw: number,
): void {
  const nodes = tailNodes();
  const step = tail.length / tail.rise.length;
  const e = pelvisTurn.elements;
  const v = minus(tail.base, pivots.pelvis);
  let spot: V3 = plus(pelvis, [
    e[0] * v[0] + e[4] * v[1] + e[8] * v[2],
    e[1] * v[0] + e[5] * v[1] + e[9] * v[2],
    e[2] * v[0] + e[6] * v[1] + e[10] * v[2],
  ]);
  const share = raise > 0 ? tail.pitch : tail.tuck;
  TAIL_BONES.forEach((name, i) => {
    const radius = tail.radii[i + 1] + 0.002;
    let rise = tail.rise[i] + raise * share[i] - 0.9 * Math.max(pitch, 0);
    // A segment that would go through the floor lies on it.
    const lowest = (radius - spot[2]) / step;
    if (Math.sin(rise) < lowest || (Math.cos(rise) < 0 && rise < 0 && lowest > -1))
      rise = Math.asin(clamp(lowest, -1, 1));
    const turn = -bend - yaw * tail.yaw[i];
    bones[name] = bone(spot, Yaw(turn).multiply(P(-rise)).multiply(P(tail.rise[i])), nodes[i]);
    spot = [
      spot[0] - step * Math.cos(rise) * Math.cos(turn),
      spot[1] - step * Math.cos(rise) * Math.sin(turn),
      spot[2] + step * Math.sin(rise),
    ];
  });
}
