// Writes a conversation as the checkpoint's chat template has it. Templates come from outside: bounded in time and length.
import { Environment, Interpreter, Template } from '@huggingface/jinja';
import type { Message } from '../domain/record.ts';
import { withinTime } from './time-limit.ts';

/** Templates that people use are up to 20 kB long and take well under a millisecond. */
export const MAX_TEMPLATE_BYTES = 1 << 18;
const MILLISECONDS = 2000;
const MILLISECONDS_EACH = 10;
/** A template writes a conversation once, with something around each message. */
const MAX_GROWTH = 4;
const MAX_ADDED = 1 << 16;
const MAX_RANGE = 10_000;
/** The day that a template is told when it asks: the same text today and when a model is trained again. */
const DAY = { '%Y': '2024', '%m': '07', '%d': '26', '%b': 'Jul', '%B': 'July', '%H': '00', '%M': '00', '%%': '%' };

/** What is to be written: a conversation, and whether the assistant is to answer next. */
export interface Asked {
  messages: readonly Message[];
  addGenerationPrompt: boolean;
}
/** Several at once, since setting a limit takes longer than writing one. */
export type Render = (asked: readonly Asked[]) => string[];

function range(first: number, stop?: number, step = 1): number[] {
  const [from, to] = stop === undefined ? [0, first] : [first, stop];
  const count = Math.max(0, Math.ceil((to - from) / step));
  if (!(count <= MAX_RANGE)) throw new Error('it counts too far');
  return Array.from({ length: count }, (_, i) => from + i * step);
}

const strftime = (format: string): string => format.replace(/%[YmdbBHM%]/g, (sign) => DAY[sign as keyof typeof DAY]);

/** What a template says of itself may be told; what it says may also be made of the record. */
function reasonOf(error: unknown, source: string): string {
  const message = error instanceof Error ? error.message : '';
  return message !== '' && message.length < 200 && source.includes(message) ? `: ${message}` : '';
}

function refuse(message: unknown): never {
  throw new Error(String(message));
}

/** What any template may name. */
const GLOBALS = {
  ...{ true: true, True: true, false: false, False: false, none: null, None: null },
  ...{ range, strftime_now: strftime, raise_exception: refuse, tools: null, documents: null },
};

const named = (token: unknown): unknown =>
  typeof token === 'object' && token !== null && 'content' in token ? token.content : token;

function specialTokens(tokenizerConfig: object): Record<string, string> {
  const found = Object.entries(tokenizerConfig).map(([name, token]) => [name, named(token)] as const);
  return Object.fromEntries(
    found.filter((entry): entry is [string, string] => /^[a-z]+_token$/.test(entry[0]) && typeof entry[1] === 'string'),
  );
}

/**
 * The template is parsed when it is first needed. Rendering throws an Error that quotes nothing of the conversation:
 * where the template refuses it, does not end, or writes far more than there is to write.
 */
export function createTemplate(source: string, tokenizerConfig: object): Render {
  const given = { ...specialTokens(tokenizerConfig), ...GLOBALS };
  let template: Template | null = null;
  const bounded = <T>(milliseconds: number, work: () => T, failure: string): T => {
    let done: { value: T } | null;
    try {
      done = withinTime(milliseconds, work);
    } catch (error) {
      throw new Error(`${failure}${reasonOf(error, source)}`);
    }
    if (done === null) throw new Error('the chat template does not end: simplify it');
    return done.value;
  };
  const write = (parsed: Template, { messages, addGenerationPrompt }: Asked): string => {
    // not Template.render: its own range has no end, and its own clock tells another day each time
    const environment = new Environment();
    const names = { ...given, messages, add_generation_prompt: addGenerationPrompt };
    for (const [name, value] of Object.entries(names)) environment.set(name, value);
    return String(new Interpreter(environment).run(parsed.parsed).value);
  };
  return (asked) => {
    if (source.length > MAX_TEMPLATE_BYTES) throw new Error(`the chat template is longer than ${MAX_TEMPLATE_BYTES}`);
    template ??= bounded(MILLISECONDS, () => new Template(source), 'the chat template cannot be parsed');
    const parsed = template;
    const texts = bounded(
      MILLISECONDS + MILLISECONDS_EACH * asked.length,
      () => asked.map((one) => write(parsed, one)),
      'the chat template refuses the conversation',
    );
    texts.forEach((text, i) => {
      const most =
        MAX_ADDED + MAX_GROWTH * asked[i]!.messages.reduce((sum, { content }) => sum + content.length + 100, 0);
      if (text.length > most) throw new Error('the chat template writes far more than the conversation');
    });
    return texts;
  };
}

/** The template that a tokenizer_config.json names: one, or the default of several. */
export function configuredTemplate(tokenizerConfig: object): string | null {
  const { chat_template: given } = tokenizerConfig as { chat_template?: unknown };
  if (typeof given === 'string') return given;
  if (!Array.isArray(given)) return null;
  const found = given.find((one: unknown) => (one as { name?: unknown } | null)?.name === 'default');
  return typeof found?.template === 'string' ? found.template : null;
}
