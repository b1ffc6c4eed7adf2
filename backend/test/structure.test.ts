import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, test } from 'node:test';

/** What starts everything, and may import everything. */
const TOP = ['backend.ts', 'cache-invalidation.ts', 'main.ts', 'migrate.ts', 'replay.ts'];
/** Each may import from those before it. The first are the other files beside them, which know nothing of the business. */
const ORDER = [['tools'], ['schemas'], ['events'], ['database'], ['resources'], ['consumers', 'http'], ['top']];
const LONGEST = 200;

/** Where a file of src belongs. */
function roomOf(file: string): string {
  const [room = '', inside] = file.split('/');
  if (inside !== undefined) return room;
  return TOP.includes(room) ? 'top' : 'tools';
}
const levelOf = (room: string) => ORDER.findIndex((rooms) => rooms.includes(room));

/** Also of types, and those that come later. */
const importsOf = (file: string) =>
  [...readFileSync(file, 'utf8').matchAll(/(?:\bfrom |\bimport\(|\bimport )'(\.[^']+)'/g)].map(([, path]) =>
    relative('src', join(dirname(file), path!)),
  );

describe('structure', () => {
  const files = globSync('src/**/*.ts').map((file) => relative('src', file));

  test('each part of the code imports only from those before it', () => {
    const wrong = files.flatMap((file) =>
      importsOf(`src/${file}`)
        .filter((other) => {
          const [from, to] = [roomOf(file), roomOf(other)];
          return from !== to && levelOf(to) >= levelOf(from);
        })
        .map((other) => `${file} imports ${other}`),
    );
    assert.deepEqual(wrong, [], `the order is ${ORDER.map((rooms) => rooms.join(' and ')).join(', ')}`);
  });

  test('every directory has a place in that order', () => {
    assert.deepEqual(
      files.map(roomOf).filter((room) => levelOf(room) < 0),
      [],
    );
  });

  test(`no file has more than ${LONGEST} lines`, () => {
    const long = globSync('{src,test,bench}/**/*.ts').filter(
      (file) => readFileSync(file, 'utf8').split('\n').length - 1 > LONGEST,
    );
    assert.deepEqual(long, []);
  });
});
