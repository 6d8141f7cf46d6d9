// The cat in its room: draws it as the servos hold it, and passes pointers to the hand.
import { useEffect, useRef, useState } from "preact/hooks";
import { Cat } from "./cat/cat";
import type { V3 } from "./cat/shape";
import { Hand } from "./hand";
import type { Moment } from "./api";
import { live } from "./live";
import { Stage } from "./stage";
import { onTheme } from "./theme";

const CATCH_UP = 22; // 1/s, of the drawn joints, so that 30 states a second look smooth
const FLUFF = 10; // layers of fur
const PLAIN_FRAMES = 15; // frames a second, drawn by the CPU

export class View {
  readonly stage: Stage;
  readonly cat: Cat;
  readonly hand: Hand;
  private shown: Record<string, number> = {};
  private pupils = 0.5;
  private purr = { level: 0, rate: 25, breath: 0 };
  private height = 0;
  private frame = 0;
  private last = 0;
  private slow = 0;
  private settled = 2;
  private quality = 3;
  private tried = false;
  private period = 0; // ms between two frames, at least
  lifted = false;

  constructor(canvas: HTMLCanvasElement) {
    this.stage = new Stage(canvas);
    this.cat = new Cat(this.stage.software);
    this.stage.scene.add(this.cat);
    if (this.stage.software) this.set(1);
    this.hand = new Hand(canvas, this.stage, this.cat);
    onTheme((dark) => this.stage.theme(dark));
    const below = canvas.parentElement?.querySelector<HTMLElement>(".below");
    const watch = new ResizeObserver(() =>
      this.stage.size(canvas.clientWidth, canvas.clientHeight, below?.offsetHeight),
    );
    watch.observe(canvas);
    if (below) watch.observe(below);
    this.stage.size(canvas.clientWidth, canvas.clientHeight, below?.offsetHeight);
    this.frame = requestAnimationFrame(this.draw);
  }

  stop(): void {
    cancelAnimationFrame(this.frame);
  }

  /** Draw one picture in the best quality, however long that takes, and nothing after it: for a
   * screenshot. */
  portrait(): void {
    this.stop();
    live.frozen = true;
    this.set(4);
    this.stage.spare(2, true);
    for (let i = 0; i < 20; i++) if (live.state) this.follow(live.state, 0.1);
    this.cat.show(this.shown, this.purr, this.pupils, 0);
    this.stage.render();
  }

  /** Where on the screen a point of the standing cat's skin is drawn now, px. */
  where(place: V3): { x: number; y: number } {
    const spot = this.cat.now(place).project(this.stage.camera);
    const box = this.stage.renderer.domElement.getBoundingClientRect();
    return {
      x: box.left + ((spot.x + 1) / 2) * box.width,
      y: box.top + ((1 - spot.y) / 2) * box.height,
    };
  }

  private draw = (time: number): void => {
    this.frame = requestAnimationFrame(this.draw);
    if (time - this.last < this.period) return;
    const dt = Math.min((time - this.last) / 1000, 0.2);
    this.last = time;
    if (live.state) this.follow(live.state, dt);
    this.cat.show(this.shown, this.purr, this.pupils, time / 1000);
    this.cat.position.z = this.height;
    this.hand.draw(dt);
    this.stage.render();
    this.spare(dt - this.period / 1000);
  };

  private follow(state: Moment, dt: number): void {
    const share = 1 - Math.exp(-CATCH_UP * dt);
    for (const [joint, angle] of Object.entries(state.angles))
      this.shown[joint] =
        (this.shown[joint] ?? angle) + share * (angle - (this.shown[joint] ?? angle));
    this.pupils += share * (state.pupils - this.pupils);
    let ahead = state.purr.breath - this.purr.breath;
    ahead -= Math.round(ahead);
    this.purr = {
      level: state.purr.level,
      rate: state.purr.rate,
      breath: this.purr.breath + share * ahead,
    };
    this.height += (1 - Math.exp(-7 * dt)) * ((this.lifted ? 0.16 : 0) - this.height);
  }

  /** Choose the quality by how long frames take: fur where they are fast, less where they are slow.
   * */
  private spare(dt: number): void {
    this.slow += 0.06 * ((dt > 0.026 ? 1 : 0) - this.slow);
    this.settled -= dt;
    if (this.settled > 0) return;
    if (this.slow > 0.6 && this.quality > 0) this.set(this.quality - 1);
    else if (this.slow < 0.02 && this.quality === 3 && !this.tried) {
      this.tried = true;
      this.set(4);
    }
  }

  /** Set the quality. 4: fur; 3: a fine skin; 2: fewer pixels; 1 and 0: for a machine without a
   * GPU, which the pet needs too. */
  set(quality: number): void {
    this.quality = quality;
    this.settled = 1.5;
    this.cat.fluff(quality === 4 ? FLUFF : 0);
    this.cat.simplify(quality < 2);
    this.stage.spare([0.5, 0.75, 0.75, 1, 1][quality], quality > 1);
    this.period = quality < 2 ? 1000 / PLAIN_FRAMES : 0;
  }
}

const LABEL =
  "The cat. Drag over it to stroke, click to pat, double-click or shift-click to hit. Keys: S " +
  "strokes the back, H the head, C the cheek, T the tail, P pats, X hits. Drag beside the cat to " +
  "turn the view.";

export function CatView({ ready }: { ready: (view: View) => void }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [trouble, say] = useState("");
  useEffect(() => {
    try {
      const view = new View(canvas.current as HTMLCanvasElement);
      ready(view);
      return () => view.stop();
    } catch (error) {
      // Everything else on the page works without the picture.
      say(`This browser cannot draw the cat: ${(error as Error).message}. The rest still works.`);
    }
  }, []);
  if (trouble) return <p class="no-cat">{trouble}</p>;
  return <canvas ref={canvas} tabIndex={0} role="application" aria-label={LABEL} />;
}
