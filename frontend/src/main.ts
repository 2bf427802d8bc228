import { mount } from 'svelte';

import App from './App.svelte';
import './styles/fonts.css';

const place = document.getElementById('console');
if (place === null) throw new Error('index.html has no element named console');
mount(App, { target: place });
