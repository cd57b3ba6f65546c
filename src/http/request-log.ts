// The log of one call. Most calls write nothing by it, and a child of the logger costs too much of a poll to be made for nothing.
import type { FastifyBaseLogger } from 'fastify';

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

type About = Parameters<FastifyBaseLogger['child']>;

class LateChild {
  readonly #parent: FastifyBaseLogger;
  readonly #about: About;
  #made: FastifyBaseLogger | undefined;

  constructor(parent: FastifyBaseLogger, about: About) {
    this.#parent = parent;
    this.#about = about;
  }

  made(): FastifyBaseLogger {
    this.#made ??= this.#parent.child(...this.#about);
    return this.#made;
  }

  get level() {
    return this.made().level;
  }

  child(...about: About): FastifyBaseLogger {
    return this.made().child(...about);
  }
}

for (const level of LEVELS) {
  // not by getters: Fastify looks at each of them when a call comes
  Object.defineProperty(LateChild.prototype, level, {
    value(this: LateChild, ...line: Parameters<FastifyBaseLogger['info']>) {
      this.made()[level](...line);
    },
  });
}

/** As `parent.child(bindings, options)`; the child is made when it is first asked for something. */
export const lateChild = (parent: FastifyBaseLogger, ...about: About): FastifyBaseLogger =>
  new LateChild(parent, about) as unknown as FastifyBaseLogger;
