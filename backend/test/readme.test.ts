import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { type Service, startService } from './service.ts';

/** The commands of a document that ask this service, directly or through the gateway. */
const commands = (path: string): string[] =>
  readFileSync(path, 'utf8')
    .match(/^```sh\n[^`]*^```/gm)!
    .flatMap((block) => block.replaceAll('\\\n', ' ').split('\n'))
    // What the gateway refuses never gets here.
    .filter((line) => line.startsWith('curl') && /localhost:\d+\/(api|tmf-api)\//.test(line) && !/# 401/.test(line));

describe('README', () => {
  let service: Service & { end(): Promise<void> };
  let address: string;
  before(async () => {
    service = await startService('readme');
    address = await service.app.listen({ host: '127.0.0.1', port: 0 });
  });
  after(() => service.end());

  for (const path of ['README.md', '../README.md']) {
    for (const command of commands(path)) {
      test(`of ${path}, ${command} works when it is pasted`, async () => {
        const pasted = command.replace(/(http:\/\/)?localhost:\d+/, address);
        assert.notEqual(pasted, command);
        const { stdout } = await promisify(execFile)('sh', ['-c', `${pasted} -s -w '\\n%{http_code}'`]);
        const [body, status] = stdout.split('\n') as [string, string];
        assert.match(status, /^20[01]$/, stdout);
        assert.equal(typeof JSON.parse(body), 'object');
      });
    }
  }

  test('has such commands', () => {
    for (const path of ['README.md', '../README.md']) assert.ok(commands(path).length >= 2, path);
  });
});
