// The hand: a drag over the cat is a stroke, a click is a pat, a shift-click or double-click is a
// hit. A drag beside the cat turns the view.
import { Mesh, MeshBasicMaterial, Raycaster, SphereGeometry, Vector2, type Vector3 } from "three";
import type { Cat } from "./cat/cat";
import type { Found } from "./cat/pick";
import type { V3 } from "./cat/shape";
import { live } from "./live";
import type { Stage } from "./stage";

const PRESSURE = 0.4; // 0..1, of a mouse, which measures none
const REPEAT = 1000 / 50; // ms between samples of a hand that rests
const DOUBLE = 300; // ms between two clicks that count as one hit
const STROKE = 900; // ms of a stroke by key
const PAT = 120; // ms of a pat by key

interface Sample {
  t: number; // s, the browser's clock
  position: V3; // m, on the standing cat, in the body's frame
  pressure: number; // 0..1
  area: number; // 0..1
}

/** Strokes by key: from where to where on the standing cat's skin. */
const WAYS: Record<string, [V3, V3]> = {
  s: [
    [0.09, 0, 0.245],
    [-0.14, 0, 0.242],
  ],
  h: [
    [0.215, 0, 0.285],
    [0.165, 0, 0.295],
  ],
  c: [
    [0.225, 0.05, 0.235],
    [0.185, 0.064, 0.225],
  ],
  t: [
    [-0.19, 0, 0.225],
    [-0.3, 0, 0.255],
  ],
};

export class Hand {
  private readonly ray = new Raycaster();
  private readonly mark: Mesh<SphereGeometry, MeshBasicMaterial>;
  private id: number | null = null;
  private waiting: Sample[] = [];
  private latest: Sample | null = null;
  private sent = 0;
  private lastClick = -1e9;
  private glow = 0;
  /** Whether the hand is on the cat. */
  touching = false;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly stage: Stage,
    private readonly cat: Cat,
  ) {
    this.mark = new Mesh(
      new SphereGeometry(0.012, 20, 14),
      new MeshBasicMaterial({ color: "#fff2d8", transparent: true, opacity: 0, depthWrite: false }),
    );
    stage.scene.add(this.mark);
    // Capture, to be called before the camera's listeners: a drag that begins on the cat must not
    // reach these.
    canvas.addEventListener("pointerdown", this.down, { capture: true });
    canvas.addEventListener("pointermove", this.move, { capture: true });
    canvas.addEventListener("pointerup", this.up, { capture: true });
    canvas.addEventListener("pointercancel", this.up, { capture: true });
    canvas.addEventListener("keydown", this.key);
    canvas.addEventListener("blur", () => canvas.classList.remove("by-hand"));
  }

  private under(event: PointerEvent): Found | null {
    const box = this.canvas.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * 2 - 1,
      y = 1 - ((event.clientY - box.top) / box.height) * 2;
    this.ray.setFromCamera(new Vector2(x, y), this.stage.camera);
    return this.cat.under(this.ray.ray);
  }

  private down = (event: PointerEvent): void => {
    if (event.button !== 0 || this.id !== null) return;
    const found = this.under(event);
    if (!found) return;
    event.stopImmediatePropagation();
    event.preventDefault();
    // The canvas gets the focus for the keys, but the ring of focus is for keyboard users only.
    this.canvas.classList.add("by-hand");
    this.canvas.focus();
    this.stage.controls.enabled = false;
    const hard = event.shiftKey || event.timeStamp - this.lastClick < DOUBLE;
    this.lastClick = event.timeStamp;
    if (hard) {
      live.say({ type: "hit", position: found.place, strength: 0.8 });
      this.flash(found.world, "#ff6a4a");
      this.stage.controls.enabled = true;
      return;
    }
    this.id = event.pointerId;
    this.touching = true;
    this.canvas.setPointerCapture(event.pointerId);
    this.add(event, found);
  };

  private move = (event: PointerEvent): void => {
    if (event.pointerId !== this.id) {
      if (event.buttons === 0) this.canvas.style.cursor = this.under(event) ? "grab" : "default";
      return;
    }
    event.stopImmediatePropagation();
    // The browser keeps the positions between two frames of a fast pointer.
    const events = event.getCoalescedEvents?.() ?? [];
    for (const one of events.length ? events : [event]) {
      const found = this.under(one);
      if (found) this.add(one, found);
    }
  };

  private up = (event: PointerEvent): void => {
    if (event.pointerId !== this.id) return;
    event.stopImmediatePropagation();
    this.send();
    live.say({ type: "release" });
    this.id = null;
    this.latest = null;
    this.touching = false;
    this.stage.controls.enabled = true;
  };

  private key = (event: KeyboardEvent): void => {
    const name = event.key.toLowerCase();
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (WAYS[name]) this.strokeAlong(...WAYS[name]);
    else if (name === "p") this.strokeAlong(WAYS.h[0], WAYS.h[0], PAT);
    else if (name === "x") live.say({ type: "hit", position: WAYS.s[0], strength: 0.8 });
    else return;
    event.preventDefault();
  };

  /** A stroke without a pointer, from one place of the skin to another. Its samples are REPEAT
   * apart, also where timers are late: then several are sent at once. */
  strokeAlong(from: V3, to: V3, milliseconds = STROKE): void {
    if (this.touching) return;
    this.touching = true;
    const begun = performance.now();
    let at = 0; // ms since `begun` of the next sample
    const step = () => {
      const samples: Sample[] = [];
      for (; at <= milliseconds && begun + at <= performance.now(); at += REPEAT) {
        const share = at / milliseconds;
        const position = from.map((value, i) => value + share * (to[i] - value)) as V3;
        samples.push({ t: (begun + at) / 1000, position, pressure: PRESSURE, area: 0.3 });
      }
      const last = samples[samples.length - 1];
      if (last) {
        live.say({ type: "touch", samples });
        this.flash(this.cat.now(last.position), "#fff2d8");
      }
      if (at <= milliseconds) return void setTimeout(step, REPEAT);
      live.say({ type: "release" });
      this.touching = false;
    };
    step();
  }

  private add(event: PointerEvent, found: Found): void {
    // Pens and touch screens measure pressure; a mouse always reports 0.5.
    const pressure = event.pointerType === "mouse" || !event.pressure ? PRESSURE : event.pressure;
    const area = event.width > 1 ? Math.min(0.6, 0.1 + event.width / 120) : 0.25;
    this.latest = { t: event.timeStamp / 1000, position: found.place, pressure, area };
    this.waiting.push(this.latest);
    this.flash(found.world, "#fff2d8");
  }

  private send(): void {
    if (!this.waiting.length) return;
    live.say({ type: "touch", samples: this.waiting.splice(0, 400) });
    this.sent = performance.now();
  }

  private flash(place: Vector3, tone: string): void {
    this.mark.position.copy(place);
    this.mark.material.color.set(tone);
    this.glow = 0.75;
  }

  /** Called once a frame: sends the new samples, or repeats the last one of a hand that rests. */
  draw(dt: number): void {
    const now = performance.now();
    if (this.latest && !this.waiting.length && now - this.sent >= REPEAT)
      this.waiting.push({ ...this.latest, t: now / 1000 });
    this.send();
    if (!this.touching) this.glow *= Math.exp(-6 * dt);
    this.mark.material.opacity = this.glow;
  }
}
