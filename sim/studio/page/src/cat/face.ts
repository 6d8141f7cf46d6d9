// The parts that are not skin: eyes with slit pupils and lids, ears, nose, mouth, chin and
// whiskers. Each is attached to a bone.
import {
  BufferGeometry,
  CatmullRomCurve3,
  Color,
  DoubleSide,
  Float32BufferAttribute,
  Group,
  Mesh,
  MeshBasicMaterial,
  MeshPhysicalMaterial,
  MeshStandardMaterial,
  ShaderMaterial,
  SphereGeometry,
  TorusGeometry,
  TubeGeometry,
  Vector3,
} from "three";
import { field, nearby } from "./field";
import { GINGER } from "./fur";
import { blobs, mirrored, pivots, SIDES, type V3 } from "./shape";

export interface FaceParts {
  onHead: Group;
  onJaw: Group;
  onEar: Record<string, Group>;
  look(eyelids: number, pupils: number, jaw: number): void;
}

const EYE = 0.0192; // m, before it is flattened
const MOUTH: V3[] = [
  [0.257, 0, 0.217],
  [0.258, 0.0045, 0.2125],
  [0.256, 0.0115, 0.2085],
  [0.249, 0.019, 0.2085],
  [0.243, 0.0245, 0.2125],
];

function eyeball(): ShaderMaterial {
  return new ShaderMaterial({
    uniforms: { uPupil: { value: 0.5 }, uLight: { value: 1 } },
    vertexShader: `
      varying vec3 vP; varying vec3 vN; varying vec3 vV;
      void main() {
        vec4 m = modelViewMatrix * vec4(position, 1.0);
        vP = normalize(position);
        vN = normalMatrix * normal;
        vV = -m.xyz;
        gl_Position = projectionMatrix * m;
      }`,
    fragmentShader: `
      varying vec3 vP; varying vec3 vN; varying vec3 vV;
      uniform float uPupil; uniform float uLight;
      void main() {
        vec2 q = vec2(vP.y, vP.z);
        float r = length(q) / 0.93;
        float angle = atan(q.y, q.x);
        float rays = 0.5 + 0.5 * sin(angle * 34.0 + sin(angle * 9.0) * 2.0);
        float outer = smoothstep(0.25, 0.95, r + 0.06 * rays);
        vec3 iris = mix(vec3(0.93, 0.80, 0.22), vec3(0.24, 0.52, 0.20), outer);
        iris *= 0.85 + 0.25 * rays * (1.0 - r);
        float wide = mix(0.13, 0.72, uPupil), high = mix(0.82, 0.78, uPupil);
        float slit = length(vec2(q.x / wide, q.y / high));
        vec3 tone = mix(vec3(0.012, 0.01, 0.014), iris, smoothstep(0.94, 1.06, slit));
        tone = mix(tone, vec3(0.03, 0.018, 0.012), smoothstep(0.9, 1.02, r));
        vec3 n = normalize(vN), v = normalize(vV);
        tone *= 0.62 + 0.5 * clamp(n.y * 0.6 + 0.5, 0.0, 1.0);
        vec3 h1 = normalize(normalize(vec3(-0.35, 0.75, 0.9)) + v);
        vec3 h2 = normalize(normalize(vec3(0.5, -0.2, 0.8)) + v);
        tone += vec3(1.0) * smoothstep(0.975, 0.985, dot(n, h1)) * 0.95;
        tone += vec3(0.6, 0.7, 0.8) * smoothstep(0.985, 0.995, dot(n, h2)) * 0.3;
        gl_FragColor = vec4(pow(tone, vec3(2.0)) * uLight, 1.0);
        #include <colorspace_fragment>
      }`,
  });
}

/** Half of a spherical shell, its pole up. */
function lidGeometry(scale: number): SphereGeometry {
  const geometry = new SphereGeometry(EYE * scale, 28, 14, 0, Math.PI * 2, 0, Math.PI / 2);
  geometry.rotateX(Math.PI / 2);
  return geometry;
}

/** An ear: a cup that is sunk into the head, pointed, and open to the front and a little outward.
 * */
