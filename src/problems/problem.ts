/** What a code of problem stands for, to a person: what it is, and what to do about it. */
export type Problem = readonly [status: number, title: string, remedy: string];
