// What a command is, how its help is printed, and how its failures become exit codes.
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { ExpungeError, PROBLEMS } from '../errors.ts';
import { type Output, table } from './terminal.ts';

export interface CommandOption {
  type: 'string' | 'boolean';
  /** May be given more than once. */
  multiple?: true;
  /** Name of the value in the help, for example `FILE`. */
  value?: string;
  summary: string;
}

export interface Arguments {
  /** Text of a string option, or undefined. */
  text(name: string): string | undefined;
  /** All texts of an option that may be given more than once. */
  texts(name: string): string[];
  flag(name: string): boolean;
  positionals: string[];
}

export interface Terminal {
  out: Output;
  err: Output;
}

export interface Command {
  /** One word or two, as typed: `up`, `certificate verify`. */
  name: string;
  /** Positional arguments in order, for example `['FILE']`; all of them are required. */
  positionals: string[];
  options: Record<string, CommandOption>;
  summary: string;
  /** Resolves with the exit code: 0 done, 1 failed. */
  run(args: Arguments, terminal: Terminal): Promise<number>;
}

/** Wrong words on the command line, or a file that cannot be used: exit code 2. */
export class UsageError extends Error {
  readonly remedy: string;
  constructor(message: string, remedy = 'expunge --help shows what there is.') {
    super(message);
    this.remedy = remedy;
  }
}

/** What could not be done though it was rightly asked for: exit code 1. */
export class Failure extends Error {
  readonly remedy: string;
  constructor(message: string, remedy: string) {
    super(message);
    this.remedy = remedy;
  }
}

const HELP: CommandOption = { type: 'boolean', summary: 'Show this help' };

/** Reads the words after the command's name; throws UsageError. */
export function readArguments(command: Command, words: string[]): Arguments {
  const options: ParseArgsOptionsConfig = { help: { type: 'boolean', short: 'h' } };
  for (const [name, { type, multiple = false }] of Object.entries(command.options)) options[name] = { type, multiple };
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({ args: words, options, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  const { values, positionals } = parsed;
  const text = (name: string) => (typeof values[name] === 'string' ? values[name] : undefined);
  const texts = (name: string) => (Array.isArray(values[name]) ? values[name].map(String) : []);
  const args = { text, texts, flag: (name: string) => values[name] === true, positionals };
  if (args.flag('help')) return args;
  const missing = command.positionals[positionals.length];
  if (missing !== undefined) throw new UsageError(`${missing} is missing`);
  const extra = positionals[command.positionals.length];
  if (extra !== undefined) throw new UsageError(`There is no place for ${JSON.stringify(extra)}`);
  return args;
}

/** Required option, or UsageError. */
export function required(args: Arguments, name: string): string {
  const value = args.text(name);
  if (value === undefined) throw new UsageError(`--${name} is missing`);
  return value;
}

/** Whole number of an option, at least `minimum`; the default when it is not given. */
export function wholeNumber(args: Arguments, name: string, fallback: number, minimum = 0): number {
  const text = args.text(name);
  if (text === undefined) return fallback;
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < minimum)
    throw new UsageError(`--${name} must be a whole number of at least ${minimum}, not ${JSON.stringify(text)}`);
  return value;
}

const plain = (rows: string[][]) =>
  table([['', ''], ...rows])
    .split('\n')
    .slice(2)
    .map((line) => (line === '' ? '' : `  ${line}`))
    .join('\n');

const usageOf = ({ name, positionals, options }: Command) =>
  ['expunge', name, ...positionals, Object.keys(options).length > 0 ? '[options]' : ''].filter(Boolean).join(' ');

/** Help of one command. */
export function commandHelp(command: Command): string {
  const rows = Object.entries({ ...command.options, help: HELP }).map(([name, option]) => [
    `--${name}${option.type === 'string' ? ` ${option.value ?? 'TEXT'}` : ''}`,
    option.summary,
  ]);
  return `Usage: ${usageOf(command)}\n\n${command.summary}\n\nOptions:\n${plain(rows)}`;
}

/** Help of the program: one line a command. */
export function programHelp(commands: readonly Command[]): string {
  const rows = commands.map((command) => [[command.name, ...command.positionals].join(' '), command.summary]);
  return `Usage: expunge COMMAND [options]\n\nRemoves people from trained models on request.\n\nCommands:\n${plain(rows)}\nexpunge COMMAND --help shows the options of a command.\nExit codes: 0 done, 1 failed, 2 wrong usage.\n`;
}

/** The longest command name that the words begin with. */
function findCommand(commands: readonly Command[], words: string[]): Command | undefined {
  const fits = (command: Command) => command.name.split(' ').every((word, i) => words[i] === word);
  return commands.filter(fits).sort((a, b) => b.name.length - a.name.length)[0];
}

const isFileError = (error: unknown): error is NodeJS.ErrnoException & { path: string } =>
  error instanceof Error && 'syscall' in error && 'path' in error && typeof error.path === 'string';

function report(error: unknown, err: Output): number {
  if (error instanceof UsageError) {
    err.write(`expunge: ${error.message}\n${error.remedy}\n`);
    return 2;
  }
  if (error instanceof Failure) err.write(`expunge: ${error.message}\n${error.remedy}\n`);
  else if (error instanceof ExpungeError) err.write(`expunge: ${error.message}\n${PROBLEMS[error.code][2]}\n`);
  else if (isFileError(error)) err.write(`expunge: ${error.path} cannot be used (${error.code})\nCheck the path.\n`);
  else err.write(`expunge: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return 1;
}

/** Runs the command that the words name; resolves with the exit code and never rejects. */
export async function runProgram(commands: readonly Command[], words: string[], terminal: Terminal): Promise<number> {
  const command = findCommand(commands, words);
  try {
    if (!command) {
      const [first] = words;
      if (first !== undefined && !['--help', '-h', 'help'].includes(first)) {
        const family = commands.filter(({ name }) => name.startsWith(`${first} `)).map(({ name }) => name);
        throw new UsageError(family.length ? `Did you mean ${family.join(' or ')}?` : `There is no command ${first}`);
      }
      (first === undefined ? terminal.err : terminal.out).write(programHelp(commands));
      return first === undefined ? 2 : 0;
    }
    const args = readArguments(command, words.slice(command.name.split(' ').length));
    if (!args.flag('help')) return await command.run(args, terminal);
    terminal.out.write(commandHelp(command));
    return 0;
  } catch (error) {
    return report(error, terminal.err);
  }
}
