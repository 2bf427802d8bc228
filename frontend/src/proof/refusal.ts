/** Why something that a stranger wrote is not believed: the code that the command line gives, and where it was found. */

/** What the sentence for readers names: the log, an entry of it, a part of the file. */
export interface Where {
  readonly log?: string | undefined;
  readonly index?: bigint | undefined;
  readonly name?: string | undefined;
}

export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: string;
  readonly where: Where;

  constructor(code: string, where: Where = {}) {
    super(code);
    this.code = code;
    this.where = where;
  }
}

/** Run `step`; a refusal in it says where it happened, if it does not say so already. */
export function within<T>(where: Where, step: () => T): T {
  try {
    return step();
  } catch (problem) {
    if (!(problem instanceof Refusal)) throw problem;
    throw new Refusal(problem.code, { ...where, ...problem.where });
  }
}
