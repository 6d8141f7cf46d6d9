// What was turned, of the character or of the tree, so that it can be taken back, also after it was
// saved.
export interface Turn<Value = number> {
  key: string;
  from: Value;
  to: Value;
}

export class Turns<Value = number> {
  private done: Turn<Value>[] = [];
  private undone: Turn<Value>[] = [];

  get canUndo(): boolean {
    return this.done.length > 0;
  }

  get canRedo(): boolean {
    return this.undone.length > 0;
  }

  /** Note a turn; what was taken back before is forgotten. */
  add(turn: Turn<Value>): void {
    this.done.push(turn);
    this.undone = [];
  }

  /** The turn that takes the last one back; null where there is none. */
  undo(): Turn<Value> | null {
    const turn = this.done.pop();
    if (!turn) return null;
    this.undone.push(turn);
    return { key: turn.key, from: turn.to, to: turn.from };
  }

  /** The turn that was last taken back; null where there is none. */
  redo(): Turn<Value> | null {
    const turn = this.undone.pop();
    if (!turn) return null;
    this.done.push(turn);
    return turn;
  }
}
