// The room: floor, light, shadow, and the camera that turns about the cat. Coordinates are the
// body's frame: metres, x forward, y left, z up.
import {
  CanvasTexture,
  CircleGeometry,
  Color,
  DirectionalLight,
  HemisphereLight,
  LinearFilter,
  Mesh,
  MeshBasicMaterial,
  MeshLambertMaterial,
  NeutralToneMapping,
  Object3D,
  PCFShadowMap,
  PerspectiveCamera,
  PlaneGeometry,
  Scene,
  SRGBColorSpace,
  Vector3,
  WebGLRenderer,
} from "three";
import { OrbitControls } from "three/addons/controls/OrbitControls.js";

Object3D.DEFAULT_UP.set(0, 0, 1);

const CENTRE = new Vector3(-0.045, 0, 0.13);

export class Stage {
  readonly scene = new Scene();
  readonly software = drawnByProcessor();
  readonly camera = new PerspectiveCamera(30, 1, 0.05, 10);
  readonly renderer: WebGLRenderer;
  readonly controls: OrbitControls;
  private readonly floor: MeshLambertMaterial;
  private readonly plainFloor = new MeshBasicMaterial();
  private readonly ground: Mesh;
  private readonly dimness = dimness();
  private readonly sky: HemisphereLight;
  private readonly sun: DirectionalLight;
  private share = 1;
  private covered = 0;

  constructor(canvas: HTMLCanvasElement) {
    this.renderer = new WebGLRenderer({
      canvas,
      antialias: !this.software,
      powerPreference: "low-power",
    });
    this.renderer.shadowMap.enabled = true;
    this.renderer.shadowMap.type = PCFShadowMap;
    this.renderer.toneMapping = NeutralToneMapping;
    this.renderer.outputColorSpace = SRGBColorSpace;
    this.camera.position.set(0.86, 0.8, 0.42);
    this.controls = new OrbitControls(this.camera, canvas);
    this.controls.target.copy(CENTRE);
    this.controls.enableDamping = true;
    this.controls.enablePan = false;
    this.controls.minDistance = 0.45;
    this.controls.maxDistance = 2.2;
    this.controls.maxPolarAngle = Math.PI / 2 - 0.02;
    this.controls.update();
    this.sky = new HemisphereLight("#fff6ea", "#e6cfb4", 1.7);
    this.sun = sunlight();
    const back = new DirectionalLight("#ffd9b0", 1.1);
    back.position.set(-1.2, -0.9, 0.9);
    const rings = rug(1024),
      few = rug(256);
    few.generateMipmaps = false;
    few.minFilter = LinearFilter;
    this.floor = new MeshLambertMaterial({ map: rings });
    this.plainFloor.map = few;
    this.ground = new Mesh(new CircleGeometry(0.62, 96), this.floor);
    this.ground.receiveShadow = true;
    this.scene.add(this.sky, this.sun, this.sun.target, back, this.ground, this.dimness);
    this.theme(false);
  }

  theme(dark: boolean): void {
    this.scene.background = null;
    this.renderer.setClearColor(new Color(dark ? "#1d1a22" : "#f3e9dc"), 0);
    this.sky.intensity = dark ? 0.85 : 1.7;
    this.sky.color.set(dark ? "#c9d2ff" : "#fff6ea");
    this.sun.intensity = dark ? 1.8 : 2.3;
    this.floor.color.set(dark ? "#8d86a3" : "#ffffff");
    this.plainFloor.color.set(dark ? "#6d667d" : "#f4e3c8");
  }

  /** Set the size in px. `covered`: px at the bottom under other elements; the cat is centred in
   * the rest. */
  size(width: number, height: number, covered = this.covered): void {
    this.covered = covered;
    this.renderer.setPixelRatio(Math.min(devicePixelRatio, 2) * this.share);
    this.renderer.setSize(width, height, false);
    this.camera.aspect = width / Math.max(height, 1);
    // A wider angle in a narrow window, so that it shows the whole cat.
    this.camera.fov =
      this.camera.aspect > 1.15 ? 30 : Math.min(60, 30 * (1.15 / this.camera.aspect));
    const hidden = Math.max(0, covered - 110);
    this.camera.zoom = 1 - Math.min(hidden / Math.max(height, 1), 0.5);
    this.camera.setViewOffset(width, height, 0, hidden / 2, width, height);
    this.camera.updateProjectionMatrix();
  }

