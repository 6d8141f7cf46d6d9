// The browser's microphone: sound goes to the cat's own server on this machine while it is on, and
// nowhere else.
import { live } from "./live";
import { media } from "./media";

const RATE = 16000; // samples a second, what the ears take
const BEGINS = new Uint8Array([0x50, 0x43, 0x4d, 0]); // SOUND_BEGINS of sim/studio/talk.py

export class Microphone {
  sent = 0; // blocks so far; for the browser tests
  private context: AudioContext | null = null;
  private stream: MediaStream | null = null;

  /** Switch it on, which asks the user, or off. Returns whether it is on; what keeps it off is
   * said. */
  async turn(on: boolean): Promise<boolean> {
    this.close();
    if (!on) return false;
    try {
      await this.open();
      return true;
    } catch (error) {
      this.close();
      live.note({
        kind: "trouble",
        at: live.state?.at ?? 0,
        part: "this page's microphone",
        message: `it is not on: ${(error as Error).message}`,
      });
      return false;
    }
  }

  private async open(): Promise<void> {
    // The cat's own voice comes out of this machine's loudspeaker.
    const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: false };
    this.stream = await media({ audio });
    this.context = new AudioContext({ sampleRate: RATE });
    await this.context.audioWorklet.addModule("/static/listener.js");
    const node = new AudioWorkletNode(this.context, "listener", { numberOfOutputs: 0 });
    node.port.onmessage = ({ data }) => this.send(data as ArrayBuffer);
    this.context.createMediaStreamSource(this.stream).connect(node);
    await this.context.resume();
  }

  private send(samples: ArrayBuffer): void {
    const frame = new Uint8Array(BEGINS.length + samples.byteLength);
    frame.set(BEGINS);
    frame.set(new Uint8Array(samples), BEGINS.length);
    this.sent++;
    live.sayBytes(frame.buffer);
  }

  private close(): void {
    this.stream?.getTracks().forEach((track) => track.stop());
    void this.context?.close();
    this.stream = this.context = null;
  }
}
