/** How far a verification is; it goes in slices, so that a page stays alive. */

export interface Far {
  readonly step: 'read' | 'entries' | 'signature';
  readonly done: number;
  readonly total: number;
}
