import { generated, madeAnew, read } from '../../docs/generate';

it.each(Object.keys(generated))('%s is as npm run docs makes it (if not: npm run docs)', (file) => {
  expect(read(file)).toBe(generated[file]!());
});

it('A page without a place for what is made for it says which one is missing', () => {
  expect(() => madeAnew('README.md', '')).toThrow('there is no <!-- picture:begin --> … <!-- picture:end -->');
});
