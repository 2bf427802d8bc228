/** A name that a stranger chose, as the name of a file here: it leaves no folder and hides nothing. */

const REFUSED = /[\p{C}\p{Zl}\p{Zp}/\\:*?"<>|]|(?! )\p{Zs}/gu;
const MAX_CHARACTERS = 120;

export function safeFilename(name: string): string {
  const plain = name.normalize('NFC').replaceAll(REFUSED, '_').replace(/^[ .-]+/, '');
  const short = [...plain].slice(-MAX_CHARACTERS).join('').replace(/[ .]+$/, '');
  return /[^_ .-]/.test(short) ? short : 'attachment';
}
