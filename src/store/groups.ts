// Group commit: whatever is asked for while a transaction is under way goes into the next one together, and shares its sync.
// Reads that come in crowds are grouped by the same rule.

/** Members of a group: enough for every connection of a busy server, and few enough that nobody waits long for the others. */
const MOST = 256;

interface Waiting<In, Out> {
  input: In;
  resolve(out: Out): void;
  reject(error: unknown): void;
}

export interface Grouping<In, Out> {
  /** Members of one group have the same. */
  kind(input: In): string;
  /** One transaction: all of it or, when it throws, nothing; results in the order of the inputs. */
  commit(inputs: readonly In[]): Promise<Out[]>;
  /** Whether the transaction of this error may have been committed all the same; it is not tried again. */
  uncertain(error: unknown): boolean;
  /** Groups under way at once, 1 unless said: with two nobody waits while Postgres has nothing to do. */
  atOnce?: number;
}

/** So that whatever has arrived by now is in the first group too. */
const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

/**
 * Commits one group at a time (or `atOnce`), in the order of arrival. A group that fails is committed again one by one, so that what
 * is wrong with one input fails no other. Each promise settles after the end of the transaction that its input was in.
 */
export function grouped<In, Out>({
  kind,
  commit,
  uncertain,
  atOnce = 1,
}: Grouping<In, Out>): (input: In) => Promise<Out> {
  let waiting: Waiting<In, Out>[] = [];
  let working = 0;

  /** Of the first one's kind, as many as fit. */
  function take(): Waiting<In, Out>[] {
    const first = kind(waiting[0]!.input);
    const taken: Waiting<In, Out>[] = [];
    const left: Waiting<In, Out>[] = [];
    for (const one of waiting) (taken.length < MOST && kind(one.input) === first ? taken : left).push(one);
    waiting = left;
    return taken;
  }

  async function settle(group: readonly Waiting<In, Out>[]): Promise<void> {
    try {
      const results = await commit(group.map(({ input }) => input));
      for (const [i, one] of group.entries()) one.resolve(results[i]!);
    } catch (error) {
      if (group.length === 1 || uncertain(error)) for (const one of group) one.reject(error);
      else for (const one of group) await settle([one]);
    }
  }

  async function work(): Promise<void> {
    working += 1;
    await nextTurn();
    while (waiting.length > 0) await settle(take());
    working -= 1;
  }

  return (input) =>
    new Promise<Out>((resolve, reject) => {
      waiting.push({ input, resolve, reject });
      if (working < atOnce) void work();
    });
}
