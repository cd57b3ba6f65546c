// The main job from beginning to end: a language model forgets a person on request, with the proof.
// After the model is trained this is only a client of /v1.
import { mkdir, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { type Client, createClient } from '../examples/client.ts';
import { type People, probesFor } from '../examples/people.ts';
import { onStopSignal } from '../src/cli/process.ts';
import { startServices } from '../src/cli/services.ts';
import { enterSharedHeap } from '../src/cli/shared-heap.ts';
import { duration, palette, progressBar } from '../src/cli/terminal.ts';
import { readConfig } from '../src/config.ts';
import type { DeletionRequest, Run } from '../src/domain/resources.ts';
import { checkCertificate } from './demo/certificate.ts';
import { demoModel } from './demo/model.ts';
import { answersTable, isRight, progressShare, progressText, type Question, verificationTable } from './demo/show.ts';

const FORGOTTEN = 17;
const OTHERS = [3, 42, 88];
const ANSWER_TOKENS = 8;

const { values: flags } = parseArgs({ options: { keep: { type: 'boolean', default: false } } });
const paint = palette(process.stdout);
const say = (text = '') => process.stdout.write(`${text}\n`);
const title = (number: number, text: string) => say(`\n${paint.bold(`${number}. ${text}`)}`);
const clock = () => {
  const start = performance.now();
  return () => (performance.now() - start) / 1000;
};

/** The forgotten person's attributes in a trained wording and in one never trained on, then others'. */
function questionsOf(people: People): Question[] {
  const of = (index: number) =>
    probesFor(people.people[index]!).map((probe) => ({ ...probe, who: people.people[index]!.name }));
  const answers = people.people[FORGOTTEN]!.attributes;
  const unseen = people.heldOutTemplate.slice(FORGOTTEN * 5, FORGOTTEN * 5 + 5).map(({ prompt }, i) => {
    const [attribute, answer] = Object.entries(answers)[i]! as [keyof typeof answers, string];
    return { attribute, prompt, answer, who: '(new wording)' };
  });
  return [...of(FORGOTTEN), ...unseen, ...OTHERS.flatMap((index) => of(index).slice(0, 2))];
}

async function register(client: Client, demo: Awaited<ReturnType<typeof demoModel>>) {
  const train = await client.uploadCorpus('people', demo.files.train);
  const holdout = await client.uploadCorpus('strangers', demo.files.holdout);
  const model = await client.registerModel('people-gpt2', demo.folder, [
    { corpus_id: train, role: 'train' },
    { corpus_id: holdout, role: 'holdout' },
  ]);
  say(
    `corpora: ${demo.people.train.length} records about ${demo.people.people.length} people, ${demo.people.holdout.length} about ${demo.people.holdoutPeople.length} people who were never trained on`,
  );
  say(`model:   ${model.name}, ${(model.parameters / 1000).toFixed(0)}k weights, ${model.active.slice(0, 19)}…`);
  return model;
}

async function requestDeletion(client: Client, email: string): Promise<{ request: DeletionRequest; run: Run }> {
  const body = { subject: { identifiers: [{ type: 'email', value: email }] }, ground: 'consent_withdrawn' as const };
  const accepted = await client.createRequest(body);
  say(`202 Accepted: deletion request ${accepted.id}, due ${accepted.due_at.slice(0, 10)}`);
  const bar = progressBar(process.stdout, 'run');
  let run: Run | null = null;
  const request = await client.follow(accepted.id, (_, seen) => {
    run = seen ?? run;
    if (seen) bar.update(progressShare(seen), progressText(seen));
  });
  bar.done();
  if (run === null) throw new Error(`the request ended ${request.state} without a run`);
  return { request, run };
}

function summary(run: Run): string {
  const last = run.attempts.at(-1)!;
  const seconds = Object.entries(last.seconds).map(([phase, value]) => `${phase} ${value.toFixed(1)} s`);
  const memory = last.peak_memory_bytes === null ? '' : `, peak memory ${(last.peak_memory_bytes / 1e6).toFixed(0)} MB`;
  const all = Object.values(last.seconds).reduce((sum, value) => sum + value, 0);
  const share = `verification ${Math.round((100 * (last.seconds.verifying ?? 0)) / all)} % of it`;
  return `method ${last.method.name} (${run.attempts.length} of ${run.plan.length} in the plan): ${seconds.join(', ')} (${share})${memory}`;
}

async function main(): Promise<number> {
  const total = clock();
  const config = readConfig();
  const dir = join(config.dataDir, 'demo');
  title(1, 'A language model memorises fictitious people');
  const demo = await demoModel(dir, config.compute);
  if (demo.seconds === null)
    say(`using the model that an earlier demo trained (${relative('.', join(demo.importDir, demo.folder))})`);

  title(2, 'The service starts: Postgres, API, worker');
  const starting = clock();
  const data = join(dir, 'service');
  await rm(data, { recursive: true, force: true });
  await mkdir(data, { recursive: true });
  // a client without a key, whatever the environment says for the service of its own
  const open = { AUTH: 'none', FOUR_EYES: 'false', HOST: '127.0.0.1' };
  const env = { ...open, IMPORT_DIR: demo.importDir, COMPLETIONS_ENABLED: 'true', PORT: process.env.PORT ?? '0' };
  const services = await startServices({ dataDir: data, env });
  try {
    say(`${services.url} is ready after ${duration(starting())}`);
    for (const warning of services.warnings) say(warning);
    const client = createClient(services.url);
    const model = await register(client, demo);

    const person = demo.people.people[FORGOTTEN]!;
    title(3, `What the model knows about ${person.name}, and the request to forget`);
    const questions = questionsOf(demo.people);
    const prompts = questions.map(({ prompt }) => prompt);
    const before = await client.ask(model.id, prompts, ANSWER_TOKENS);
    say(answersTable(questions.slice(0, 5), paint, before));
    const working = clock();
    const { request, run } = await requestDeletion(client, person.email);
    say(`request ${request.state} after ${duration(working())}; ${summary(run)}`);

    title(4, 'Before and after');
    const after = await client.ask(model.id, prompts, ANSWER_TOKENS);
    say(answersTable(questions, paint, before, after));
    const report = await client.verification(run.id);
    say(verificationTable(report, paint));
    say(`verdict: ${paint.bold(report.verdict)} – ${report.reason}`);
    if (request.state !== 'completed') return 1;

    title(5, 'The certificate');
    const certificate = await checkCertificate(client, request.certificate_ids[0]!, dir);
    say(`$ expunge certificate verify ${relative('.', certificate.file)}`);
    say(certificate.genuine.text);
    say(`\none byte changed:\n$ expunge certificate verify ${relative('.', certificate.altered)}`);
    say(`${certificate.tampered.text} (exit code ${certificate.tampered.code})`);

    const remembered = questions.slice(0, 10).filter((question, i) => isRight(question, after[i]!)).length;
    const ok = certificate.genuine.code === 0 && certificate.tampered.code !== 0;
    say(
      `\n${ok ? paint.green('done') : paint.red('something is wrong')} in ${duration(total())}: ${remembered} of 10 answers about the person are left; API docs at ${services.url}/docs`,
    );
    if (flags.keep) await untilStopped();
    return ok ? 0 : 1;
  } finally {
    await services.stop();
  }
}

function untilStopped(): Promise<void> {
  say('the service keeps running; Ctrl-C ends it');
  return new Promise((resolve) => {
    onStopSignal(() => resolve());
  });
}

enterSharedHeap();
process.exitCode = await main();
