// Records of every form as token rows.
import type { LanguageRecord, Message } from '../domain/record.ts';
import type { Tokenizer } from '../domain/tokenizer.ts';
import { type Encoder, encodePrompt, encodeRecord, type TokenRow } from './batches.ts';

/** What rows of any record need of a tokenizer. */
export interface RecordEncoder extends Encoder {
  /** Absent or null where the checkpoint has no chat template. */
  chat?: Tokenizer['chat'];
}

export interface RecordRow extends TokenRow {
  /** Where a model that is asked to go on begins; ids before it are given. */
  cue: number;
  /** Text that it should go on with; null: that of the ids from `cue` on. */
  answer: string | null;
}

/**
 * Plain text in pieces of one context, of even lengths. Every token is learned. To go on, a model is given the first half
 * of a piece: from nothing at all it would begin anywhere.
 */
function textRows(encoder: Encoder, text: string, contextLength: number): RecordRow[] {
  const lead = encodePrompt(encoder, '');
  const ids = [...encoder.encode(text), encoder.eosId];
  const room = contextLength - lead.length;
  if (room < 1) throw new Error(`the model’s context of ${contextLength} leaves no room for text`);
  const pieces = Math.max(1, Math.ceil(ids.length / room));
  const size = Math.ceil(ids.length / pieces);
  return Array.from({ length: Math.ceil(ids.length / size) }, (_, i) => {
    const piece = ids.slice(i * size, (i + 1) * size);
    const cue = lead.length + (piece.length >> 1);
    const row = { ids: Int32Array.from([...lead, ...piece]), promptLength: lead.length, cue, answer: null };
    return (i + 1) * size < ids.length ? { ...row, cut: true } : row;
  });
}

/** A row for each thing that the assistant says, after all that was said before: so each is learned, measured and unlearned. */
function conversationRows(encoder: RecordEncoder, messages: readonly Message[], contextLength: number): RecordRow[] {
  if (!encoder.chat)
    throw new Error(
      'the record is a conversation and the checkpoint has no chat template: add chat_template.jinja to it',
    );
  return encoder.chat.turns(messages).map(({ prompt, answer }) => {
    const length = prompt.length + answer.length;
    if (length > contextLength)
      throw new Error(`a conversation has ${length} tokens and the model’s context ${contextLength}: shorten it`);
    const ids = Int32Array.from([...prompt, ...answer]);
    return { ids, promptLength: prompt.length, cue: prompt.length, answer: null };
  });
}

/**
 * Rows of a record: one for a prompt with its answer, one for each piece of a long text, one for each turn of the assistant. Throws an
 * Error that names lengths and no text when it does not fit the context.
 */
export function encodeRecords(encoder: RecordEncoder, record: LanguageRecord, contextLength: number): RecordRow[] {
  if ('text' in record) return textRows(encoder, record.text, contextLength);
  if ('messages' in record) return conversationRows(encoder, record.messages, contextLength);
  const row = encodeRecord(encoder, record, contextLength);
  return [{ ...row, cue: row.promptLength, answer: record.answer }];
}

/**
 * Ids of another answer where row `row` of a record has its own, with what ends it there. To plain text it is what follows the cue.
 */
export function encodeAnswer(encoder: RecordEncoder, record: LanguageRecord, row: number, answer: string): number[] {
  const goesOn = encoder.continued ?? encoder.encode;
  if ('text' in record) return [...goesOn(` ${answer}`), encoder.eosId];
  if ('messages' in record) {
    const at = record.messages.flatMap(({ role }, i) => (role === 'assistant' ? [i] : []))[row]!;
    const said = [...record.messages.slice(0, at), { role: 'assistant' as const, content: answer }];
    return encoder.chat!.turns(said).at(-1)!.answer;
  }
  const space = /^\s*/.exec(record.answer)![0];
  const write = record.prompt === '' ? encoder.encode : goesOn;
  return [...write(space + answer), encoder.eosId];
}
