import { render, type JSX } from 'preact';
import { Api } from './api.js';
import { Viewer } from './viewer.js';
import { chosenTheme } from './theme.js';

document.documentElement.dataset['theme'] = chosenTheme();

// The server wrote it for the address that was asked for; it stays what it is when the address changes.
const base = new URL('./', document.baseURI);
const api = new Api(base);
const root = document.getElementById('app') ?? document.body.appendChild(document.createElement('div'));

const page = (isPrinting: boolean): JSX.Element => <Viewer api={api} isPrinting={isPrinting} />;

render(page(false), root);
// What is printed is not windowed; it is there before the browser looks.
addEventListener('beforeprint', () => render(page(true), root));
addEventListener('afterprint', () => render(page(false), root));