export function earGeometry(side: string, inner: boolean): BufferGeometry {
  const rows = 18,
    columns = 22;
  const sign = side === "left" ? 1 : -1;
  const points: number[] = [],
    indices: number[] = [];
  const [px, py, pz] = mirrored(pivots.ear, side);
  for (let i = 0; i <= rows; i++) {
    const up = i / rows;
    const narrow = Math.pow(1 - Math.pow(up, 1.25), 0.8) * (1 + 0.12 * Math.sin(Math.PI * up));
    for (let j = 0; j <= columns; j++) {
      const round = ((j / columns) * 2 - 1) * (1.95 - 0.5 * up);
      const inset = inner ? 0.88 : 1;
      const x0 =
        -Math.cos(round) * 0.0175 * narrow * inset - 0.005 * up * up + (inner ? 0.0016 : 0);
      const y0 = Math.sin(round) * 0.0262 * narrow * inset + sign * 0.008 * up;
      const z0 = up * (inner ? 0.059 : 0.063) - 0.023;
      const turn = sign * 0.42;
      points.push(
        px + x0 * Math.cos(turn) - y0 * Math.sin(turn),
        py + x0 * Math.sin(turn) + y0 * Math.cos(turn),
        pz + z0,
      );
    }
  }
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) {
      const a = i * (columns + 1) + j,
        b = a + columns + 1;
      indices.push(a, a + 1, b, b, a + 1, b + 1);
    }
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new Float32BufferAttribute(points, 3));
  geometry.setIndex(indices);
  geometry.computeVertexNormals();
  return geometry;
}

function tube(
  points: [number, number, number][],
  radius: number,
  material: MeshBasicMaterial | MeshStandardMaterial,
): Mesh {
  const curve = new CatmullRomCurve3(points.map((p) => new Vector3(...p)));
  return new Mesh(new TubeGeometry(curve, 20, radius, 6), material);
}

export function face(): FaceParts {
  const onHead = new Group(),
    onJaw = new Group();
  const lidFur = new MeshStandardMaterial({
    color: new Color("#e2a468"),
    roughness: 0.95,
    side: DoubleSide,
  });
  const cream = new MeshStandardMaterial({ color: new Color(GINGER.cream), roughness: 0.95 });
  const pink = new MeshPhysicalMaterial({
    color: "#d0776f",
    roughness: 0.45,
    clearcoat: 0.4,
    clearcoatRoughness: 0.5,
  });
  const dark = new MeshStandardMaterial({ color: "#4a2417", roughness: 0.9 });
  const lids: { upper: Mesh; lower: Mesh }[] = [];
  const eyes: ShaderMaterial[] = [];
  for (const side of SIDES) {
    const sign = side === "left" ? 1 : -1;
    const socket = new Group();
    socket.position.set(...mirrored(pivots.eye, side));
    // Flat lenses rather than balls, turned outward, the outer corners a little higher.
    socket.rotation.set(sign * 0.16, -0.14, sign * 0.52, "ZYX");
    socket.scale.set(0.6, 1, 0.92);
    const material = eyeball();
    eyes.push(material);
    const ball = new Mesh(new SphereGeometry(EYE, 32, 24), material);
    const rim = new Mesh(new SphereGeometry(EYE * 1.045, 32, 16), dark);
    rim.scale.set(0.7, 1.02, 0.99);
    rim.position.x = -0.002;
    const upper = new Mesh(lidGeometry(1.035), lidFur);
    const lower = new Mesh(lidGeometry(1.025), lidFur);
    upper.rotation.order = lower.rotation.order = "XYZ";
    upper.add(new Mesh(new TorusGeometry(EYE * 1.037, 0.0007, 6, 48), dark));
    socket.add(rim, ball, upper, lower);
    lids.push({ upper, lower });
    onHead.add(socket);
  }
  onHead.add(...noseAndMouth(pink, dark), ...whiskers());
  const chin = new Mesh(new SphereGeometry(0.0112, 24, 18), cream);
  chin.scale.set(1.75, 1.25, 0.78);
  chin.position.set(0.2262, 0, 0.2105);
  const tongue = new Mesh(
    new SphereGeometry(0.0082, 18, 12),
    new MeshStandardMaterial({ color: "#c9545b", roughness: 0.6 }),
  );
  tongue.scale.set(1.15, 0.9, 0.35);
  tongue.position.set(0.2335, 0, 0.2168);
  onJaw.add(chin, tongue);
  const throat = new Mesh(
    new SphereGeometry(0.011, 20, 14),
    new MeshStandardMaterial({ color: "#5c1d22", roughness: 0.8 }),
  );
  throat.scale.set(1.5, 1.15, 0.6);
  throat.position.set(0.2265, 0, 0.2125);
  onHead.add(throat);
  const onEar: Record<string, Group> = {};
  for (const side of SIDES) {
    const outer = new Mesh(
      earGeometry(side, false),
      new MeshStandardMaterial({ color: new Color("#d6924f"), roughness: 0.95, side: DoubleSide }),
    );
    const inner = new Mesh(
      earGeometry(side, true),
      new MeshStandardMaterial({ color: "#e8b49a", roughness: 0.9, side: DoubleSide }),
    );
    outer.castShadow = true;
    onEar[side] = new Group().add(outer, inner);
  }
  return {
    onHead,
    onJaw,
    onEar,
    look(eyelids, pupils, jaw) {
      tongue.visible = throat.visible = jaw > 0.04;
      const closed = Math.min(1, Math.max(0, eyelids / 1.1));
      for (const { upper, lower } of lids) {
        // The lids are half shells. Open they are turned up behind the brow; closed they meet below
        // the middle of the eye.
        upper.rotation.set(0, -0.82 + closed * 1.42, 0);
        lower.rotation.set(Math.PI, -0.98 + closed * 0.45, 0);
      }
      for (const eye of eyes) eye.uniforms.uPupil.value = pupils;
    },
  };
}

