// A contestant in a process of its own, asked for one turn at a time: a command a line in, an answer of JSON a line out.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Turn } from './measure.ts';

export interface Side {
  pid: number;
  /** Throws what the side could not do. */
  turn<T>(name: string, ...numbers: number[]): Promise<Turn<T>>;
  /** Resolves when the process has ended. */
  close(): Promise<void>;
}

/** Starts a side and waits until it is ready. It ends when its input does, and so with this process. */
export async function startSide(program: string, args: string[], env: Record<string, string> = {}): Promise<Side> {
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  // one that died takes no more commands; what happened to it is said where its answer is missed
  child.stdin.on('error', () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => {
    const { value, done } = await lines.next();
    if (done) {
      const [code, signal] = (await exited) as [number | null, string | null];
      throw new Error(`${args[0]} ended with ${signal ?? `exit code ${code}`}; its message, if it had one, is above`);
    }
    const answer = JSON.parse(value) as { error?: string };
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  };
  const close = async () => {
    child.stdin.end();
    await exited;
  };
  try {
    await next(); // it is ready
  } catch (error) {
    await close();
    throw error;
  }
  return {
    pid: child.pid!,
    async turn<T>(name: string, ...numbers: number[]) {
      child.stdin.write(`${[name, ...numbers].join(' ')}\n`);
      return (await next()) as Turn<T>;
    },
    close,
  };
}

type Commands = Record<string, (...numbers: number[]) => Promise<Turn<unknown>>>;
const answer = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`);
const failure = (error: unknown) => ({ error: error instanceof Error ? error.message : String(error) });

/** Prepares, then answers commands until the input ends. What the preparation or a command throws is its answer. */
export async function serveTurns(prepare: () => Promise<Commands>): Promise<void> {
  let commands: Commands;
  try {
    commands = await prepare();
  } catch (error) {
    answer(failure(error));
    return;
  }
  answer({ ready: true });
  for await (const line of createInterface({ input: process.stdin })) {
    const [name, ...numbers] = line.split(' ');
    answer(await commands[name!]!(...numbers.map(Number)).catch(failure));
  }
}
