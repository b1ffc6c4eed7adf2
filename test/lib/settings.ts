import { settings } from '../../lib/settings';

it('Settings are lines in the order given, with what the format wants between name and value', () => {
  const entries = { port: 6379, 'cluster-enabled': true, dir: '/data' };
  expect(settings(entries, ' ')).toBe('port 6379\ncluster-enabled true\ndir /data\n');
  expect(settings({ 'log.dirs': '/a,/b' }, '=')).toBe('log.dirs=/a,/b\n');
  expect(settings({}, '=')).toBe('');
});
