// The cat's voice: blocks of samples from the server, played one after the other. Without a worklet:
// a browser has none for a page of another machine.
import { live } from "./live";

const RESERVE = 0.09; // s from the first block to its sound, against jitter
const TOO_LATE = 0.4; // s of sound that waits above which what comes is dropped

export class Sound {
  muted = false;
  heard = 0; // bytes so far; for the browser tests
  private context: AudioContext | null = null;
  private due = 0; // s of the context's clock at which the next block begins
  private starting = false;

  constructor() {
    live.onSound.push((pcm) => this.play(pcm));
    live.onOpen.push(() => this.tell());
  }

  /** Open the sound output. Browsers allow that only after the user has clicked or pressed a key.
   * */
  async start(): Promise<void> {
    if (this.starting || !live.hello) return;
    this.starting = true;
    try {
      await this.open(live.hello.rate);
    } catch (error) {
      live.note({
        kind: "trouble",
        at: live.state?.at ?? 0,
        part: "sound",
        message: `this browser plays none: ${(error as Error).message}`,
      });
    }
  }

  private async open(sampleRate: number): Promise<void> {
    this.context = new AudioContext({ sampleRate, latencyHint: "interactive" });
    await this.context.resume();
    this.tell();
  }

  mute(on: boolean): void {
    this.muted = on;
    this.tell();
  }

  private tell(): void {
    if (this.context) live.say({ type: "listen", on: !this.muted });
  }

  private play(pcm: ArrayBuffer): void {
    this.heard += pcm.byteLength;
    const context = this.context;
    if (!context || this.muted) return;
    const { currentTime: now, sampleRate } = context;
    if (this.due < now) this.due = Math.ceil((now + RESERVE) * sampleRate) / sampleRate;
    if (this.due > now + TOO_LATE) return;
    const samples = Float32Array.from(new Int16Array(pcm), (sample) => sample / 32768);
    const buffer = context.createBuffer(1, samples.length, sampleRate);
    buffer.copyToChannel(samples, 0);
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(context.destination);
    source.start(this.due);
    this.due += buffer.duration;
  }
}
