/** The part of an OpenAPI 3.1 document that our node writes, and what of it people read. */

export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly description?: string;
  readonly enum?: readonly (string | number)[];
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header' | 'cookie';
  readonly required?: boolean;
  readonly description?: string;
  readonly schema: Schema;
}

interface Answer {
  readonly description: string;
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
}

interface Described {
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Answer['content'] };
  readonly responses: Readonly<Record<string, Answer>>;
  readonly security: readonly object[];
}

export interface OpenApi {
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** One route and method. `given`: the good answer; `refused`: every code with its status and reason. */
export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  readonly needsSession: boolean;
  readonly parameters: readonly Parameter[];
  readonly body: Schema | null;
  readonly given: { readonly status: string; readonly schema: Schema | null };
  readonly refused: readonly Refused[];
}

export interface Refused {
  readonly status: string;
  readonly code: string;
  readonly why: string;
}

/** A piece of a type as people read it; `type` is the name of another type, to go to. */
export interface Piece {
  readonly text: string;
  readonly type?: string;
}

export function operationsOf(document: OpenApi): readonly Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => operationOf(path, method, described)),
  );
}

function operationOf(path: string, method: string, described: Described): Operation {
  const answers = Object.entries(described.responses);
  const [status, answer] = answers.find(([each]) => each < '400') ?? ['', undefined];
  return {
    method: method.toUpperCase(),
    path,
    summary: described.summary,
    description: described.description ?? '',
    needsSession: described.security.length > 0,
    parameters: described.parameters ?? [],
    body: schemaOf(described.requestBody?.content),
    given: { status, schema: schemaOf(answer?.content) },
    refused: answers.filter(([each]) => each >= '400').flatMap(([each, refusal]) => refusals(each, refusal.description)),
  };
}

function schemaOf(content: Answer['content']): Schema | null {
  return Object.values(content ?? {})[0]?.schema ?? null;
}

/** The node writes a paragraph for each code: `code`: why. */
function refusals(status: string, description: string): readonly Refused[] {
  return description.split('\n\n').map((line) => {
    const [, code = '', why = line] = /^`([^`]+)`: (.*)$/s.exec(line) ?? [];
    return { status, code, why };
  });
}

/** A type in words and names: `list of MessageLine`, `text or nothing`. */
export function piecesOf(schema: Schema | null, say: (key: string) => string): readonly Piece[] {
  if (schema === null || schema.type === 'null') return [{ text: say('ui-api-nothing') }];
  if (schema.$ref) {
    const type = schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1);
    return [{ text: type, type }];
  }
  if (schema.oneOf) return joined(schema.oneOf.map((each) => piecesOf(each, say)), ` ${say('ui-api-or')} `);
  if (schema.enum) return [{ text: schema.enum.map((each) => JSON.stringify(each)).join(' | ') }];
  if (schema.type === 'array') return [{ text: `${say('ui-api-list')} ` }, ...piecesOf(schema.items ?? {}, say)];
  return [{ text: schema.type ? say(`ui-api-type-${schema.type}`) : say('ui-api-type-object') }];
}

function joined(lists: readonly (readonly Piece[])[], between: string): readonly Piece[] {
  return lists.flatMap((each, index) => (index === 0 ? each : [{ text: between }, ...each]));
}

/** Bounds of a value, as mathematics writes them. */
export function boundsOf(schema: Schema): string {
  const { minimum, maximum, maxLength } = schema;
  const bounds = [
    minimum === undefined ? '' : `≥ ${minimum}`,
    maximum === undefined || maximum > Number.MAX_SAFE_INTEGER ? '' : `≤ ${maximum}`,
    maxLength === undefined ? '' : `≤ ${maxLength}`,
  ];
  return bounds.filter(Boolean).join(', ');
}
