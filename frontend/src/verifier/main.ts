import '../styles/tokens.css';
import '../styles/fonts.css';
import '../styles/base.css';
import '../styles/print.css';
import { mount } from 'svelte';

import { asLanguage, LANGUAGES, words } from '../lib/words.svelte';
import Verifier from './Verifier.svelte';

/** Begin in the first language of this browser that we speak. */
async function begin(): Promise<void> {
  const wished = navigator.languages.map((tag) => asLanguage(tag.slice(0, 2))).find((language) => language !== null);
  for (const language of LANGUAGES) await words.fetch(language);
  await words.load(wished ?? 'en');
  const target = document.getElementById('verifier');
  if (target) mount(Verifier, { target });
}

void begin();
