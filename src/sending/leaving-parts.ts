/** Parts that are leaving by subscription: handed to a modem, and without a reference yet. */
export class LeavingParts {
  readonly #parts = new Set<{ readonly receiver: string; readonly arrived: Promise<void> }>();

  /** Notes that a part is leaving, until what is given back is called. */
  leave(receiver: string): () => void {
    let arrive = (): void => {};
    const arrived = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    const part = { receiver, arrived };
    this.#parts.add(part);
    return () => {
      this.#parts.delete(part);
      arrive();
    };
  }

  /** Resolves when the fate is known of all that are leaving now by a subscription. */
  async arrived(receiver: string): Promise<void> {
    for (const part of [...this.#parts]) if (part.receiver === receiver) await part.arrived;
  }
}
