// Expected failures, by their codes.
import { PROBLEMS } from './problems.ts';

export { PROBLEMS };

export type ProblemCode = keyof typeof PROBLEMS;

export interface FieldError {
  detail: string;
  /** JSON Pointer into the body, for example `#/subject/identifiers/0/type`. */
  pointer: string;
}

/** An expected failure with a stable code. `detail` is for people and holds nothing personal. */
export class ExpungeError extends Error {
  readonly code: ProblemCode;
  readonly errors: FieldError[];
  /** Extra members of the problem document, for example `existing`. */
  readonly extra: Record<string, unknown>;
  constructor(
    code: ProblemCode,
    detail: string,
    more: { errors?: FieldError[]; extra?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    super(detail, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'ExpungeError';
    this.code = code;
    this.errors = more.errors ?? [];
    this.extra = more.extra ?? {};
  }
  get status(): number {
    return PROBLEMS[this.code][0];
  }
}
