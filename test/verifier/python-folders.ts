import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROGRAM = `import sys, io, contextlib
folder, key, directories = sys.argv[1], sys.argv[2], sys.argv[3:]
sys.path.insert(0, folder)
import verify
for directory in directories:
    sys.argv = ['verify.py', 'proof', directory, '--vkey', key]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        code = verify.main()
    print(code)
`;

/** The exit codes of `verify.py proof` for each of these folders, out of one process. */
export function pythonVerdicts(directories: readonly string[], vkey: string): number[] {
  const folder = fileURLToPath(new URL('../../verifier/python', import.meta.url));
  const ran = spawnSync('python3', ['-B', '-c', PROGRAM, folder, vkey, ...directories], { encoding: 'utf8' });
  if (ran.status !== 0) throw new Error(ran.stderr);
  return ran.stdout.trim().split('\n').map(Number);
}
