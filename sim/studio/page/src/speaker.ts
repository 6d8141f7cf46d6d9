// Runs in the browser's sound thread: plays a queue of samples, with a reserve against jitter.

const RESERVE = 0.09; // s of samples that must wait before playing begins
const TOO_LATE = 0.4; // s of waiting samples above which the oldest are dropped

class Speaker extends AudioWorkletProcessor {
  private queue: Int16Array[] = [];
  private at = 0;
  private waiting = 0;
  private playing = false;

  constructor() {
    super();
    this.port.onmessage = ({ data }) => {
      const samples = new Int16Array(data as ArrayBuffer);
      this.queue.push(samples);
      this.waiting += samples.length;
      while (this.waiting > TOO_LATE * sampleRate && this.queue.length > 1) this.drop();
      if (this.waiting > RESERVE * sampleRate) this.playing = true;
    };
  }

  private drop(): void {
    this.waiting -= (this.queue.shift() as Int16Array).length - this.at;
    this.at = 0;
  }

  process(_inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const out = outputs[0][0];
    for (let i = 0; i < out.length && this.playing; i++) {
      const block = this.queue[0];
      if (!block) {
        this.playing = false;
        break;
      }
      out[i] = block[this.at++] / 32768;
      this.waiting--;
      if (this.at >= block.length) {
        this.queue.shift();
        this.at = 0;
      }
    }
    return true;
  }
}

registerProcessor("speaker", Speaker);
