// The page of a unit: shows what the notice says, and acknowledges when the key is pressed, never when it is opened.
// The link's key stands behind the # of the address: no request holds it but those that this page sends.
'use strict';

const WORDS = JSON.parse(document.documentElement.dataset.words);
const key = location.hash.slice(1);
const at = (id) => document.getElementById(id);
// On an exercise line it stands first also where no notice can be shown.
const EXERCISE = at('banner').textContent;

let shown = null;
let problem = '';
let language = [...navigator.languages, document.documentElement.lang]
  .map((each) => each.slice(0, 2))
  .find((each) => each in WORDS) ?? 'en';

function paragraphs(parent, lines) {
  parent.replaceChildren(...lines.map((line) => Object.assign(document.createElement('p'), { textContent: line })));
}

function show() {
  const said = WORDS[language];
  const page = shown?.languages[language];
  document.documentElement.lang = language;
  at('banner').hidden = !(page?.banner || EXERCISE);
  at('banner').textContent = page?.banner || EXERCISE;
  at('heading').textContent = page?.heading ?? '';
  paragraphs(at('stops'), page?.stops ?? []);
  paragraphs(at('says'), [...(problem ? [said[problem] ?? said.failed] : []), ...(page?.says ?? [])]);
  at('told').replaceChildren(...(page?.told ?? []).map(row));
  at('press').hidden = !page?.press;
  at('press').textContent = page?.press ?? '';
  for (const button of at('languages').children) button.setAttribute('aria-pressed', String(button.lang === language));
}

function row(told) {
  const section = document.createElement('section');
  const label = Object.assign(document.createElement('h2'), { textContent: told.label });
  const lines = told.lines.map((line) => Object.assign(document.createElement('p'), { textContent: line }));
  section.append(label, ...lines);
  return section;
}

function offerLanguages() {
  at('languages').replaceChildren(...Object.entries(WORDS).map(([code, said]) => {
    const button = Object.assign(document.createElement('button'), { type: 'button', lang: code, textContent: said.name });
    button.addEventListener('click', () => { language = code; show(); });
    return button;
  }));
}

async function ask(path, body) {
  problem = '';
  try {
    const answer = await fetch(path, {
      method: 'POST',
      credentials: 'omit',
      cache: 'no-store',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    const values = await answer.json();
    if (answer.ok) shown = values;
    else problem = values.error?.code ?? 'failed';
  } catch {
    problem = 'offline';
  }
  if (problem === 'console.unit.unknown') shown = null;
  show();
}

async function press() {
  at('press').disabled = true;
  await ask('/api/unit/press', { key, mark: shown.mark });
  const refused = problem;
  if (refused === 'console.unit.changed') {
    await ask('/api/unit/look', { key });
    problem ||= refused;
    show();
    scrollTo(0, 0);
  }
  at('press').disabled = false;
  if (!refused) scrollTo(0, 0);
}

offerLanguages();
show();
at('press').addEventListener('click', press);
addEventListener('hashchange', () => location.reload());
if (key) void ask('/api/unit/look', { key });
else {
  problem = 'console.unit.unknown';
  show();
}
// What stands on a page that was left open may be old: it is looked at anew when somebody comes back to it.
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible' && shown) void ask('/api/unit/look', { key });
});
