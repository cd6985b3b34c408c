import { enableTypeScript } from './typescript.mjs';

/** What the project's own battery is made of, of `test/capture/shapes`. `server`: where it makes its databases. */
export async function loadBattery(server) {
  process.env.AUDIT_TEST_SERVER_URL = server;
  enableTypeScript();
  const from = (file) => import(new URL(`../../${file}`, import.meta.url));
  const { ENGINES } = await from('test/capture/shapes/engine.ts');
  const { SHAPES_BY_PART } = await from('test/capture/shapes/index.ts');
  const { outcomeOf } = await from('test/capture/shapes/outcome.ts');
  const { connectPlain, openTwin } = await from('test/capture/shapes/twins.ts');
  const { witnessed } = await from('test/capture/shapes/witness.ts');
  const { withContext } = await from('src/context/index.ts');
  return { engine: ENGINES[0], SHAPES_BY_PART, outcomeOf, connectPlain, openTwin, witnessed, withContext };
}
