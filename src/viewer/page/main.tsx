import { render } from 'preact';

function Waiting() {
  return <p>The page is not built yet.</p>;
}

const root = document.getElementById('app');
if (root) render(<Waiting />, root);
