// What was turned of the character, so that it can be taken back, also after it was saved.
export interface Turn {
  key: string;
  from: number;
  to: number;
}

export class Turns {
  private done: Turn[] = [];
  private undone: Turn[] = [];

  get canUndo(): boolean {
    return this.done.length > 0;
  }

  get canRedo(): boolean {
    return this.undone.length > 0;
  }

  /** Note a turn; what was taken back before is forgotten. */
  add(turn: Turn): void {
    this.done.push(turn);
    this.undone = [];
  }

  /** The turn that takes the last one back; null where there is none. */
  undo(): Turn | null {
    const turn = this.done.pop();
    if (!turn) return null;
    this.undone.push(turn);
    return { key: turn.key, from: turn.to, to: turn.from };
  }

  /** The turn that was last taken back; null where there is none. */
  redo(): Turn | null {
    const turn = this.undone.pop();
    if (!turn) return null;
    this.done.push(turn);
    return turn;
  }
}
