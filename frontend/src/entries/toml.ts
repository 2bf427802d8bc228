/** TOML read strictly: every field is asked for, and what nobody asked for is refused. The twin of wire/toml.py. */

import { parse, TomlDate } from 'smol-toml';
import { parseBase64, readText } from '../proof/octets';
import { Refusal } from '../proof/refusal';
import { isDeceptive } from './deceptive';
import { lengthOf } from './fields';

const MAX_TOML_BYTES = 24_576;
const MAX_TEXT_CHARACTERS = 200;
const MAX_LINE_DOTS = 64;
const MAX_DEPTH = 64;
const DURATION = /^(?:(\d{1,5})d)?(?:(\d{1,5})h)?(?:(\d{1,6})m)?(?:(\d{1,7})s)?$/;
const UNITS_S = [86_400, 3_600, 60, 1];
const MAX_DURATION_S = 366 * 86_400;

/** One table of the text; every reader throws Refusal `wire.toml.*`. */
export class Table {
  readonly #values: Map<string, unknown>;

  constructor(values: object) {
    this.#values = new Map(Object.entries(values));
  }

  has(field: string): boolean {
    return this.#values.has(field);
  }

  /** Refuse every field that nobody has read. */
  finish(): void {
    if (this.#values.size > 0) throw refused('unknown_field');
  }

  text(field: string, pattern = /^.+$/u, most = MAX_TEXT_CHARACTERS): string {
    const value = this.#take(field);
    if (typeof value !== 'string') throw refused('wrong_type');
    if (lengthOf(value) > most || !pattern.test(value)) throw refused('bad_value');
    if (isDeceptive(value)) throw refused('deceptive_text');
    return value;
  }

  choice<T extends string>(field: string, choices: readonly T[]): T {
    const value = this.#take(field);
    const chosen = choices.find((choice) => choice === value);
    if (chosen === undefined) throw refused('bad_value');
    return chosen;
  }

  integer(field: string, least: number, most: number): number {
    const value = this.#take(field);
    if (typeof value !== 'bigint') throw refused('wrong_type');
    if (value < least || value > most) throw refused('bad_value');
    return Number(value);
  }

  flag(field: string): boolean {
    const value = this.#take(field);
    if (typeof value !== 'boolean') throw refused('wrong_type');
    return value;
  }

  /** Whole seconds of a duration such as "1h30m". */
  durationS(field: string, leastS = 1, mostS = MAX_DURATION_S): number {
    const seconds = readDurationS(this.#take(field), mostS);
    if (seconds < leastS) throw refused('bad_value');
    return seconds;
  }

  /** Durations, at least one; they may be alike. */
  durationsS(field: string, leastS = 1, most = 32): number[] {
    const values = this.#take(field);
    if (!Array.isArray(values) || values.length < 1 || values.length > most) throw refused('bad_value');
    return values.map((value) => new Table({ [field]: value as unknown }).durationS(field, leastS));
  }

  /** Milliseconds of a signed shift such as "+2h". */
  shiftMs(field: string): number {
    const value = this.#take(field);
    if (typeof value !== 'string' || !/^[+-]/.test(value)) throw refused('bad_value');
    return readDurationS(value.slice(1)) * (value.startsWith('+') ? 1_000 : -1_000);
  }

  instantMs(field: string): number {
    const value = this.#take(field);
    if (!(value instanceof TomlDate) || !value.isDateTime() || value.isLocal()) throw refused('wrong_type');
    if (!/(Z|[+-]00:00)$/.test(value.toISOString())) throw refused('bad_value');
    return value.getTime();
  }

  octets(field: string, length: number): Uint8Array {
    const value = this.#take(field);
    if (typeof value !== 'string') throw refused('wrong_type');
    try {
      return parseBase64(value, length);
    } catch {
      throw refused('bad_value');
    }
  }

  hexadecimal(field: string, length: number): string {
    return this.text(field, new RegExp(`^[0-9a-f]{${2 * length}}$`));
  }

  /** Different strings, at least one. */
  texts(field: string, pattern: RegExp, most = 32): string[] {
    const values = this.#take(field);
    if (!Array.isArray(values) || values.length < 1 || values.length > most) throw refused('bad_value');
    const read = values.map((value) => new Table({ [field]: value as unknown }).text(field, pattern));
    if (new Set(read).size !== read.length) throw refused('twice');
    return read;
  }

  table(field: string): Table {
    const value = this.#take(field);
    if (!isTable(value)) throw refused('wrong_type');
    return new Table(value);
  }

  tables(field: string, least: number, most = 64): Table[] {
    const rows = least > 0 || this.has(field) ? this.#take(field) : [];
    if (!Array.isArray(rows) || rows.length < least || rows.length > most || !rows.every(isTable)) throw refused('bad_value');
    return rows.map((row: object) => new Table(row));
  }

  #take(field: string): unknown {
    if (!this.has(field)) throw refused('missing_field');
    const value = this.#values.get(field);
    this.#values.delete(field);
    return value;
  }
}

/** Read one whole text. Throws Refusal `wire.toml.*`. */
export function parseToml(octets: Uint8Array): Table {
  if (octets.length > MAX_TOML_BYTES) throw refused('too_long');
  const text = readText(octets);
  if (text === null) throw refused('not_text');
  for (const line of text.split('\n')) checkLine(line);
  try {
    return new Table(parse(text, { integersAsBigInt: true, maxDepth: MAX_DEPTH, unsafeKeyBehaviour: 'throw' }));
  } catch {
    throw refused('syntax');
  }
}

function checkLine(line: string): void {
  if (line.includes('"""') || line.includes("'''")) throw refused('multi_line_string');
  if (line.split('.').length > MAX_LINE_DOTS + 1) throw refused('many_dots');
  if (isDeceptive(line)) throw refused('deceptive_text');
}

function readDurationS(value: unknown, mostS = MAX_DURATION_S): number {
  const match = typeof value === 'string' && value !== '' ? DURATION.exec(value) : null;
  if (match === null) throw refused('bad_value');
  const seconds = UNITS_S.reduce((sum, unit, index) => sum + Number(match[index + 1] ?? 0) * unit, 0);
  if (seconds > mostS) throw refused('bad_value');
  return seconds;
}

function isTable(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

export function refused(defect: string): Refusal {
  return new Refusal(`wire.toml.${defect}`);
}
