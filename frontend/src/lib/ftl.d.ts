/** The Fluent files as `scripts/words.ts` gives them: the words of every page, and the rest. */

declare module '*.ftl?first' {
  const source: string;
  export default source;
}

declare module '*.ftl?later' {
  const source: string;
  export default source;
}
