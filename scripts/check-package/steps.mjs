/** Named steps with readable failures, and the programs that they run. */
import { spawn } from 'node:child_process';

/** Runs a step and prints a line for it; what it throws goes on to the caller, with the step's name. */
export async function step(name, action) {
  const start = performance.now();
  try {
    const result = await action();
    console.log(`ok    ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
    return result;
  } catch (error) {
    throw new Error(`FAIL  ${name}\n${error.message.replaceAll(/^/gm, '      ')}`, { cause: error });
  }
}

/**
 * Runs a program to its end.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd: string, env?: Record<string, string> }} options
 * @returns {Promise<string>} its standard output; rejects with all it wrote when the exit code is not 0
 */
export function run(command, args, { cwd, env }) {
  return new Promise((resolve, reject) => {
    const shell = process.platform === 'win32'; // npm and npx are .cmd files there
    const child = spawn(command, args, {
      cwd,
      shell,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let all = '';
    let output = '';
    child.stdout.on('data', (chunk) => ((all += chunk), (output += chunk)));
    child.stderr.on('data', (chunk) => (all += chunk));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) resolve(output);
      else
        reject(new Error(`${command} ${args.join(' ')}\nended with ${signal ?? `exit code ${code}`}:\n${all.trim()}`));
    });
  });
}
