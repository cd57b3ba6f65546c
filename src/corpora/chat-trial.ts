// Tries a chat template on a few conversations, in a thread of its own: a template may take all memory there is.
import { Worker } from 'node:worker_threads';
import type { Message } from '../domain/record.ts';

const MEBIBYTES = 1024;
const MILLISECONDS = 60_000;

export interface TrialFault {
  /** Which of the conversations. */
  at: number;
  /** Quotes nothing of it. */
  reason: string;
}
/** What the thread is given. */
export interface Trial {
  folder: string;
  conversations: Message[][];
}

/** The first conversation that the checkpoint of `folder` cannot take; null when it takes all of them. */
export async function tryTemplate(trial: Trial): Promise<TrialFault | null> {
  const thread = new Worker(new URL('./chat-trial-thread.ts', import.meta.url), {
    workerData: trial,
    resourceLimits: { maxOldGenerationSizeMb: MEBIBYTES },
    stdout: true,
    stderr: true,
  });
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<TrialFault | null>((resolve) => {
      const broken = (reason: string) => resolve({ at: 0, reason });
      timer = setTimeout(() => broken('the chat template takes too long'), MILLISECONDS);
      thread.once('message', resolve);
      thread.once('error', () => broken('the chat template takes too much memory, or breaks off'));
      thread.once('exit', () => broken('the chat template breaks off'));
    });
  } finally {
    clearTimeout(timer);
    await thread.terminate();
  }
}