  /** Set the share of pixels that are drawn and whether there is a shadow: fewer and none for a
   * machine without a GPU. */
  spare(share: number, shadow: boolean): void {
    this.share = share;
    this.sun.castShadow = shadow;
    this.ground.material = shadow ? this.floor : this.plainFloor;
    this.dimness.visible = !shadow;
    this.size(this.renderer.domElement.clientWidth, this.renderer.domElement.clientHeight);
  }

  render(): void {
    this.controls.update();
    this.renderer.render(this.scene, this.camera);
  }
}

function sunlight(): DirectionalLight {
  const sun = new DirectionalLight("#fff1dc", 2.6);
  sun.position.set(0.75, 0.55, 1.35);
  sun.target.position.copy(CENTRE);
  sun.castShadow = true;
  sun.shadow.mapSize.set(1024, 1024);
  sun.shadow.radius = 5;
  sun.shadow.bias = -0.0006;
  sun.shadow.normalBias = 0.006;
  Object.assign(sun.shadow.camera, {
    left: -0.5,
    right: 0.5,
    top: 0.5,
    bottom: -0.5,
    near: 0.5,
    far: 3,
  });
  return sun;
}

/** Whether WebGL runs on the CPU, which the pet needs too. */
function drawnByProcessor(): boolean {
  const gl = document.createElement("canvas").getContext("webgl2");
  const info = gl?.getExtension("WEBGL_debug_renderer_info");
  const name = String(gl?.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  gl?.getExtension("WEBGL_lose_context")?.loseContext();
  return /swiftshader|llvmpipe|software|basic render/i.test(name);
}

/** A dark spot on the rug under the cat, in place of a shadow where that costs too much. */
function dimness(): Mesh {
  const size = 64;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const pen = canvas.getContext("2d") as CanvasRenderingContext2D;
  const fade = pen.createRadialGradient(size / 2, size / 2, 0, size / 2, size / 2, size / 2);
  for (const [at, tone] of [
    [0, "rgba(70,40,20,0.5)"],
    [0.55, "rgba(70,40,20,0.28)"],
    [1, "rgba(70,40,20,0)"],
  ] as const)
    fade.addColorStop(at, tone);
  pen.fillStyle = fade;
  pen.fillRect(0, 0, size, size);
  const mesh = new Mesh(
    new PlaneGeometry(0.46, 0.26),
    new MeshBasicMaterial({ map: new CanvasTexture(canvas), transparent: true, depthWrite: false }),
  );
  mesh.position.set(-0.01, 0, 0.001);
  mesh.visible = false;
  return mesh;
}

/** A round woollen rug as a texture of `size` px. */
function rug(size: number): CanvasTexture {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size;
  const pen = canvas.getContext("2d") as CanvasRenderingContext2D;
  const rings: [number, string][] = [
    [1, "#d9c4a8"],
    [0.975, "#efe2cd"],
    [0.9, "#b5654a"],
    [0.86, "#efe2cd"],
    [0.84, "#e9d8bd"],
    [0.56, "#d8b08c"],
    [0.54, "#eddfc8"],
  ];
  for (const [radius, tone] of rings) {
    pen.fillStyle = tone;
    pen.beginPath();
    pen.arc(size / 2, size / 2, (size / 2) * radius, 0, Math.PI * 2);
    pen.fill();
  }
  // Threads at pseudo-random places with a fixed seed, so that the rug always looks the same.
  let seed = 7;
  const next = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  for (let i = 0; i < (size * size) / 40; i++) {
    const angle = next() * Math.PI * 2,
      radius = Math.sqrt(next()) * size * 0.5;
    pen.strokeStyle = next() > 0.5 ? "rgba(255,255,255,0.10)" : "rgba(90,60,30,0.07)";
    pen.beginPath();
    pen.arc(size / 2, size / 2, radius, angle, angle + 14 / Math.max(radius, 20));
    pen.stroke();
  }
  const texture = new CanvasTexture(canvas);
  texture.colorSpace = SRGBColorSpace;
  texture.anisotropy = 2;
  return texture;
}
