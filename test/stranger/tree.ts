import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

const root = join(__dirname, '../..');

/** What is made, or not read from its beginning to its end. */
const OTHER =
  /^(node_modules|\.git|\.synth|dist|imports|fixtures|__snapshots__|results|events|exposed|package-lock\.json|openapi\.json|LICENSE|.*\.md)$/;
/** Java runs a program from its source where it is a single file. */
const SINGLE_FILE_PROGRAM = /\.java$/;

const filesIn = (directory: string): string[] =>
  readdirSync(directory, { withFileTypes: true })
    .filter(({ name }) => !OTHER.test(name) && !SINGLE_FILE_PROGRAM.test(name))
    .flatMap((entry) => (entry.isDirectory() ? filesIn(join(directory, entry.name)) : [join(directory, entry.name)]));

it('No file is longer than 200 lines: each is read at once', () => {
  const files = filesIn(root);
  const linesOf = (file: string) => readFileSync(file, 'utf8').split('\n').length - 1;
  expect(files.length).toBeGreaterThan(300);
  expect(files.filter((file) => linesOf(file) > 200).map((file) => `${relative(root, file)} ${linesOf(file)}`)).toEqual(
    [],
  );
});
