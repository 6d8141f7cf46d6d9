// The cat's voice: samples from the server are played in order by a worklet (speaker.ts).
import { live } from "./live";

export class Sound {
  muted = false;
  heard = 0; // bytes so far; for the browser tests
  private context: AudioContext | null = null;
  private node: AudioWorkletNode | null = null;
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
    await this.context.audioWorklet.addModule("/static/speaker.js");
    this.node = new AudioWorkletNode(this.context, "speaker", { outputChannelCount: [1] });
    this.node.connect(this.context.destination);
    await this.context.resume();
    this.tell();
  }

  mute(on: boolean): void {
    this.muted = on;
    this.tell();
  }

  private tell(): void {
    if (this.node) live.say({ type: "listen", on: !this.muted });
  }

  private play(pcm: ArrayBuffer): void {
    this.heard += pcm.byteLength;
    if (!this.muted) this.node?.port.postMessage(pcm, [pcm]);
  }
}
