// Tells when steps have brought somebody as far as they will under what is asked now.

/** Looks at the forget set over which nothing may move. */
const LOOKS = 20;
/** Values within this factor of one another do not move: losses tremble from step to step. */
const TREMBLING = 1.1;

export interface Patience {
  /** True once the values given here, none negative, have been at rest for a while; who swings to and fro is not. */
  endsAt(value: number): boolean;
  /** From here on something else is asked. */
  restart(): void;
}

export function createPatience(): Patience {
  const last: number[] = [];
  return {
    endsAt(value) {
      last.push(value);
      if (last.length > LOOKS) last.shift();
      return last.length === LOOKS && Math.max(...last) <= TREMBLING * Math.min(...last);
    },
    restart() {
      last.length = 0;
    },
  };
}
