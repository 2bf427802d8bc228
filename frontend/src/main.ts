/** Where the console begins: words and session together, then the page. */

import { mount } from 'svelte';

import App from './App.svelte';
import { session } from './lib/session.svelte';
import './lib/theme.svelte';
import { words } from './lib/words.svelte';
import './styles/fonts.css';
import './styles/tokens.css';
import './styles/base.css';
import './styles/print.css';

const place = document.getElementById('console');
if (place === null) throw new Error('index.html has no element named console');

if (location.pathname !== '/enter') await session.load();
await words.begin(session.values?.language ?? navigator.language.slice(0, 2));
mount(App, { target: place });
