import './style.css';
import { render } from 'preact';
import { VerifyPage } from './check/verify-page.js';
import { v } from './seal-texts.js';

document.title = v.title;
const place = document.getElementById('app');
if (place) render(<VerifyPage />, place);