/** The nearest place on the skin, 0.2 mm outside of it. */
function onSkin([x, y, z]: V3): V3 {
  const shapes = nearby(blobs(), x, y, z, 0.02);
  const e = 0.0005;
  for (let i = 0; i < 6; i++) {
    const d = field(shapes, x, y, z) - 0.0002;
    const g = [
      field(shapes, x + e, y, z),
      field(shapes, x, y + e, z),
      field(shapes, x, y, z + e),
    ].map((value) => (value - d - 0.0002) / e);
    const length = Math.hypot(...g) || 1;
    [x, y, z] = [x - (d * g[0]) / length, y - (d * g[1]) / length, z - (d * g[2]) / length];
  }
  return [x, y, z];
}

function noseAndMouth(pink: MeshPhysicalMaterial, dark: MeshStandardMaterial): Mesh[] {
  const nose = new Mesh(new SphereGeometry(0.0078, 24, 16), pink);
  nose.scale.set(0.62, 1.05, 0.72);
  nose.position.set(0.2532, 0, 0.231);
  const tip = new Mesh(new SphereGeometry(0.0042, 16, 12), pink);
  tip.scale.set(0.8, 0.9, 0.9);
  tip.position.set(0.2545, 0, 0.2268);
  const line = tube(
    (
      [
        [0.258, 0, 0.2245],
        [0.258, 0, 0.2205],
        [0.257, 0, 0.217],
      ] as V3[]
    ).map(onSkin),
    0.0008,
    dark,
  );
  const parts = [nose, tip, line];
  for (const sign of [1, -1])
    parts.push(
      tube(
        MOUTH.map(([x, y, z]) => onSkin([x, sign * y, z])),
        0.00085,
        dark,
      ),
    );
  return parts;
}

function whiskers(): Mesh[] {
  const white = new MeshBasicMaterial({ color: "#fffaf2", transparent: true, opacity: 0.75 });
  const found: Mesh[] = [];
  for (const sign of [1, -1])
    for (let i = 0; i < 4; i++) {
      const up = (i - 1.2) * 0.0105;
      found.push(
        tube(
          [
            [0.246, sign * 0.0165, 0.2185 + i * 0.0016],
            [0.243, sign * 0.042, 0.2195 + up * 0.75],
            [0.228, sign * 0.078, 0.2185 + up * 1.5 - 0.005],
          ],
          0.00032,
          white,
        ),
      );
    }
  return found;
}
