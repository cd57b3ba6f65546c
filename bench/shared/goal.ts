// A goal that a benchmark is held against.

export interface Goal {
  what: string;
  met: boolean;
  /** The number, and by how much it is missed. */
  found: string;
}

export const GOAL_HEADINGS = ['goal', '', 'found'];
export const goalCells = ({ what, met, found }: Goal): string[] => [what, met ? 'met' : '**missed**', found];
