// The hand: a drag over the cat is a stroke, a click a pat, a shift-click or double-click a hit. Beside the cat a drag turns the view.
import { Mesh, MeshBasicMaterial, Raycaster, SphereGeometry, Vector2, type Vector3 } from "three";
import type { Cat } from "./cat/cat";
import type { Found } from "./cat/pick";
import type { V3 } from "./cat/shape";
import { live } from "./live";
import type { Stage } from "./stage";

const PRESSURE = 0.4; // of a mouse, which does not feel any
const REPEAT = 1000 / 50; // ms between samples of a hand that rests
const DOUBLE = 300; // ms between two clicks that are one hit

interface Sample {
  t: number;
  position: V3;
  pressure: number;
  area: number;
}

/** What a hand does by key: the zone's way along the skin, 0.6 s long. */
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
    // Before the camera's own listeners: what begins on the cat must never reach them.
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
    // Focused for the keys, but a ring round the room is for those who came by keyboard.
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
    // A fast hand moves between two frames, too: the browser kept those places.
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
    else if (name === "p") this.strokeAlong(WAYS.h[0], WAYS.h[0], 120);
    else if (name === "x") live.say({ type: "hit", position: WAYS.s[0], strength: 0.8 });
    else return;
    event.preventDefault();
  };

  /** A stroke without a pointer, from one place of the skin to another. */
  strokeAlong(from: V3, to: V3, milliseconds = 900): void {
    if (this.touching) return;
    this.touching = true;
    const begun = performance.now();
    const step = () => {
      const now = performance.now(),
        share = Math.min((now - begun) / milliseconds, 1);
      const position = from.map((value, i) => value + share * (to[i] - value)) as V3;
      live.say({
        type: "touch",
        samples: [{ t: now / 1000, position, pressure: PRESSURE, area: 0.3 }],
      });
      this.flash(this.cat.now(position), "#fff2d8");
      if (share < 1) return void setTimeout(step, REPEAT);
      live.say({ type: "release" });
      this.touching = false;
    };
    step();
  }

  private add(event: PointerEvent, found: Found): void {
    // A pen or a finger feels its pressure; a mouse says 0.5 for "down".
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

  /** Once a frame: send what came, and keep a resting hand alive. */
  draw(dt: number): void {
    const now = performance.now();
    if (this.latest && !this.waiting.length && now - this.sent >= REPEAT)
      this.waiting.push({ ...this.latest, t: now / 1000 });
    this.send();
    if (!this.touching) this.glow *= Math.exp(-6 * dt);
    this.mark.material.opacity = this.glow;
  }
}
