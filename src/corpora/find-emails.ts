// Addresses in a text, by their `@`. Where it is not plain where one begins or ends, every reading is given: one too many
// is the key of nobody, and one too few is a person who is not found.

const LOCAL = /[\p{L}\p{N}._%+'-]{1,64}$/u;
/** A last label is of one alphabet, or punycode. */
const LAST = String.raw`(?:[xX][nN]--[A-Za-z\d-]{2,59}|\p{sc=Latin}{2,24}|(?:(?!\p{sc=Latin})\p{L}){2,24})`;
const DOMAIN = new RegExp(String.raw`^(?:[\p{L}\p{N}-]{1,63}\.){1,8}${LAST}`, 'u');

/** Letters of scripts that set no space between words: an address may touch them. */
const UNSPACED = String.raw`[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]`;
const TOUCHED_LOCAL = new RegExp(String.raw`(?<=${UNSPACED})[A-Za-z\d_%+][A-Za-z\d._%+'-]{0,63}$`, 'u');
const TOUCHED_DOMAIN = new RegExp(String.raw`^(?:[A-Za-z\d-]{1,63}\.){1,8}[A-Za-z]{2,24}(?=${UNSPACED})`, 'u');
/** The next sentence, where its space was left out: `ada@example.org.Then`. */
const SENTENCE = /(?<=[a-z\d])\.\p{Lu}\p{Ll}*$/u;

const present = (values: (string | undefined)[]): string[] => values.filter((value) => value !== undefined);

function readings(before: string, behind: string): [locals: string[], domains: string[]] {
  const local = LOCAL.exec(before)?.[0].replace(/^[.'-]+/, '') || undefined;
  const domain = DOMAIN.exec(behind)?.[0];
  const first = domain !== undefined && SENTENCE.test(domain) ? domain.replace(SENTENCE, '') : undefined;
  return [
    present([local, TOUCHED_LOCAL.exec(before)?.[0]]),
    present([domain, TOUCHED_DOMAIN.exec(behind)?.[0], first?.includes('.') ? first : undefined]),
  ];
}

/** What stands before and behind an `@` is looked at no further than an address is long. */
export function* findEmails(text: string): Generator<string> {
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
    const [locals, domains] = readings(text.slice(Math.max(0, at - 128), at), text.slice(at + 1, at + 256));
    yield* new Set(locals.flatMap((local) => domains.map((domain) => `${local}@${domain}`)));
  }
}
