// How many rows and people a verification looks at, at most: the stage draws them, and the plan counts what they cost.

/** Retained records that utility is measured on. */
export const RETAIN_ROWS = 1000;

/** Answers that are written out: about retained records; about people of each set that is compared, and about one person of them. */
export const ANSWERED = { retained: 100, most: 400, people: 80, each: 10 } as const;

/** Weights beyond which a gradient may not fit beside them: then `grad-norm` is not measured. */
export const GRADIENT_WEIGHTS = 50e6;

/** Whose answers are drawn out otherwise, and rows about each of them: each costs many passes. */
export const PROBED = { people: 25, each: 4 } as const;

/** Of those whom an attack on the weights is tried on; their number is `ATTACKED_PEOPLE`, or less where there is no time. */
export const ATTACKED = { each: 10, retained: 200 } as const;
