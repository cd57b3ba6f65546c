// What is asked of accepting and polling, and by how much it is missed. Pure.
import type { Goal } from '../shared/goal.ts';
import type { Row } from './rows.ts';

/** Calls a second, in times of what a call is held against. */
const ACCEPT = 1;
const POLL = 0.8;
/** Times of the median within which 99 of 100 accepted requests are answered. */
const TAIL = 5;

const shown = (value: number, by: number): string =>
  `${value.toFixed(2)}${by > 0 ? `; missed by ${by.toFixed(2)}` : ''}`;
const atLeast = (what: string, value: number, goal: number): Goal => ({
  ...{ what: `${what}: at least ${goal}`, met: value >= goal, found: shown(value, goal - value) },
});

/** One goal a row that is held against another, and one for the slowest of a hundred that are accepted. */
export const goals = (rows: readonly Row[]): Goal[] =>
  rows.flatMap((row): Goal[] => {
    const what = row.name;
    if (row.ratio === undefined || row.name.startsWith('bare')) return [];
    if (what.startsWith('poll')) return [atLeast(`${what}, in calls a second of ${row.against}`, row.ratio, POLL)];
    const tail = row.p99_ms / row.median_ms;
    return [
      atLeast(`${what}, in calls a second of ${row.against}`, row.ratio, ACCEPT),
      { what: `${what}: p99 under ${TAIL} medians`, met: tail < TAIL, found: shown(tail, tail - TAIL) },
    ];
  });
