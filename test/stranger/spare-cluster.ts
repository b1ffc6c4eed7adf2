import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { holdContext, inUse } from '../../cluster/context';

const { PATH, KUBECONFIG } = process.env;
afterEach(() => {
  process.env['PATH'] = PATH;
  if (KUBECONFIG === undefined) delete process.env['KUBECONFIG'];
  else process.env['KUBECONFIG'] = KUBECONFIG;
});

/** A kubectl that answers so. @param script of sh, with the arguments that kubectl got */
function kubectlThat(script: string): void {
  const directory = mkdtempSync(join(tmpdir(), 'bss-kubectl-'));
  writeFileSync(join(directory, 'kubectl'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(directory, 'kubectl'), 0o755);
  process.env['PATH'] = `${directory}${delimiter}${PATH}`;
}

it('A cluster without the namespaces is free', () => {
  kubectlThat('exit 0');
  expect(inUse(['bss', 'bss-redis'])).toEqual([]);
});

it('A cluster that has one of the namespaces is in use, and so is one with a platform under another name', () => {
  kubectlThat(
    'case "$*" in *part-of=bss*) echo namespace/bss; echo namespace/bss-staging;; *) echo namespace/bss;; esac',
  );
  expect(inUse(['bss', 'bss-redis'])).toEqual(['bss', 'bss-staging']);
});

it.each([
  ['a server that cannot be reached', 'The connection to the server 10.0.0.1:6443 was refused'],
  ['a login that has expired', 'error: You must be logged in to the server (Unauthorized)'],
  ['no right to look', 'Error from server (Forbidden): namespaces "bss" is forbidden'],
  ['a time-out', 'Error from server (Timeout): the server was unable to return a response in the time allotted'],
])('After %s nothing is taken for free', (_, answer) => {
  kubectlThat(`echo '${answer}' >&2; exit 1`);
  expect(() => inUse(['bss'])).toThrow(answer);
  expect(() => holdContext()).toThrow(answer);
});

it('A run keeps to the context that it began with, in a file that nobody else reads', () => {
  kubectlThat('case "$2" in current-context) echo laptop;; view) echo "the login of laptop";; esac');
  expect(holdContext()).toBe('laptop');
  expect(readFileSync(process.env['KUBECONFIG']!, 'utf8')).toBe('the login of laptop\n');
});
