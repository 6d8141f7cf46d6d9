// Runs in the browser's sound thread: hands the microphone's samples over in blocks.

const BLOCK = 1600; // samples, 0.1 s

class Listener extends AudioWorkletProcessor {
  private block = new Int16Array(BLOCK);
  private filled = 0;

  process(inputs: Float32Array[][]): boolean {
    for (const sample of inputs[0]?.[0] ?? []) {
      this.block[this.filled++] = Math.max(-1, Math.min(1, sample)) * 32767;
      if (this.filled < BLOCK) continue;
      this.port.postMessage(this.block.buffer, [this.block.buffer]);
      this.block = new Int16Array(BLOCK);
      this.filled = 0;
    }
    return true;
  }
}

registerProcessor("listener", Listener);
